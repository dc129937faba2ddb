import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Accounts } from '../core/ports/accounts.ts';
import type { SignIns } from '../core/ports/grants.ts';
import { requireAccess, requireRole } from './api/access.ts';
import type { Api } from './api/index.ts';
import { consoleFiles } from './console/files.ts';
import { sessionRoutes } from './console/session.ts';
import { handbookFiles } from './handbook/files.ts';
import { type Address, listenOn, type Server } from './listen-on.ts';
import { oauthNotSetUp, oauthRoutes } from './oauth/routes.ts';
import { createOperations, type OperationsParts } from './operations.ts';

export type { Server } from './listen-on.ts';

/** What the server is made of. */
export interface ServerParts extends OperationsParts {
  /** Routes of the webhooks, as `createWebhookRouter` gives them. */
  webhooks: Router;
  /** What the HubSpot app asks: its card, and its workflow actions that are answered at once. */
  hubspotApp: Router;
  /** What is below /v1, as `createApi` gives it. */
  api: Api;
  /** Hash of an admin's token for /v1. */
  apiTokenHash: string;
  /** Who else may call /v1, and use the console. */
  accounts: Accounts;
  /** Folder of the built console. */
  consoleFolder: string;
  /** Folder of the built handbook. */
  handbookFolder: string;
  /** Null where none can be made: no key to keep tokens under. */
  signIns: SignIns | null;
  /** The https address under which browsers reach us; null on a machine of one's own. */
  publicBaseUrl: string | null;
}

/** Requests to /v1 that one address may make in a minute. */
const API_REQUESTS_PER_MINUTE = 600;
const SIGN_IN_REQUESTS_PER_MINUTE = 30;
/** Our own files alone: no script or style of a page is written into it. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/**
 * Starts the server. `at` is a port of 127.0.0.1, or an address.
 *
 * @throws StoreError when the port is taken
 */
export function startServer(parts: ServerParts, at: number | Address): Promise<Server> {
  const address = typeof at === 'number' ? { host: '127.0.0.1', port: at } : at;
  return listenOn(application(parts), address, () => parts.api.close());
}

function application(parts: ServerParts): express.Express {
  const { webhooks, hubspotApp, api, apiTokenHash, accounts, signIns, publicBaseUrl, logger } = parts;
  const { consoleFolder, handbookFolder } = parts;
  const app = express();
  app.disable('x-powered-by');
  const operations = createOperations(parts);
  app.use(operations.timed);
  // Before all others, and before what browsers are told: whoever calls a webhook is none, and may be calling a thousand times a second.
  app.use('/webhooks', webhooks);
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY } }));
  app.use(operations.router);
  app.use('/hubspot', hubspotApp);
  const access = requireAccess({ apiTokenHash, accounts });
  if (signIns !== null) {
    const requireKey = [access, requireRole('admin')];
    app.use('/oauth', attempts(), oauthRoutes({ signIns, requireKey, publicBaseUrl, logger }));
  } else {
    app.use('/oauth', oauthNotSetUp());
  }
  app.use(
    '/v1',
    rateLimit({
      windowMs: 60_000,
      limit: API_REQUESTS_PER_MINUTE,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      message: {
        error: {
          code: 'too-many-requests',
          message: `At most ${API_REQUESTS_PER_MINUTE} requests a minute: wait, see Retry-After.`,
        },
      },
    }),
    access,
    api.router,
  );
  app.use('/session', sessionRoutes({ accounts, publicBaseUrl, logger }));
  app.use('/docs', handbookFiles(handbookFolder));
  app.use(consoleFiles(consoleFolder));
  app.use((req: Request, res: Response) => {
    res.status(404).json({ error: { code: 'not-found', message: `There is no ${req.method} ${req.path}.` } });
  });
  app.use((error: Error, _req: Request, res: Response, next: NextFunction) => {
    logger.error({ error: error.message }, 'a request failed');
    if (res.headersSent) return next(error);
    res
      .status(500)
      .json({ error: { code: 'internal', message: 'The request failed; the log of the server says why.' } });
  });
  return app;
}

/** Sign-ins are few; their pages are open to anybody. */
function attempts(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: SIGN_IN_REQUESTS_PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
  });
}
