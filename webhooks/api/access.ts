import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { isEnough, type Role } from '../../core/domain/roles.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import { isBearer } from './bearer.ts';

/** Who makes a request. */
export interface Caller {
  role: Role;
  /** As the audit log names them: "user:ID", "key:ID", or "api-token". */
  actor: string;
  /** Whose browser it is; null for a program. */
  userId: string | null;
}

/** How callers are told. */
export interface AccessParts {
  /** Hash of the token that `serve` showed when it first started: an admin's. */
  apiTokenHash: string;
  accounts: Pick<Accounts, 'keyOf' | 'sessionOf'>;
}

/** The cookie that a browser's session has. */
export const SESSION_COOKIE = 'staypower_session';
const CSRF_HEADER = 'x-csrf-token';
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Lets requests through that carry the token or a key (RFC 6750), or the cookie of a session; all others get 401. A request by cookie that
 * changes something also carries the session's token against forgery: a page of another site can send the cookie along, but cannot read that.
 */
export function requireAccess({ apiTokenHash, accounts }: AccessParts): RequestHandler {
  return async (req, res, next) => {
    const bearer = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      if (isBearer(bearer, apiTokenHash)) return pass(res, { role: 'admin', actor: 'api-token', userId: null }, next);
      const key = await accounts.keyOf(bearer);
      if (key) return pass(res, { role: key.role, actor: `key:${key.keyId}`, userId: null }, next);
      return refuse(res, 401, 'unauthorized', 'The bearer token is unknown or was revoked.');
    }
    const cookie = sessionCookieOf(req);
    const session = cookie === null ? null : await accounts.sessionOf(cookie);
    if (cookie === null || session === null) {
      return refuse(
        res,
        401,
        'unauthorized',
        'Send "Authorization: Bearer TOKEN", or sign in at the console. The token was shown when serve first started.',
      );
    }
    if (!SAFE_METHODS.has(req.method) && !isSame(req.get(CSRF_HEADER) ?? '', csrfTokenOf(cookie))) {
      return refuse(res, 403, 'forged', `Send the session's token in the header ${CSRF_HEADER}: reload the page.`);
    }
    pass(res, { role: session.role, actor: `user:${session.userId}`, userId: session.userId }, next);
  };
}

/** Lets callers through whose role is enough; behind `requireAccess`. */
export function requireRole(needs: Role): RequestHandler {
  return (_req, res, next) => {
    if (isEnough(callerOf(res).role, needs)) return next();
    refuseRole(res, needs);
  };
}

/** Answers that a role is not enough. */
export function refuseRole(res: Response, needs: Role): void {
  refuse(res, 403, 'forbidden', `This needs the role ${needs}: ask an admin of the workspace.`);
}

/** Who makes the request that this is the answer to; behind `requireAccess`. */
export function callerOf(res: Response): Caller {
  return res.locals['caller'] as Caller;
}

/** The secret of the request's session; null without one. */
export function sessionCookieOf(req: Request): string | null {
  return new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([\\w-]+)`).exec(req.headers.cookie ?? '')?.[1] ?? null;
}

/** The token against forgery of a session: follows from its secret, so that nothing is kept. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('csrf').digest('base64url');
}

function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function pass(res: Response, caller: Caller, next: () => void): void {
  res.locals['caller'] = caller;
  next();
}

function refuse(res: Response, status: number, code: string, message: string): void {
  if (status === 401) res.set('WWW-Authenticate', 'Bearer');
  res.status(status).json({ error: { code, message } });
}
