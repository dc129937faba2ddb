import { z } from 'zod';
import { operation } from '../operation.ts';
import { money, name } from './schemas.ts';

const card = name(
  'Playbook',
  z.object({
    name: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    rule: z.array(z.string()).describe('Who enters, how often, and what keeps a customer from it, in sentences.'),
    holdoutShare: z.number(),
    runs: z.object({
      heldOut: z.number(),
      queued: z.number().describe('Waiting for their owner’s capacity, or for the playbook’s hours.'),
      fired: z.number(),
      waiting: z.number().describe('Of the fired: waiting for a later step.'),
      letGo: z.number(),
    }),
  }),
);

export const listPlaybooks = operation({
  id: 'listPlaybooks',
  method: 'get',
  path: '/playbooks',
  summary: 'The playbooks of the workspace, each with its rule in words and what its runs are at.',
  answer: name('PlaybookList', z.object({ playbooks: z.array(card) })),
});

/** What a playbook would have done. */
export const simulation = name(
  'Simulation',
  z.object({
    playbook: z.string(),
    from: z.iso.date(),
    to: z.iso.date(),
    historyFrom: z.iso.date().describe('Scores are kept from this day on; before it today’s model tells by hindsight.'),
    currency: z.string(),
    entered: z.number(),
    heldOut: z.number(),
    letGo: z.object({
      withoutConsent: z.number(),
      inCoolDown: z.number(),
      leftState: z.number(),
      withoutRecord: z.number(),
      leftAlone: z.number().describe('By a playbook that carries advice out: nothing that it may do would pay.'),
    }),
    waiting: z.number().describe('Would still wait for their owner’s capacity.'),
    opened: z.number().describe('Tasks it would have opened.'),
    tasks: z
      .array(
        z.object({
          on: z.iso.date(),
          customerId: z.uuid(),
          name: z.string().nullable(),
          ownerId: z.string().nullable(),
          subject: z.string(),
          churnProbability: z.number().nullable(),
          valueIfKept12m: z.number().nullable(),
        }),
      )
      .describe('The first 100 of them.'),
    steps: z
      .record(z.string(), z.number())
      .describe('Steps after the first tasks that it would have done by the last day, by what they do.'),
  }),
);

export const simulatePlaybook = operation({
  id: 'simulatePlaybook',
  method: 'get',
  path: '/playbooks/:name/simulation',
  role: 'rep',
  summary: 'What a playbook would have done on the last days, on the scores that were kept. Changes nothing.',
  params: z.object({ name: z.string() }),
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(365).default(90) }),
  answer: simulation,
  refusals: [400, 409],
});

const arm = name('Arm', z.object({ customers: z.number(), mean: z.number().nullable() }));

const outcome = name(
  'OutcomeEffect',
  z.object({
    outcome: z.enum(['kept', 'revenue', 'nps']),
    treated: arm,
    heldOut: arm,
    effect: z
      .object({ value: z.number(), low: z.number(), high: z.number() })
      .nullable()
      .describe(
        'Treated minus held out; the 95 % interval holds at all looks together. Null while an arm is too small.',
      ),
  }),
);

const result = name(
  'PlaybookResult',
  z.object({
    playbook: z.string(),
    entered: z.number(),
    acted: z.number(),
    following: z.number().describe('Not yet followed to the end of the horizon.'),
    outcomes: z.array(outcome),
    saved: z
      .object({ known: z.boolean(), value: money, low: money, high: money })
      .describe(
        'Revenue within the horizon because of it; zero and not known while the interval of revenue holds zero.',
      ),
    cost: money.nullable(),
    returnOnCost: z.number().nullable(),
    lead: z
      .object({ leavers: z.number(), lowDays: z.number(), medianDays: z.number(), highDays: z.number() })
      .nullable()
      .describe('Days from entering to leaving, of those who left.'),
  }),
);

export const listEffects = operation({
  id: 'listEffects',
  method: 'get',
  path: '/effects',
  summary: 'What each playbook has achieved, by its own random holdout.',
  query: z.strictObject({ asOf: z.iso.date().optional().describe('Today when left out.') }),
  answer: name(
    'Effects',
    z.object({
      asOf: z.iso.date(),
      currency: z.string(),
      followUpDays: z.number(),
      playbooks: z.array(result),
    }),
  ),
  refusals: [400, 409],
});
