import { z } from 'zod';
import { SETUP_STEPS } from '../../../core/ports/setup.ts';
import { operation } from '../operation.ts';
import { job } from './jobs.ts';
import { name } from './schemas.ts';
import { pause } from './traffic.ts';

export const getSetup = operation({
  id: 'getSetup',
  method: 'get',
  path: '/setup',
  role: 'admin',
  summary: 'How the workspace is set up, step by step, and what each step found.',
  answer: name(
    'Setup',
    z.object({
      steps: z.array(
        z.object({
          step: z.enum(SETUP_STEPS),
          state: z.enum(['open', 'running', 'done', 'problem', 'again']),
          found: z.string().nullable(),
        }),
      ),
      connections: z.array(
        z.object({
          connectionId: z.string(),
          vendor: z.string(),
          access: z.enum(['sign-in', 'key']),
          scopes: z.array(z.object({ name: z.string(), why: z.string(), optional: z.boolean() })),
          account: z.string().nullable(),
          notice: z.string().nullable(),
          canMap: z.boolean(),
          hasFields: z.boolean(),
          mappingVersion: z.number().nullable(),
        }),
      ),
      paused: pause,
      jobs: z.array(job),
    }),
  ),
});
