import express, { type CookieOptions, type Request, type Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import type { Accounts, NewSession, Session } from '../../core/ports/accounts.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { csrfTokenOf, SESSION_COOKIE, sessionCookieOf } from '../api/access.ts';

/** What the routes are made of. */
export interface SessionParts {
  accounts: Accounts;
  /** Cookies go over https alone where this is https. */
  publicBaseUrl: string | null;
  logger: Logger;
}

/** Shortest password (NIST SP 800-63B asks for 8, and for 15 where it is the only factor; long ones are not cut). */
const LEAST_PASSWORD = 12;
const ATTEMPTS_PER_QUARTER_HOUR = 10;
const ATTEMPTS_OF_ALL_PER_MINUTE = 60;

const name = z.string().trim().min(1, 'who you are').max(200);
const newPassword = z.string().min(LEAST_PASSWORD, `${LEAST_PASSWORD} characters at least`).max(1_000);
const credentials = z.strictObject({ name, password: z.string().max(1_000) });
const setup = z.strictObject({ setupToken: z.string().max(200), name, password: newPassword });
const change = z.strictObject({ present: z.string().max(1_000), next: newPassword });

/**
 * GET / says who is signed in, or that the first account is to be made; POST / signs in, DELETE / out; POST /setup makes the first
 * account, POST /password changes one's own. Bodies are JSON alone, which a form of another site cannot send.
 */
export function sessionRoutes({ accounts, publicBaseUrl, logger }: SessionParts): Router {
  const secure = publicBaseUrl?.startsWith('https:') ?? false;
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'strict', secure, path: '/' };
  const router = Router();
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  const begin = (res: Response, { token, session }: NewSession) => {
    // Without an end of its own: it goes with the browser, and the server ends the session.
    res.cookie(SESSION_COOKIE, token, cookie);
    res.json(told(token, session));
  };
  router.get('/', async (req, res) => {
    const token = sessionCookieOf(req);
    const session = token === null ? null : await accounts.sessionOf(token);
    if (token !== null && session !== null) res.json(told(token, session));
    else res.json({ session: null, needsSetup: await accounts.needsSetup() });
  });
  router.use(limit(ATTEMPTS_OF_ALL_PER_MINUTE, 60_000), express.json({ limit: '4kb' }));
  router.post('/', limitByName(), async (req, res) => {
    const given = read(credentials, req, res);
    if (!given) return;
    const begun = await accounts.signIn(given);
    if (begun) return begin(res, begun);
    logger.warn({}, 'a sign-in to the console was refused');
    refuse(res, 401, 'wrong-credentials', 'Name or password is wrong.');
  });
  router.post('/setup', async (req, res) => {
    const given = read(setup, req, res);
    if (!given) return;
    const begun = await accounts.setUp(given);
    if (begun) return begin(res, begun);
    refuse(
      res,
      401,
      'wrong-setup-token',
      'The setup token is wrong or used up: "serve" prints a new one each time it starts.',
    );
  });
  router.delete('/', signedIn(accounts), async (_req, res) => {
    await accounts.signOut(res.locals['token'] as string);
    res.clearCookie(SESSION_COOKIE, cookie).json({ session: null, needsSetup: false });
  });
  router.post('/password', signedIn(accounts), async (req, res) => {
    const given = read(change, req, res);
    if (!given) return;
    const token = res.locals['token'] as string;
    const { userId } = res.locals['session'] as Session;
    if (await accounts.changePassword(userId, { ...given, keep: token })) res.json({ changed: true });
    else refuse(res, 401, 'wrong-credentials', 'The present password is wrong.');
  });
  return router;
}

function told(token: string, session: Session): object {
  return { session: { ...session, csrfToken: csrfTokenOf(token) }, needsSetup: false };
}

function signedIn(accounts: Accounts) {
  return async (req: Request, res: Response, next: () => void) => {
    const token = sessionCookieOf(req);
    const session = token === null ? null : await accounts.sessionOf(token);
    if (token === null || session === null) return refuse(res, 401, 'unauthorized', 'Sign in first.');
    if (req.get('x-csrf-token') !== csrfTokenOf(token)) return refuse(res, 403, 'forged', 'Reload the page.');
    Object.assign(res.locals, { token, session });
    next();
  };
}

function read<Output>(schema: z.ZodType<Output>, req: Request, res: Response): Output | null {
  const result = schema.safeParse(req.body);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  refuse(res, 400, 'bad-request', problems.join('; '));
  return null;
}

function limit(most: number, windowMs: number) {
  return rateLimit({ windowMs, limit: most, standardHeaders: 'draft-8', legacyHeaders: false, message: TOO_MANY });
}

/** By name as well: behind a proxy all requests come from one address. */
function limitByName() {
  return rateLimit({
    windowMs: 15 * 60_000,
    limit: ATTEMPTS_PER_QUARTER_HOUR,
    keyGenerator: (req) =>
      String((req.body as { name?: unknown } | undefined)?.name ?? '')
        .trim()
        .toLowerCase(),
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    message: TOO_MANY,
  });
}

const TOO_MANY = { error: { code: 'too-many-requests', message: 'Too many attempts: wait, see Retry-After.' } };

function refuse(res: Response, status: number, code: string, message: string): void {
  res.status(status).json({ error: { code, message } });
}
