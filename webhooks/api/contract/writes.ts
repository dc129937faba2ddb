import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const value = z.union([z.string(), z.number()]).nullable();

export const listWriteRuns = operation({
  id: 'listWriteRuns',
  method: 'get',
  path: '/write-runs',
  summary: 'The write runs of the last two weeks, which can be taken back, the newest first.',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
  answer: name(
    'WriteRuns',
    z.object({
      runs: z.array(
        z.object({
          runId: z.number(),
          startedAt: z.string(),
          undoneAt: z.string().nullable(),
          records: z.number(),
        }),
      ),
    }),
  ),
  refusals: [400],
});

export const getWaitingWrites = operation({
  id: 'getWaitingWrites',
  method: 'get',
  path: '/waiting-writes',
  role: 'rep',
  summary: 'What waits to be written to the CRMs, as a difference to what was last written.',
  query: z.strictObject({ rows: z.coerce.number().int().min(0).max(100).default(10) }),
  answer: name(
    'WaitingWrites',
    z.object({
      connections: z.array(
        z.object({
          connectionId: z.string(),
          records: z.number(),
          compared: z.number().describe('Records whose values were compared: the first of those that wait.'),
          fields: z.record(z.string(), z.number()).describe('Compared records that get another value, by field.'),
          rows: z.array(
            z.object({
              recordKind: z.enum(['contact', 'account']),
              externalId: z.string(),
              changes: z.array(z.object({ field: z.string(), from: value, to: value })),
            }),
          ),
        }),
      ),
    }),
  ),
  refusals: [400],
});
