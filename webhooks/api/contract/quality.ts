import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const connectionId = z.string().min(1).max(200);
const rule = z.string().min(1).max(100).describe('Its name, as GET /quality gives it.');

export const getQuality = operation({
  id: 'getQuality',
  method: 'get',
  path: '/quality',
  summary: 'How good the data are: what each rule has found on each connection, and what of it is new by day.',
  answer: name(
    'QualityReport',
    z.object({
      counts: z.array(
        z.object({
          connectionId: z.string(),
          rule: z.string(),
          finds: z.string().describe('What the rule finds, in words.'),
          open: z.number().describe('Findings that nobody has accepted and nothing has mended.'),
          keptOut: z.number().describe('Of them, records that are kept out of the book.'),
          accepted: z.number(),
        }),
      ),
      days: z.array(
        z.object({
          day: z.iso.date(),
          connectionId: z.string(),
          rule: z.string(),
          found: z.number().describe('New findings of the day.'),
          judged: z.number().describe('Records of the connection that were judged on it.'),
        }),
      ),
    }),
  ),
});

export const listQualityFindings = operation({
  id: 'listQualityFindings',
  method: 'get',
  path: '/quality/findings',
  role: 'rep',
  summary: 'What is wrong with which record, and what to do; what is kept out of the book first.',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(100),
    connectionId: connectionId.optional(),
    rule: rule.optional(),
  }),
  answer: name(
    'QualityFindings',
    z.object({
      findings: z.array(
        z.object({
          connectionId: z.string(),
          kind: z.string().describe('Empty for a connection as a whole.'),
          externalId: z.string(),
          rule: z.string(),
          severity: z.enum(['reject', 'hold', 'warn']),
          message: z.string(),
          remedy: z.string(),
          firstAt: z.string(),
          lastAt: z.string(),
          acceptedBy: z.string().nullable(),
        }),
      ),
    }),
  ),
  refusals: [400],
});

export const acceptQuality = operation({
  id: 'acceptQuality',
  method: 'post',
  path: '/quality/accept',
  summary:
    'Counts what a rule found as it is, until the record changes; what cannot be counted at all is never accepted.',
  body: name(
    'QualitySubject',
    z.strictObject({ connectionId, rule, externalId: z.string().min(1).max(500).optional() }),
  ),
  answer: name('QualityAccepted', z.object({ accepted: z.number() })),
  refusals: [400],
});

const transform = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('scale'),
    powerOfTen: z
      .number()
      .int()
      .min(-3)
      .max(3)
      .describe('Amounts times ten to this power: -2 for cents given as euros.'),
  }),
  z.strictObject({ do: z.literal('shift-hours'), hours: z.number().int().min(-26).max(26) }),
  z.strictObject({ do: z.literal('currency'), currency: z.string().length(3) }),
]);

export const listQualityFixes = operation({
  id: 'listQualityFixes',
  method: 'get',
  path: '/quality/fixes',
  role: 'rep',
  summary: 'Fixes to what connections say of their sales, in force and undone, the newest first.',
  answer: name(
    'QualityFixes',
    z.object({
      fixes: z.array(
        z.object({
          fixId: z.string(),
          connectionId: z.string(),
          transform,
          from: z.iso.date(),
          until: z.iso.date().nullable(),
          reason: z.string(),
          madeBy: z.string(),
          madeAt: z.string(),
          undoneBy: z.string().nullable(),
          undoneAt: z.string().nullable(),
        }),
      ),
    }),
  ),
});

export const makeQualityFix = operation({
  id: 'makeQualityFix',
  method: 'post',
  path: '/quality/fixes',
  status: 201,
  summary:
    'Sets right what a connection says of its sales from one day on; the next cycle counts them so. Can be undone.',
  body: name(
    'NewQualityFix',
    z.strictObject({
      connectionId,
      transform,
      from: z.iso.date(),
      until: z.iso.date().nullable(),
      reason: z.string().trim().min(1).max(300),
    }),
  ),
  answer: name(
    'MadeQualityFix',
    z.object({ fixId: z.string(), sales: z.number().describe('Sales on record that it may be about.') }),
  ),
  refusals: [400],
});

export const undoQualityFix = operation({
  id: 'undoQualityFix',
  method: 'delete',
  path: '/quality/fixes/:id',
  summary: 'Counts the sales of a fix as their source says again.',
  params: z.object({ id: z.string().describe('Id of the fix.') }),
  answer: name('UndoneQualityFix', z.object({ sales: z.number() })),
  refusals: [404],
});
