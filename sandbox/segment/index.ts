/** Segment's side of the sandbox. */
import { Router } from 'express';
import type { Kernel, SandboxOptions, VendorSandbox } from '../kernel/types.ts';
import { messageStore } from './messages.ts';
import { profileRoutes } from './profiles.ts';
import { regulationRoutes } from './regulations.ts';
import { trackingRoutes } from './tracking.ts';
import { webhookDestination } from './webhook-destination.ts';

export { seedSegment } from './seed.ts';

/** Builds Segment on a kernel: the tracking API, the Profile API, and a webhook destination fed by all that arrives. */
export function createSegment(kernel: Kernel, _options: SandboxOptions): VendorSandbox {
  const messages = messageStore(kernel);
  const destination = webhookDestination(kernel, messages);
  const router = Router();
  router.use(destination.routes);
  router.use(trackingRoutes(kernel, messages));
  router.use(profileRoutes(kernel, messages));
  router.use(regulationRoutes(kernel));
  return {
    name: 'segment',
    router,
    faultReply: (status) => ({
      headers: status === 429 ? { 'Retry-After': '1' } : {},
      body: status === 400 ? 'Bad Request' : '',
    }),
    close: destination.close,
  };
}
