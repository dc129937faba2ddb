import { Router } from 'express';
import type { GrantStatus } from '../../core/ports/grants.ts';

/** GET /connections: those that were made in a browser, with a notice where an admin must act. No tokens. */
export function connectionRoutes(connections: () => Promise<readonly GrantStatus[]>): Router {
  const router = Router();
  router.get('/connections', async (_req, res) => {
    const all = await connections();
    res.json({
      connections: all.map(({ lostReason, ...status }) => ({
        ...status,
        state: lostReason === null ? 'connected' : 'lost',
        notice: lostReason === null ? null : `Connect ${status.connectionId} again: ${lostReason}`,
      })),
    });
  });
  return router;
}
