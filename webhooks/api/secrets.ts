import { Router } from 'express';
import type { Secrets } from '../../core/ports/secrets.ts';
import { getSecrets, sealAnew } from './contract/secrets.ts';
import { serve } from './operation.ts';

/** Which secrets are set, and sealing what is stored with a new key. No value of a secret ever leaves by here. */
export function secretRoutes(secrets: Secrets): Router {
  const router = Router();
  serve(router, getSecrets, () => secrets.states());
  serve(router, sealAnew, ({ caller }) => secrets.sealAnew({ by: caller.actor }));
  return router;
}
