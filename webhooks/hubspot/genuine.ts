import type { Request, Response } from 'express';
import { WebhookVerificationError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Verifier } from '../verify/verifier.ts';

/** A HubSpot account whose app calls us. */
export interface AppConnection {
  connectionId: string;
  /** Of signature version 3 alone: a GET has no body, so that version 1 would be the same for every record and for ever. */
  verifier: Verifier;
  /** Of version 2, with which workflow actions are signed. */
  workflowVerifier: Verifier;
}

/** What it takes to tell that HubSpot calls. */
export interface AppContext {
  connections: readonly AppConnection[];
  clock: Clock;
  logger: Logger;
  /** The address under which HubSpot reaches the server, which it signs; null takes the address as called. */
  publicBaseUrl: string | null;
}

/** The id of the connection that a request is about, once HubSpot's signature stands; null where it was refused, and answered so. */
export function genuine(
  { connections, clock, logger, publicBaseUrl }: AppContext,
  by: 'verifier' | 'workflowVerifier',
  req: Request,
  res: Response,
): string | null {
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
  const rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  try {
    connection[by].verify(
      { method: req.method, url: `${base}${req.originalUrl}`, headers: req.headers, rawBody },
      clock.now(),
    );
    return connection.connectionId;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    logger.warn(
      { connectionId: connection.connectionId, reason: error.message },
      'a call of the HubSpot app was refused',
    );
    res.sendStatus(401);
    return null;
  }
}

/** The JSON of a raw body; undefined where it is none. */
export function jsonOf(body: unknown): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** Answers 400, naming what was expected. */
export function refuse(res: Response, expected: string): void {
  res.status(400).json({ error: { code: 'bad-request', message: `Expected ${expected}.` } });
}
