import { Router } from 'express';
import type { Setup } from '../../core/ports/setup.ts';
import { getSetup } from './contract/setup.ts';
import { serve } from './operation.ts';

/** GET /setup: how far the workspace is on its way from configured to writing. */
export function setupRoutes(setup: Setup): Router {
  const router = Router();
  serve(router, getSetup, () => setup.state());
  return router;
}
