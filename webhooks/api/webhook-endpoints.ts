import { Router } from 'express';
import type { Webhooks } from '../../core/ports/outbound.ts';
import {
  addWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayWebhook,
  rotateWebhookSecret,
} from './contract/webhooks.ts';
import { serve } from './operation.ts';

/** /webhooks and /deliveries: the endpoints that are told what happens, and what they were sent. */
export function webhookRoutes(webhooks: Webhooks): Router {
  const router = Router();
  serve(router, listWebhooks, async () => ({ endpoints: await webhooks.list() }));
  serve(router, addWebhook, ({ body }) => webhooks.add(body));
  serve(router, removeWebhook, async ({ params }) => {
    await webhooks.remove(params.id);
    return { removed: params.id };
  });
  serve(router, rotateWebhookSecret, ({ params }) => webhooks.rotateSecret(params.id));
  serve(router, replayWebhook, async ({ params, body: { eventId } }) => ({
    replayed: await webhooks.replay(params.id, eventId === undefined ? 'failed' : { eventId }),
  }));
  serve(router, listDeliveries, async ({ query: { limit, endpointId, state } }) => ({
    deliveries: await webhooks.deliveries({
      limit,
      ...(endpointId !== undefined && { endpointId }),
      ...(state !== undefined && { state }),
    }),
  }));
  return router;
}
