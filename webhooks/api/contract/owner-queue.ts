import { z } from 'zod';
import { operation } from '../operation.ts';
import { money, name } from './schemas.ts';

const call = name(
  'QueuedCall',
  z.object({
    customerId: z.uuid(),
    actionKey: z.string(),
    name: z.string().nullable(),
    ownerId: z.string().nullable(),
    playbook: z.string(),
    subject: z.string(),
    dueOn: z.iso.date(),
    churnProbability: z.number().nullable(),
    valueIfKept12m: money.nullable(),
    valueAtRisk: money.describe('Churn probability x value if kept: what is expected to be lost in 12 months.'),
    reasons: z.array(z.string()),
    nextAction: z.string().nullable(),
    boughtOn: z.iso.date().nullable().describe('A purchase since the task was opened.'),
  }),
);

export const getQueue = operation({
  id: 'getQueue',
  method: 'get',
  path: '/queue',
  role: 'rep',
  summary: 'The open tasks of an owner, the highest value at risk first: a rep’s own, and any owner’s for an admin.',
  query: z.strictObject({
    owner: z.string().max(100).optional().describe('For admins: the CRM’s id of a user; empty for nobody’s.'),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: name(
    'OwnerQueue',
    z.object({
      asOf: z.iso.date(),
      currency: z.string().nullable(),
      owner: z
        .string()
        .nullable()
        .describe('Whose they are; null where nobody was asked for or, for a rep, nobody is set.'),
      owners: z
        .array(z.object({ ownerId: z.string().nullable(), open: z.number() }))
        .describe('For admins: everybody with open tasks.'),
      people: z
        .array(z.object({ userId: z.string(), name: z.string(), ownerId: z.string().nullable() }))
        .describe('For admins: who may sign in, and which owner each is.'),
      calls: z.array(call),
    }),
  ),
});

export const finishCall = operation({
  id: 'finishCall',
  method: 'post',
  path: '/queue/done',
  role: 'rep',
  summary: 'Says that a task is done; the CRM closes it, too. Reps say so of their own.',
  body: name('FinishedCall', z.strictObject({ customerId: z.uuid(), actionKey: z.string().min(1).max(64) })),
  answer: name('CallFinished', z.object({ done: z.literal(true) })),
  refusals: [400, 404],
});

export const setQueueOwner = operation({
  id: 'setQueueOwner',
  method: 'post',
  path: '/queue/owners',
  summary: 'Says which of the CRM’s owners somebody who signs in is.',
  body: name(
    'QueueOwner',
    z.strictObject({ userId: z.string().max(100), ownerId: z.string().min(1).max(100).nullable() }),
  ),
  answer: name('QueueOwnerSet', z.object({ ownerId: z.string().nullable() })),
  refusals: [400],
});
