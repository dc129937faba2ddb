import { createHmac } from 'node:crypto';
import { Router } from 'express';
import type { Kernel } from '../kernel/types.ts';
import type { Message, MessageStore } from './messages.ts';

interface Destination {
  targetUrl: string;
  sharedSecret: string;
  /** Sends arrays of messages, of which only the first is signed, as Segment does. */
  batch?: boolean;
}

const MOST_IN_FLIGHT = 50;
const MOST_IN_BATCH = 20;
/** Segment retries for four hours; here within seconds. */
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];

/**
 * Delivers every message of the space to a webhook, signed with HMAC-SHA1 of the body, and remembers for good which ones were
 * taken. Retries on timeouts and 5xx; a 4xx is final.
 */
export function webhookDestination(
  kernel: Kernel,
  messages: MessageStore,
): { routes: Router; close: () => Promise<void> } {
  const routes = Router();
  const destinations = kernel.table<Destination>('segment.destination');
  const delivered = kernel.table<true>('segment.delivered');
  let queue: Message[] = [];
  let destination: Destination | undefined;
  let inFlight = 0;
  let failed = 0;
  let closed = false;

  const post = async (target: Destination, batch: readonly Message[]): Promise<boolean> => {
    const body = JSON.stringify(target.batch ? batch : batch[0]);
    const signed = target.batch ? JSON.stringify(batch[0]) : body;
    const signature = createHmac('sha1', target.sharedSecret).update(signed).digest('hex');
    for (const delay of [...RETRY_MS, null]) {
      const status = await fetch(target.targetUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'X-Signature': signature },
        body,
        signal: AbortSignal.timeout(5_000),
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      if (status >= 200 && status < 300) return true;
      if (delay === null || closed || (status >= 400 && status < 500 && status !== 429)) return false;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
    return false;
  };
  const pump = () => {
    while (!closed && destination && inFlight < MOST_IN_FLIGHT && queue.length > 0) {
      const batch = queue.splice(0, destination.batch ? MOST_IN_BATCH : 1);
      inFlight += 1;
      void post(destination, batch).then((taken) => {
        inFlight -= 1;
        if (taken) for (const message of batch) delivered.set(message.messageId, true);
        else failed += batch.length;
        pump();
      });
    }
  };
  messages.onMessage = (message) => {
    queue.push(message);
    pump();
  };

  routes.post('/_sandbox/segment/webhook', (req, res) => {
    destination = JSON.parse((req.body as Buffer).toString('utf8')) as Destination;
    destinations.set('webhook', destination);
    queue = [...messages.all()]
      .filter((message) => !delivered.get(message.messageId))
      .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
    failed = 0;
    pump();
    res.sendStatus(201);
  });
  routes.get('/_sandbox/segment/webhook', (_req, res) => {
    res.json({ pending: queue.length, inFlight, failed });
  });
  routes.post('/_sandbox/segment/emit', (req, res) => {
    const { messages: given } = JSON.parse((req.body as Buffer).toString('utf8')) as { messages: Partial<Message>[] };
    const receivedAt = kernel.now().toISOString();
    const added = given.map((message) => {
      const complete = {
        ...message,
        type: message.type ?? 'track',
        messageId: message.messageId ?? `emitted-${kernel.nextNumber('segment.emitted')}`,
        timestamp: message.timestamp ?? receivedAt,
        receivedAt,
      } as Message;
      messages.add(complete);
      return complete.messageId;
    });
    res.status(201).json({ messageIds: added });
  });
  return {
    routes,
    close: async () => {
      closed = true;
    },
  };
}
