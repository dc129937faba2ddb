import { Router } from 'express';
import type { GrantStatus } from '../../core/ports/grants.ts';
import { listConnections } from './contract/connections.ts';
import { serve } from './operation.ts';

/** GET /connections: those that were made in a browser, with a notice where an admin must act. No tokens. */
export function connectionRoutes(connections: () => Promise<readonly GrantStatus[]>): Router {
  const router = Router();
  serve(router, listConnections, async () => ({
    connections: (await connections()).map(({ lostReason, ...status }) => ({
      ...status,
      state: lostReason === null ? ('connected' as const) : ('lost' as const),
      notice: lostReason === null ? null : `Connect ${status.connectionId} again: ${lostReason}`,
    })),
  }));
  return router;
}
