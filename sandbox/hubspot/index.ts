/** HubSpot's side of the sandbox. */
import { Router } from 'express';
import type { Kernel, SandboxOptions, VendorSandbox } from '../kernel/types.ts';
import { accountRoutes } from './account.ts';
import { associationRoutes } from './associations.ts';
import { limits } from './limits.ts';
import { listRoutes } from './lists.ts';
import { authentication, oauthRoutes } from './oauth.ts';
import { objectRoutes } from './objects.ts';
import { pipelineRoutes } from './pipelines.ts';
import { createPortal } from './portal.ts';
import { propertyRoutes } from './property-routes.ts';
import { sequenceRoutes } from './sequences.ts';
import { webhookSender } from './webhooks.ts';

export { seedHubSpot } from './seed.ts';

/** Builds HubSpot on a kernel. Dated paths and their v3/v4 twins share their handlers. */
export function createHubSpot(kernel: Kernel, options: SandboxOptions): VendorSandbox {
  const portal = createPortal(kernel, options.vast ?? null);
  const sender = webhookSender(portal);
  const auth = authentication(kernel, options);
  const router = Router();
  router.use(sender.routes);
  router.use(oauthRoutes(kernel, options));
  router.use(auth.check);
  router.use(limits(kernel, options));
  router.use(associationRoutes(portal));
  router.use(propertyRoutes(portal));
  router.use(pipelineRoutes());
  router.use(accountRoutes(kernel));
  router.use(sequenceRoutes(portal));
  router.use(listRoutes(portal));
  router.use(objectRoutes(portal, auth.sourceOf));
  return {
    name: 'hubspot',
    router,
    faultReply: (status) => ({
      headers: {},
      body:
        status === 429
          ? {
              status: 'error',
              message: 'You have reached your ten_secondly_rolling limit.',
              errorType: 'RATE_LIMIT',
              policyName: 'TEN_SECONDLY_ROLLING',
              groupName: 'publicapi:private-apps:calls-by-portal',
            }
          : status === 401
            ? {
                status: 'error',
                message: 'Authentication credentials not found or expired.',
                category: 'EXPIRED_AUTHENTICATION',
              }
            : { status: 'error', message: 'internal error' },
    }),
    close: sender.close,
  };
}
