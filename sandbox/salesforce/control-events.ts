import { Router } from 'express';
import { answered, textIn } from './control.ts';
import { isObject } from './http/call.ts';
import { INTEGRATION_USER_ID } from './org/bootstrap.ts';
import type { Bus } from './pubsub/bus.ts';
import type { Capture } from './pubsub/capture.ts';

/** What an admin sets up of events, and what befalls them: POST /_sandbox/salesforce/*. */
export function eventControlRoutes(bus: Bus, capture: Capture): Router {
  const router = Router();
  const post = (path: string, handler: (body: Record<string, unknown>) => unknown) =>
    router.post(`/_sandbox/salesforce/${path}`, answered(handler));
  post('change-data-capture', (body) => ({ objects: capture.select(textsIn(body, 'objects')) }));
  post('gap', (body) => {
    capture.gap(textIn(body, 'object'), textsIn(body, 'ids'), textIn(body, 'changeType'), INTEGRATION_USER_ID);
    return { success: true };
  });
  post('platform-event', (body) => {
    bus.define(textIn(body, 'name'), textsIn(body, 'fields'));
    return { success: true };
  });
  post('publish', (body) => {
    bus.publish(textIn(body, 'name'), isObject(body.values) ? body.values : {}, INTEGRATION_USER_ID);
    return { success: true };
  });
  post('cut-subscriptions', () => {
    const cuts = [...bus.cuts];
    for (const cut of cuts) cut();
    return { ended: cuts.length };
  });
  return router;
}

function textsIn(body: Record<string, unknown>, name: string): readonly string[] {
  const value = body[name];
  if (Array.isArray(value)) return value.map(String);
  throw new Error(`${name} must be a list of texts`);
}
