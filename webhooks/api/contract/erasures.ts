import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

export const findPerson = operation({
  id: 'findPerson',
  method: 'post',
  path: '/people/find',
  role: 'admin',
  summary:
    'What is held on a person, by table; nothing is changed. The name stands in the body so that no log keeps it.',
  body: name(
    'Whom',
    z.strictObject({
      who: z.string().trim().min(1).max(320).describe('E-mail address, customer id, user id or record id.'),
    }),
  ),
  answer: name(
    'FoundPerson',
    z.object({
      person: z
        .object({ customerId: z.string(), rows: z.record(z.string(), z.number()) })
        .nullable()
        .describe('Null where it names nobody.'),
      unrecognised: z.number().describe('Records that were read and not recognised yet: one of them may be theirs.'),
    }),
  ),
  refusals: [400],
});

export const listErasures = operation({
  id: 'listErasures',
  method: 'get',
  path: '/erasures',
  role: 'admin',
  summary: 'Who asked for erasures, when, and what still waits; the newest first.',
  answer: name(
    'Erasures',
    z.object({
      erasures: z.array(
        z.object({
          erasureId: z.string(),
          requestedBy: z.string(),
          erasedAt: z.string(),
          waiting: z.number().describe('Records whose clearing a vendor has not confirmed.'),
        }),
      ),
    }),
  ),
});

export const getReceipt = operation({
  id: 'getReceipt',
  method: 'get',
  path: '/erasures/:id/receipt',
  role: 'admin',
  summary: 'The signed receipt of an erasure that is complete; "staypower erase --verify FILE" checks it.',
  params: z.object({ id: z.string() }),
  answer: name(
    'Receipt',
    z.object({
      staypower: z.literal('erasure-receipt'),
      format: z.number(),
      erasureId: z.string(),
      workspace: z.string(),
      requestedBy: z.string(),
      erasedAt: z.string(),
      completedAt: z.string(),
      subject: z.array(z.string()).describe('Keyed hashes of the person’s records, addresses and ids.'),
      removed: z.record(z.string(), z.number()),
      messagesEmptied: z.number(),
      vendors: z.array(
        z.object({
          connectionId: z.string(),
          cleared: z.number(),
          forgotten: z.number(),
          refused: z.array(z.string()),
        }),
      ),
      modelsToReplace: z.array(z.string()),
      signature: z.object({ algorithm: z.literal('Ed25519'), publicKey: z.string(), value: z.string() }),
    }),
  ),
  refusals: [404],
});
