import express, { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { WebhookVerificationError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Logger } from '../../core/ports/logger.ts';
import {
  type CardRecord,
  type Feedback,
  LONGEST_NOTE,
  type RecordCards,
  VERDICTS,
} from '../../core/ports/record-cards.ts';
import type { Verifier } from '../verify/verifier.ts';

/** A HubSpot account whose app card asks us. */
export interface CardConnection {
  connectionId: string;
  /** Of signature version 3 alone: a GET has no body, so that version 1 would be the same for every record and for ever. */
  verifier: Verifier;
}

/** What the routes are made of. */
export interface CardParts {
  connections: readonly CardConnection[];
  cards: Pick<RecordCards, 'ofRecord'>;
  feedback: Pick<Feedback, 'give'>;
  clock: Clock;
  logger: Logger;
  /** The address under which HubSpot reaches the server, which it signs; null takes the address as called. */
  publicBaseUrl: string | null;
}

/** An opinion is short. */
const MOST_BYTES = '16kb';
const KINDS: Readonly<Record<string, CardRecord['kind']>> = { '0-1': 'contact', '0-2': 'account' };

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,20}$/));
const asked = z.object({ objectTypeId: z.enum(['0-1', '0-2']), objectId: id });
/** HubSpot adds who looks to every address that `hubspot.fetch` calls. */
const looker = z.object({ userId: id });
const opinion = z.strictObject({
  objectId: id,
  verdict: z.enum(VERDICTS),
  note: z.string().trim().max(LONGEST_NOTE).default(''),
});

/**
 * What the app card on a HubSpot record asks, through HubSpot: GET /card?objectTypeId=0-1&objectId=ID for what is shown of a record, and
 * POST /feedback for what a rep thinks of it. Where several accounts are connected, connection=ID in the address says which.
 * Answers 401 to what HubSpot did not sign, without a reason, and 400 to what names no record.
 * https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensibility/fetching-data
 */
export function hubspotCardRoutes(parts: CardParts): Router {
  const { cards, feedback } = parts;
  const router = Router();
  router.get('/card', async (req, res) => {
    const connection = genuine(parts, req, res);
    if (connection === null) return;
    const record = asked.safeParse(req.query);
    if (!record.success) return refuse(res, 'objectTypeId 0-1 (contact) or 0-2 (company), and objectId');
    const { objectTypeId, objectId } = record.data;
    const { connectionId } = connection;
    res
      .set('Cache-Control', 'no-store')
      .json(await cards.ofRecord({ connectionId, kind: KINDS[objectTypeId] ?? 'contact', externalId: objectId }));
  });
  router.post('/feedback', express.raw({ type: () => true, limit: MOST_BYTES, inflate: false }), async (req, res) => {
    const connection = genuine(parts, req, res);
    if (connection === null) return;
    const who = looker.safeParse(req.query);
    const given = opinion.safeParse(jsonOf(req.body));
    if (!who.success || !given.success) return refuse(res, 'userId, and a body of objectId, verdict and note');
    const { objectId, ...rest } = given.data;
    const kept = await feedback.give(
      { connectionId: connection.connectionId, externalId: objectId },
      { ...rest, actor: `hubspot-user:${who.data.userId}` },
    );
    if (kept) res.status(201).json({ asOf: kept.asOf });
    else res.status(404).json({ error: { code: 'not-found', message: 'This contact has no score.' } });
  });
  return router;
}

/** The connection that a request is about, once HubSpot's signature stands; answers what is refused. */
function genuine(
  { connections, clock, logger, publicBaseUrl }: CardParts,
  req: Request,
  res: Response,
): CardConnection | null {
  const named = req.query['connection'];
  const connection =
    named === undefined && connections.length === 1
      ? connections[0]
      : connections.find(({ connectionId }) => connectionId === named);
  if (connection === undefined) {
    res.sendStatus(404);
    return null;
  }
  const base = publicBaseUrl?.replace(/\/+$/, '') ?? `${req.protocol}://${req.headers.host ?? ''}`;
  try {
    connection.verifier.verify(
      {
        method: req.method,
        url: `${base}${req.originalUrl}`,
        headers: req.headers,
        rawBody: Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0),
      },
      clock.now(),
    );
    return connection;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    logger.warn({ connectionId: connection.connectionId, reason: error.message }, 'a card of HubSpot was refused');
    res.sendStatus(401);
    return null;
  }
}

function jsonOf(body: unknown): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}

function refuse(res: Response, expected: string): void {
  res.status(400).json({ error: { code: 'bad-request', message: `Expected ${expected}.` } });
}
