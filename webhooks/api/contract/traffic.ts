import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

/** Why nothing leaves. */
export const pause = z
  .object({
    reason: z.string(),
    by: z.string(),
    since: z.string(),
    held: z
      .enum(['before-first-load', 'in-shadow'])
      .nullable()
      .describe('Set while it was never turned on; before the first load nothing is read by itself either.'),
  })
  .nullable()
  .describe('Null: the workspace writes and acts.');

export const getTraffic = operation({
  id: 'getTraffic',
  method: 'get',
  path: '/traffic',
  summary: 'What comes from the CRMs and goes to them, how far behind it is, and whether anything may leave.',
  answer: name(
    'Traffic',
    z.object({
      paused: pause,
      inboxWaiting: z.number(),
      inboxLagSeconds: z.number(),
      outboxWaiting: z.number(),
      quarantined: z.number(),
      connections: z.array(
        z.object({
          connectionId: z.string(),
          vendor: z.string(),
          access: z
            .enum(['sign-in', 'key'])
            .describe('Whether an admin approves it in a browser, or keys are in the environment.'),
          calls: z
            .object({
              used: z.number(),
              limit: z.number(),
              at: z.string(),
              resetsAt: z.string().nullable().describe('Null where the day is the 24 hours before now.'),
              runsOutAt: z.string().nullable().describe('If they go on as they went; null when they last.'),
            })
            .nullable()
            .describe('Calls of the day, as the vendor last said; those of other apps included.'),
          quarantined: z.number(),
        }),
      ),
    }),
  ),
});

export const listQuarantine = operation({
  id: 'listQuarantine',
  method: 'get',
  path: '/quarantine',
  role: 'rep',
  summary: 'Records that could not be read or written, each with what to do about it, the newest first.',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
  answer: name(
    'Quarantine',
    z.object({
      records: z.array(
        z.object({
          connectionId: z.string(),
          stage: z.enum(['pull', 'identify', 'write', 'act', 'inbox']),
          kind: z.string(),
          externalId: z.string(),
          code: z.string(),
          message: z.string(),
          remedy: z.string(),
          firstAt: z.string(),
          lastAt: z.string(),
        }),
      ),
    }),
  ),
  refusals: [400],
});

export const replayQuarantine = operation({
  id: 'replayQuarantine',
  method: 'post',
  path: '/quarantine/replay',
  summary: 'Puts what can be tried again back on its way; the next cycle tries it, and what fails again comes back.',
  answer: name('ReplayedQuarantine', z.object({ replayed: z.number() })),
});

export const pauseWorkspace = operation({
  id: 'pauseWorkspace',
  method: 'post',
  path: '/pause',
  summary: 'Stops everything that leaves the workspace, in every process. Reading and scoring go on.',
  body: name('NewPause', z.strictObject({ reason: z.string().trim().min(1).max(300) })),
  answer: name('Paused', z.object({ paused: z.boolean() })),
  refusals: [400],
});

export const resumeWorkspace = operation({
  id: 'resumeWorkspace',
  method: 'post',
  path: '/resume',
  summary: 'Lets a paused workspace write and act again.',
  answer: name('Resumed', z.object({ resumed: z.boolean().describe('False when it was not paused.') })),
});
