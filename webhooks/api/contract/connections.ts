import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

export const listConnections = operation({
  id: 'listConnections',
  method: 'get',
  path: '/connections',
  summary: 'The connections that were made in a browser, with a notice where an admin must act.',
  answer: name(
    'Connections',
    z.object({
      connections: z.array(
        z.object({
          connectionId: z.string(),
          vendor: z.string(),
          account: z.string(),
          scopes: z.array(z.string()),
          connectedAt: z.string(),
          renewedAt: z.string(),
          state: z.enum(['connected', 'lost']),
          notice: z.string().nullable().describe('What to do; null while the connection is good.'),
        }),
      ),
    }),
  ),
});
