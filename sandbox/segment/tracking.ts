import { type Request, type Response, Router } from 'express';
import { CREDENTIALS } from '../credentials.ts';
import { note } from '../kernel/http.ts';
import type { Kernel } from '../kernel/types.ts';
import type { Message, MessageStore } from './messages.ts';
import { suppressedUsers } from './regulations.ts';

const WRITE_KEY = CREDENTIALS.segment.writeKey;
const MOST_BYTES = 500 * 1024;
const MOST_EVENT_BYTES = 32 * 1024;
const MOST_EVENTS = 2_500;
const MOST_PER_SECOND = 1_000;
const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'];

/** The HTTP tracking API: one message by its type, or a batch. */
export function trackingRoutes(kernel: Kernel, messages: MessageStore): Router {
  const router = Router();
  const recent: number[] = [];
  const suppressed = suppressedUsers(kernel);
  const take = (req: Request, res: Response, wrap: (body: Record<string, unknown>) => unknown[]) => {
    const now = kernel.now().getTime();
    while (recent.length > 0 && (recent[0] ?? 0) <= now - 1_000) recent.shift();
    if (recent.length >= MOST_PER_SECOND) {
      return res.status(429).set({ 'Retry-After': '1', 'X-RateLimit-Reset': '1' }).send('Too Many Requests');
    }
    recent.push(now);
    const raw = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    if (raw.length > MOST_BYTES) return res.status(400).type('text/plain').send('Bad Request');
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(raw.toString('utf8')) as Record<string, unknown>;
    } catch {
      return res.status(400).type('text/plain').send('Bad Request');
    }
    const basic = /^Basic (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
    const key = basic ? Buffer.from(basic, 'base64').toString('utf8').split(':')[0] : body['writeKey'];
    if (key !== WRITE_KEY) return res.status(401).type('text/plain').send('Unauthorized');
    const batch = wrap(body) as Message[];
    if (batch.some((message) => Buffer.byteLength(JSON.stringify(message)) > MOST_EVENT_BYTES)) {
      return res.status(400).type('text/plain').send('Bad Request');
    }
    note(res, { operation: 'segment-batch', object: 'batch', ids: batch.map((message) => String(message.messageId)) });
    // Beyond 2,500 events the excess is dropped, and the answer is 200 all the same.
    for (const given of batch.slice(0, MOST_EVENTS)) {
      if (!given.userId && !given.anonymousId) continue;
      if (given.userId !== undefined && suppressed.has(given.userId)) continue;
      if (typeof given.messageId !== 'string' || given.messageId.length >= 100) continue;
      const receivedAt = kernel.now().toISOString();
      messages.add({ ...given, timestamp: String(given.timestamp ?? receivedAt), receivedAt });
    }
    return res.json({ success: true });
  };
  router.post('/v1/batch', (req, res) => {
    take(req, res, (body) => (Array.isArray(body['batch']) ? body['batch'] : []));
  });
  for (const type of TYPES)
    router.post(`/v1/${type}`, (req, res) => void take(req, res, (body) => [{ ...body, type }]));
  return router;
}
