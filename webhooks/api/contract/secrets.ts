import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

export const getSecrets = operation({
  id: 'getSecrets',
  method: 'get',
  path: '/secrets',
  role: 'admin',
  summary:
    'Which secrets this server has, how many values of each count, and what is sealed with which key. No values.',
  answer: name(
    'Secrets',
    z.object({
      connections: z.array(
        z.object({
          connectionId: z.string(),
          vendor: z.string(),
          secrets: z.array(
            z.object({
              variable: z.string(),
              what: z.string(),
              needed: z.boolean(),
              live: z.number().describe('Values that count now; 0 where it is not set.'),
              rotates: z.boolean().describe('A new value may stand before the old one, separated by a comma.'),
            }),
          ),
        }),
      ),
      encryption: z.object({
        keyId: z.string().nullable().describe('A part of the first key’s hash; null where none is set.'),
        keys: z.number(),
        sealed: z.number(),
        sealedByOther: z.number().describe('What is sealed with another key than the first.'),
      }),
    }),
  ),
  refusals: [409],
});

export const sealAnew = operation({
  id: 'sealAnew',
  method: 'post',
  path: '/secrets/seal-anew',
  summary: 'Seals everything in the store with the first key of STAYPOWER_KEY, so that the old one can go.',
  answer: name('SealedAnew', z.object({ keyId: z.string(), connections: z.number(), webhooks: z.number() })),
  refusals: [409],
});
