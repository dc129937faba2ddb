import { Router } from 'express';
import type { Traffic } from '../../core/ports/traffic.ts';
import { getTraffic, listQuarantine, pauseWorkspace, replayQuarantine, resumeWorkspace } from './contract/traffic.ts';
import { serve } from './operation.ts';

/** GET /traffic and /quarantine, POST /quarantine/replay, /pause and /resume. */
export function trafficRoutes(traffic: Traffic): Router {
  const router = Router();
  serve(router, getTraffic, () => traffic.state());
  serve(router, listQuarantine, async ({ query: { limit } }) => ({ records: await traffic.quarantine({ limit }) }));
  serve(router, replayQuarantine, async ({ caller }) => ({ replayed: await traffic.replay({ by: caller.actor }) }));
  serve(router, pauseWorkspace, async ({ body: { reason }, caller }) => {
    await traffic.pause({ reason, by: caller.actor });
    return { paused: true };
  });
  serve(router, resumeWorkspace, async ({ caller }) => ({ resumed: await traffic.resume({ by: caller.actor }) }));
  return router;
}
