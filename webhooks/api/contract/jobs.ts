import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const connectionId = z.string();
const unavailable = z.array(z.object({ connectionId, message: z.string() }));

const newJob = name(
  'NewJob',
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('check') }).describe('Whether each connection works.'),
    z
      .strictObject({ kind: z.literal('look'), connectionId })
      .describe('What a connection has, and what of it is read.'),
    z
      .strictObject({
        kind: z.literal('map'),
        connectionId,
        changes: z
          .array(z.string().max(500))
          .max(100)
          .describe('"path=value" below the settings of the connection, e.g. "deals.amountProperty=net_amount".'),
      })
      .describe('Chooses what is read of a connection; no changes keep it as it is.'),
    z
      .strictObject({ kind: z.literal('provision'), dryRun: z.boolean() })
      .describe('Creates our fields at all vendors; never changes one that is there.'),
    z.strictObject({ kind: z.literal('first-load') }).describe('Reads everything and scores it. Nothing leaves.'),
    z
      .strictObject({
        kind: z.literal('undo'),
        runId: z.number().int().positive().nullable().describe('Null is the last run that stands.'),
        dryRun: z.boolean(),
      })
      .describe('Takes back a write run, where fields still hold what it wrote. Pauses the workspace.'),
    z
      .strictObject({ kind: z.literal('unprovision'), connectionId, dryRun: z.boolean() })
      .describe('Takes what is ours out of a vendor. Pauses the workspace.'),
    z
      .strictObject({ kind: z.literal('erase'), customerId: z.uuid() })
      .describe('Removes a person for good, and clears our fields on their records.'),
  ]),
);

const checked = name(
  'CheckedConnections',
  z.object({
    connections: z.array(
      z.object({
        connectionId,
        vendor: z.string(),
        report: z.object({
          account: z.string(),
          problems: z.array(z.object({ what: z.string(), remedy: z.string() })),
          callsLeftToday: z.number().nullable(),
        }),
      }),
    ),
  }),
);

const mappingReport = name(
  'MappingReport',
  z.object({
    purchases: z.array(
      z.object({
        what: z.string(),
        count: z.number(),
        isRead: z.boolean(),
        setting: z.string().nullable().describe('What to choose so that they are read; null where nothing need be.'),
      }),
    ),
    stages: z.array(
      z.object({ id: z.string(), label: z.string(), count: z.number(), isWon: z.boolean(), isRead: z.boolean() }),
    ),
    slots: z.array(
      z.object({
        path: z.string(),
        meaning: z.string(),
        object: z.string(),
        stream: z.string(),
        standard: z.string().nullable().describe('The vendor’s own field, read while none is chosen.'),
        chosen: z.array(z.string()),
        several: z.boolean(),
        stale: z.array(z.string()).describe('Chosen fields that change without a trace.'),
        suggestions: z.array(
          z.object({
            field: z.string(),
            label: z.string(),
            score: z.number().describe('0..1; from .6 on it is likely.'),
            reasons: z.array(z.string()),
            calculated: z.boolean(),
          }),
        ),
      }),
    ),
    previews: z.array(
      z.object({ object: z.string(), fields: z.array(z.string()), rows: z.array(z.array(z.string())) }),
    ),
    problems: z.array(
      z.object({ path: z.string(), expected: z.string(), found: z.string().optional(), remedy: z.string() }),
    ),
  }),
);

const mapped = name(
  'Mapped',
  z.object({
    report: mappingReport,
    version: z.number(),
    readAgain: z.array(z.string()).describe('Streams that the next load reads from their beginning.'),
  }),
);

const provisioned = name(
  'Provisioned',
  z.object({
    connections: z.array(
      z.object({
        connectionId,
        steps: z.array(
          z.object({
            what: z.enum(['group', 'field', 'permission']),
            name: z.string(),
            on: z.string(),
            outcome: z.enum(['create', 'exists', 'conflict']),
            note: z.string(),
          }),
        ),
      }),
    ),
  }),
);

const firstLoad = name(
  'FirstLoad',
  z.object({
    pulled: z.number().describe('Records new or changed.'),
    rejected: z.number(),
    customers: z.number(),
    scored: z.number(),
    unavailable,
    readiness: z
      .object({
        customers: z.number(),
        returned: z.number().describe('Customers who bought again, or renewals of contracts.'),
        setting: z.enum(['contractual', 'non-contractual']),
        horizonDays: z.number().nullable(),
        models: z.array(
          z.object({ model: z.string(), ready: z.boolean(), reason: z.string(), waitUntil: z.string().nullable() }),
        ),
        warnings: z.array(z.string()),
      })
      .nullable()
      .describe('What the book can carry; null without a purchase.'),
  }),
);

const undone = name(
  'Undone',
  z.object({
    runId: z.number(),
    startedAt: z.string(),
    records: z.number(),
    fields: z.number(),
    changedSince: z.array(
      z.object({ connectionId, field: z.string(), by: z.enum(['a later run', 'somebody']), records: z.number() }),
    ),
    gone: z.number(),
    unseen: z.number(),
    failed: z.array(z.object({ connectionId, vendorCode: z.string(), records: z.number() })),
    unavailable,
    complete: z.boolean(),
  }),
);

const uninstalled = name(
  'Uninstalled',
  z.object({
    steps: z.array(
      z.object({
        connectionId,
        what: z.enum(['task', 'ticket', 'field', 'group', 'permission', 'values', 'members', 'traits', 'token']),
        name: z.string(),
        on: z.string(),
        outcome: z.enum(['remove', 'removed', 'left', 'failed']),
        note: z.string(),
      }),
    ),
    byHand: z.array(z.string()).describe('What only the vendor’s admin can take away.'),
  }),
);

const erased = name(
  'Erased',
  z.object({
    erasureId: z.string(),
    isComplete: z.boolean().describe('False while a vendor has not confirmed; then there is no receipt yet.'),
  }),
);

const jobOf = <Kind extends string, Result extends z.ZodType>(kind: Kind, result: Result) =>
  z.object({
    jobId: z.number(),
    kind: z.literal(kind),
    connectionId: connectionId.nullable(),
    dryRun: z.boolean(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    progress: z
      .object({ step: z.string(), detail: z.string(), done: z.number(), total: z.number().nullable() })
      .nullable(),
    result: result.nullable(),
    problem: z.object({ message: z.string(), remedy: z.string() }).nullable(),
    requestedBy: z.string(),
    requestedAt: z.string(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
  });

/** A piece of long work, with what it found or did once it is done. */
export const job = name(
  'Job',
  z.discriminatedUnion('kind', [
    jobOf('check', checked),
    jobOf('look', mappingReport),
    jobOf('map', mapped),
    jobOf('provision', provisioned),
    jobOf('first-load', firstLoad),
    jobOf('undo', undone),
    jobOf('unprovision', uninstalled),
    jobOf('erase', erased),
  ]),
);

export const startJob = operation({
  id: 'startJob',
  method: 'post',
  path: '/jobs',
  summary:
    'Asks for long work: a process that works does it, one at a time. GET /jobs/{id} or /jobs/stream says how far it is.',
  body: newJob,
  status: 201,
  answer: job,
  refusals: [400],
});

export const listJobs = operation({
  id: 'listJobs',
  method: 'get',
  path: '/jobs',
  role: 'admin',
  summary: 'The latest job of each kind, connection and dry run, the newest first.',
  answer: name('Jobs', z.object({ jobs: z.array(job) })),
});

export const streamJobs = operation({
  id: 'streamJobs',
  method: 'get',
  path: '/jobs/stream',
  role: 'admin',
  summary: 'The latest jobs, and each again whenever it goes on (server-sent events).',
  answer: job,
  media: 'text/event-stream',
});

export const getJob = operation({
  id: 'getJob',
  method: 'get',
  path: '/jobs/:id',
  role: 'admin',
  summary: 'One job: how far it is, what came of it, or why it failed and what to do.',
  params: z.object({ id: z.coerce.number().int() }),
  answer: job,
  refusals: [400, 404],
});
