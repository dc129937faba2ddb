import { createHash, createHmac } from 'node:crypto';
import { Router } from 'express';
import { type ObjectType, objectType } from './catalogue.ts';
import type { Portal } from './portal.ts';

interface Subscription {
  targetUrl: string;
  clientSecret: string;
  appId: number;
  /** e.g. "contact.propertyChange", "deal.creation"; absent takes everything. */
  types?: readonly string[];
}

/** Delays between tries, in milliseconds: HubSpot's day of retries, shortened. */
const RETRY_MS = [200, 500, 1_000, 2_000, 5_000];
const MOST_EVENTS = 100;
const SINGULAR: Partial<Record<ObjectType, string>> = {
  contacts: 'contact',
  companies: 'company',
  deals: 'deal',
  tickets: 'ticket',
};

/** Sends what changes, signed as HubSpot signs (v3, and v1 beside it), in batches, until it is taken or the tries are used up. */
export function webhookSender(portal: Portal): { routes: Router; close: () => Promise<void> } {
  const routes = Router();
  const subscriptions: Subscription[] = [];
  let events: Record<string, unknown>[] = [];
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const send = async (subscription: Subscription, batch: Record<string, unknown>[], attempt: number): Promise<void> => {
    const body = JSON.stringify(
      batch.map((event) => ({ ...event, appId: subscription.appId, attemptNumber: attempt })),
    );
    const timestamp = String(Date.now());
    const signature = createHmac('sha256', subscription.clientSecret)
      .update(`POST${subscription.targetUrl}${body}${timestamp}`)
      .digest('base64');
    const taken = await fetch(subscription.targetUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'X-HubSpot-Signature': createHash('sha256')
          .update(subscription.clientSecret + body)
          .digest('hex'),
        'X-HubSpot-Signature-Version': 'v1',
        'X-HubSpot-Signature-v3': signature,
        'X-HubSpot-Request-Timestamp': timestamp,
      },
      body,
      signal: AbortSignal.timeout(5_000),
    }).then(
      (response) => response.ok,
      () => false,
    );
    const delay = RETRY_MS[attempt];
    if (!taken && delay !== undefined && !closed)
      setTimeout(() => void send(subscription, batch, attempt + 1), delay).unref();
  };
  const flush = () => {
    timer = null;
    const waiting = events;
    events = [];
    for (const subscription of subscriptions) {
      const wanted = waiting.filter(
        (event) => !subscription.types || subscription.types.includes(String(event['subscriptionType'])),
      );
      for (let start = 0; start < wanted.length; start += MOST_EVENTS)
        void send(subscription, wanted.slice(start, start + MOST_EVENTS), 0);
    }
  };
  portal.onChange = (change) => {
    const singular = SINGULAR[change.type];
    if (!singular || subscriptions.length === 0) return;
    events.push({
      eventId: portal.kernel.nextNumber('hubspot.events'),
      subscriptionId: 3_327_050,
      portalId: 1_234_567,
      occurredAt: portal.kernel.now().getTime(),
      subscriptionType: `${singular}.${change.kind}`,
      objectId: Number(change.id),
      changeSource: change.source.changeSource,
      ...(change.source.sourceId && { sourceId: change.source.sourceId }),
      ...(change.kind === 'propertyChange' && { propertyName: change.property, propertyValue: change.value }),
      ...(change.kind === 'creation' && { changeFlag: 'CREATED' }),
      ...(change.kind === 'merge' && {
        primaryObjectId: Number(change.mergedIds?.[0]),
        mergedObjectIds: change.mergedIds?.map(Number),
        newObjectId: Number(change.id),
        numberOfPropertiesMoved: 1,
      }),
    });
    timer ??= setTimeout(flush, 20);
  };

  routes.post('/_sandbox/hubspot/webhooks', (req, res) => {
    subscriptions.push(JSON.parse((req.body as Buffer).toString('utf8')) as Subscription);
    res.sendStatus(201);
  });
  routes.post('/_sandbox/hubspot/change', (req, res) => {
    const change = JSON.parse((req.body as Buffer).toString('utf8')) as {
      objectType: string;
      id?: string;
      properties: Record<string, string>;
      contactId?: string;
    };
    const type = objectType(change.objectType);
    if (!type) return res.status(400).json({ message: 'unknown object type' });
    const record = change.id
      ? portal.update(type, change.id, change.properties)
      : portal.create(type, change.properties);
    if (change.contactId) portal.associate(type, record.id, 'contacts', change.contactId);
    res.json(record);
  });
  routes.post('/_sandbox/hubspot/merge', (req, res) => {
    const {
      objectType: text,
      primaryId,
      otherId,
    } = JSON.parse((req.body as Buffer).toString('utf8')) as Record<string, string>;
    res.json(portal.merge(objectType(text ?? '') ?? 'contacts', primaryId ?? '', otherId ?? ''));
  });
  return {
    routes,
    close: async () => {
      closed = true;
      if (timer) clearTimeout(timer);
    },
  };
}
