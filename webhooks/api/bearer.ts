import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';

/** The hash under which a token is kept: the token itself is shown once and stored nowhere. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Lets a request through that carries the token (RFC 6750); all others get 401. */
export function requireBearer(expectedHash: string): RequestHandler {
  const expected = Buffer.from(expectedHash);
  return (req, res, next) => {
    const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const given = Buffer.from(tokenHash(token ?? ''));
    if (token !== undefined && given.length === expected.length && timingSafeEqual(given, expected)) return next();
    res
      .status(401)
      .set('WWW-Authenticate', 'Bearer')
      .json({
        error: {
          code: 'unauthorized',
          message: 'Send "Authorization: Bearer TOKEN". The token was shown when serve first started.',
        },
      });
  };
}
