import { randomBytes } from 'node:crypto';
import { type CookieOptions, type Request, type RequestHandler, type Response, Router } from 'express';
import type { SignIns } from '../../core/ports/grants.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { answerCallback } from './callback.ts';

/** What the routes are made of. */
export interface OAuthParts {
  signIns: SignIns;
  /** Lets only an admin through. */
  requireKey: RequestHandler[];
  /** The https address under which browsers reach us; null is the loopback address of the request. */
  publicBaseUrl: string | null;
  logger: Logger;
}

const COOKIE = 'staypower_sign_in';
const COOKIE_MS = 10 * 60_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1']);

/**
 * POST /{vendor}/start with the admin's key answers where the browser goes, and gives the browser a cookie; GET /{vendor}/callback is
 * where the vendor sends it back. Only the browser that holds the cookie can end what the key has begun: an answer that somebody else
 * prepared is not taken (RFC 6749, 10.12).
 */
export function oauthRoutes({ signIns, requireKey, publicBaseUrl, logger }: OAuthParts): Router {
  const router = Router();
  router.post('/:vendor/start', requireKey, async (req: Request, res: Response) => {
    const vendor = String(req.params['vendor']);
    const asked = typeof req.query['connection'] === 'string' ? req.query['connection'] : vendor;
    const connection = signIns.connections.find((each) => each.vendor === vendor && each.connectionId === asked);
    if (connection === undefined) {
      const known =
        signIns.connections.map(({ vendor: of, connectionId }) => `${of}/${connectionId}`).join(', ') || 'none';
      res.status(404).json({
        error: {
          code: 'not-found',
          message: `No connection ${asked} of ${vendor} can be made in a browser. Set up for it: ${known}.`,
        },
      });
      return;
    }
    const base = baseOf(req, publicBaseUrl);
    const begunBy = randomBytes(32).toString('base64url');
    const { connectionId, scopes } = connection;
    const { authorizationUrl, expiresAt } = await signIns.begin(connectionId, {
      redirectUri: `${base}/oauth/${vendor}/callback`,
      begunBy,
    });
    res
      .cookie(COOKIE, begunBy, { ...cookieOptions(base), maxAge: COOKIE_MS })
      .set('Cache-Control', 'no-store')
      .json({ connectionId, authorizationUrl, expiresAt, scopes });
  });
  router.get('/:vendor/callback', async (req, res) => {
    const vendor = String(req.params['vendor']);
    const backTo = `${baseOf(req, publicBaseUrl)}/#/connections/setup`;
    const query = new URL(req.originalUrl, 'http://localhost').searchParams;
    const { status, html, outcome } = await answerCallback(signIns, vendor, query, cookieOf(req), backTo);
    if (outcome instanceof Error) logger.warn({ vendor, error: outcome.message }, 'a sign-in was not ended');
    else logger.info({ vendor, connectionId: outcome.connectionId, account: outcome.account }, 'connected');
    res
      .status(status)
      .clearCookie(COOKIE, cookieOptions(baseOf(req, publicBaseUrl)))
      .set('Cache-Control', 'no-store')
      // The address holds the code.
      .set('Referrer-Policy', 'no-referrer')
      .type('html')
      .send(html);
  });
  return router;
}

/** Answers where nothing can be connected in a browser. */
export function oauthNotSetUp(): RequestHandler {
  return (_req, res) => {
    res.status(404).json({
      error: {
        code: 'not-found',
        message:
          'No connection can be made in a browser: STAYPOWER_KEY, which encrypts tokens, is not set. README.md, "Connect", says how.',
      },
    });
  };
}

/** Cookies belong to a host name: without a public address it is the loopback name that the browser used. */
function baseOf(req: Request, publicBaseUrl: string | null): string {
  if (publicBaseUrl !== null) return publicBaseUrl.replace(/\/$/, '');
  const host = LOOPBACK.has(req.hostname) ? req.hostname : 'localhost';
  return `http://${host}:${req.socket.localPort ?? 80}`;
}

function cookieOptions(base: string): CookieOptions {
  // Lax and not strict: the vendor's redirect is a navigation from elsewhere.
  return {
    path: new URL(`${base}/oauth`).pathname,
    httpOnly: true,
    sameSite: 'lax',
    secure: base.startsWith('https:'),
  };
}

function cookieOf(req: Request): string {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(req.headers.cookie ?? '')?.[1] ?? '';
}
