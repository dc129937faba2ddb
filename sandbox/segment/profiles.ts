import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { CREDENTIALS } from '../credentials.ts';
import { note } from '../kernel/http.ts';
import type { Kernel } from '../kernel/types.ts';
import type { Message, MessageStore } from './messages.ts';

const TOKEN = CREDENTIALS.segment.profileToken;
const EVENTS_KEPT_MS = 14 * 86_400_000;

/** The Profile API: traits, events of the last 14 days, external ids, metadata, by "type:value" of an id. No list of all. */
export function profileRoutes(kernel: Kernel, messages: MessageStore): Router {
  const router = Router();
  const refuse = (res: Response, status: number, code: string, message: string) => {
    note(res, { operation: 'free' });
    res.status(status).json({ error: { code, message } });
  };
  router.get('/v1/spaces/:space/collections/:collection/profiles/:id/:what', (req: Request, res: Response) => {
    res.set('Request-Id', randomUUID());
    const user = Buffer.from(/^Basic (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '', 'base64')
      .toString('utf8')
      .split(':')[0];
    if (user !== TOKEN) return refuse(res, 401, 'authentication_error', 'The supplied token is invalid.');
    const [kind, ...rest] = String(req.params['id']).split(':');
    const value = rest.join(':');
    const own = [...messages.all()].filter((message) =>
      kind === 'user_id' ? message.userId === value : kind === 'anonymous_id' && message.anonymousId === value,
    );
    if (own.length === 0) return refuse(res, 404, 'not_found', 'Profile was not found.');
    note(res, { operation: 'profile', object: 'profiles', ids: [value] });
    const limit = (fallback: number, most: number) =>
      Math.min(Math.max(Number(req.query['limit'] ?? fallback), 1), most);
    switch (req.params['what']) {
      case 'traits': {
        const entries = Object.entries(
          Object.assign({}, ...own.map((message) => message.traits ?? {})) as Record<string, unknown>,
        );
        const most = limit(10, 200);
        return res.json({
          traits: Object.fromEntries(entries.slice(0, most)),
          cursor: {
            url: req.path,
            has_more: entries.length > most,
            next: entries.length > most ? String(most) : '',
            limit: most,
          },
        });
      }
      case 'events': {
        const since = kernel.now().getTime() - EVENTS_KEPT_MS;
        const events = own.filter((message) => message.type !== 'identify' && Date.parse(message.timestamp) >= since);
        const start = Number(req.query['next'] ?? 0);
        const page = events.slice(start, start + limit(10, 100));
        const more = start + page.length < events.length;
        return res.json({
          data: page.map(toProfileEvent),
          cursor: { url: req.path, has_more: more, next: more ? String(start + page.length) : '', limit: page.length },
        });
      }
      case 'external_ids':
        return res.json({
          data: [{ type: kind, id: value, collection: 'users', encoding: 'none' }],
          cursor: { url: req.path, has_more: false, next: '' },
        });
      case 'metadata':
        return res.json({
          metadata: {
            created_at: own[0]?.receivedAt,
            updated_at: own.at(-1)?.receivedAt,
            expires_at: null,
            collection: 'users',
          },
        });
      case 'links':
        return res.json({ data: [], cursor: { url: req.path, has_more: false, next: '' } });
      default:
        return refuse(res, 404, 'not_found', 'The resource was not found.');
    }
  });
  router.get('/_sandbox/segment/profiles/:userId', (req, res) => {
    const traits = Object.assign(
      {},
      ...[...messages.all()]
        .filter((message) => message.userId === req.params['userId'])
        .map((message) => message.traits ?? {}),
    ) as object;
    res.json({ traits });
  });
  return router;
}

function toProfileEvent(message: Message): Record<string, unknown> {
  return {
    external_ids: [],
    context: message.context ?? {},
    type: message.type,
    event: message.event ?? message.name ?? null,
    message_id: message.messageId,
    source_id: 'sandbox',
    timestamp: message.timestamp,
    properties: message.properties ?? {},
  };
}
