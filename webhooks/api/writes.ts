import { Router } from 'express';
import type { Writes } from '../../core/ports/writes.ts';
import { getWaitingWrites, listWriteRuns } from './contract/writes.ts';
import { serve } from './operation.ts';

/** What was written to the CRMs, and what waits to be. */
export function writeRoutes(writes: Writes): Router {
  const router = Router();
  serve(router, listWriteRuns, async ({ query: { limit } }) => ({ runs: await writes.runs({ limit }) }));
  serve(router, getWaitingWrites, async ({ query: { rows } }) => ({ connections: await writes.waiting({ rows }) }));
  return router;
}
