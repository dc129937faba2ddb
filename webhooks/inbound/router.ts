import { type NextFunction, type Request, type Response, Router } from 'express';
import { InboxFullError, WebhookVerificationError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { DeliveryForm, Inbox } from '../../core/ports/inbox.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Verifier } from '../verify/verifier.ts';
import { BodyRefused, readRawBody } from './raw-body.ts';
import { looksLike } from './readers.ts';
import { ACKNOWLEDGEMENT } from './salesforce.ts';

/** A connection whose vendor calls us. */
export interface WebhookConnection {
  /** First part of the address. HubSpot's workflow actions have one of their own: they are signed otherwise. */
  vendor: DeliveryForm;
  connectionId: string;
  verifier: Verifier;
}

/** What the router is built with. */
export interface WebhookContext {
  clock: Clock;
  logger: Logger;
  /**
   * The address under which vendors reach the server, e.g. "https://scores.example.com": HubSpot signs it, and behind a proxy we
   * are called by another. Null takes the address as called, which is right where nothing stands in between.
   */
  publicBaseUrl: string | null;
}

/** Twice HubSpot's and Segment's largest deliveries. */
const MOST_BYTES = 1_048_576;
/** When the store fails, vendors are asked to come back after so many seconds. */
const RETRY_AFTER_S = 5;
/** When too much waits, after so many. HubSpot, Segment and Salesforce send again whatever is not 2xx, with growing pauses. */
const RETRY_AFTER_FULL_S = 30;

/**
 * Takes POST /{vendor}/{connectionId}, and /salesforce/{connectionId}/{token}: raw bytes, verified, then on disk as they came, then
 * answered. They are taken apart after the answer, elsewhere.
 *
 * Answers 2xx once all is stored; 401 to what is not genuine, without a reason; 400 to what is genuine and does not look like what
 * its vendor sends; 404 for a connection we do not have; 413 above 1 MB; 429 when too much waits and 503 when the store fails, so that
 * the vendor sends it again.
 */
export function createWebhookRouter(
  connections: readonly WebhookConnection[],
  inbox: Inbox,
  context: WebhookContext,
): Router {
  const known = new Map(
    connections.map((connection) => [`${connection.vendor}/${connection.connectionId}`, connection]),
  );
  const connectionOf = (req: Request) => {
    const { vendor, connectionId, token } = req.params;
    const connection = known.get(`${String(vendor)}/${String(connectionId)}`);
    return token === undefined || connection?.vendor === 'salesforce' ? connection : undefined;
  };
  const router = Router();
  router.post(
    ['/:vendor/:connectionId', '/:vendor/:connectionId/:token'],
    (req: Request, res: Response, next: NextFunction) => {
      // Before the body is read: strangers are not worth a megabyte.
      if (connectionOf(req)) next();
      else res.sendStatus(404);
    },
    async (req: Request, res: Response) => {
      const connection = connectionOf(req);
      if (connection) await take(connection, inbox, context, req, res);
    },
  );
  return router;
}

async function take(
  { vendor, connectionId, verifier }: WebhookConnection,
  inbox: Inbox,
  { clock, logger, publicBaseUrl }: WebhookContext,
  req: Request,
  res: Response,
): Promise<void> {
  let rawBody: Buffer;
  try {
    rawBody = await readRawBody(req, MOST_BYTES);
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error;
    // What is left of it is not read.
    res.set('Connection', 'close').sendStatus(error.status);
    return;
  }
  const bytes = rawBody.length;
  const base = publicBaseUrl?.replace(/\/+$/, '') ?? `${req.protocol}://${req.headers.host ?? ''}`;
  try {
    verifier.verify(
      { method: req.method, url: `${base}${req.originalUrl}`, headers: req.headers, rawBody },
      clock.now(),
    );
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    logger.warn({ vendor, connectionId, reason: error.message }, 'a webhook was refused');
    res.sendStatus(401);
    return;
  }
  if (!looksLike(vendor, rawBody)) {
    logger.warn({ vendor, connectionId, bytes }, 'a genuine webhook could not be read');
    res.sendStatus(400);
    return;
  }
  try {
    await inbox.keep({ connectionId, form: vendor, body: rawBody });
    logger.debug({ vendor, connectionId, bytes }, 'a webhook was taken');
  } catch (error) {
    if (error instanceof InboxFullError) {
      logger.warn({ vendor, connectionId, bytes }, error.message);
      res.set('Retry-After', String(RETRY_AFTER_FULL_S)).sendStatus(429);
      return;
    }
    logger.error(
      { vendor, connectionId, bytes, error: error instanceof Error ? error.name : 'unknown' },
      'a webhook could not be stored; the vendor will send it again',
    );
    res.set('Retry-After', String(RETRY_AFTER_S)).sendStatus(503);
    return;
  }
  if (vendor === 'salesforce') res.type('text/xml').send(ACKNOWLEDGEMENT);
  else res.status(200).end();
}
