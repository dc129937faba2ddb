import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { Gauge, Histogram, Registry } from 'prom-client';
import { StoreError } from '../core/domain/errors.ts';
import type { Accounts } from '../core/ports/accounts.ts';
import type { Queries } from '../core/ports/engine.ts';
import type { GrantStatus, SignIns } from '../core/ports/grants.ts';
import type { Logger } from '../core/ports/logger.ts';
import { requireAccess, requireRole } from './api/access.ts';
import type { Api } from './api/index.ts';
import { consoleFiles } from './console/files.ts';
import { sessionRoutes } from './console/session.ts';
import { oauthNotSetUp, oauthRoutes } from './oauth/routes.ts';

/** What the server is made of. */
export interface ServerParts {
  queries: Queries;
  /** Routes of the webhooks, as `createWebhookRouter` gives them. */
  webhooks: Router;
  /** What HubSpot's app card asks, as `hubspotCardRoutes` gives it. */
  hubspotCard: Router;
  /** What is below /v1, as `createApi` gives it. */
  api: Api;
  /** Hash of an admin's token for /v1. */
  apiTokenHash: string;
  /** Who else may call /v1, and use the console. */
  accounts: Accounts;
  /** Folder of the built console. */
  consoleFolder: string;
  /** Connections that were made in a browser. */
  connections: () => Promise<readonly GrantStatus[]>;
  /** Null where none can be made: no key to keep tokens under. */
  signIns: SignIns | null;
  /** The https address under which browsers reach us; null on a machine of one's own. */
  publicBaseUrl: string | null;
  logger: Logger;
}

/** A listening server. */
export interface Server {
  /** e.g. "http://127.0.0.1:8080" */
  url: string;
  close(): Promise<void>;
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
 * Listens on 127.0.0.1: a reverse proxy that ends TLS stands in front in production. Port 0 takes a free one.
 *
 * @throws StoreError when the port is taken
 */
export async function startServer(parts: ServerParts, port: number): Promise<Server> {
  const server = createServer(application(parts));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new StoreError(
              `Port ${port} on 127.0.0.1 is taken. Stop what listens there, or choose another with --port.`,
              {
                retry: 'never',
                cause: error,
              },
            )
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await parts.api.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

function application({
  queries,
  webhooks,
  hubspotCard,
  api,
  apiTokenHash,
  accounts,
  consoleFolder,
  connections,
  signIns,
  publicBaseUrl,
  logger,
}: ServerParts): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY } }));
  app.get('/healthz', (_req, res) => {
    res.json({ ok: true });
  });
  app.get('/readyz', async (_req, res) => {
    const health = await queries.health();
    const note =
      health.engine === 'pglite'
        ? 'The embedded store is for trial: one process, and safe against a crash but not against a power cut. Set DATABASE_URL for production.'
        : null;
    res.status(health.ok ? 200 : 503).json({ ...health, reconnect: await lostConnections(connections), note });
  });
  app.use(metrics(queries, connections));
  app.use('/webhooks', webhooks);
  app.use('/hubspot', hubspotCard);
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

/** Ids of the connections that an admin must make again. */
async function lostConnections(connections: ServerParts['connections']): Promise<readonly string[]> {
  return (await connections()).filter(({ lostReason }) => lostReason !== null).map(({ connectionId }) => connectionId);
}

/** Prometheus metrics: durations of requests by route, and what waits in the store. */
function metrics(queries: Queries, connections: ServerParts['connections']): Router {
  const registry = new Registry();
  const durations = new Histogram({
    name: 'staypower_http_request_seconds',
    help: 'Duration of HTTP requests by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const waiting = new Gauge({
    name: 'staypower_waiting',
    help: 'What waits: inbox (messages), outbox (writes and actions), quarantine (records).',
    labelNames: ['where'],
    registers: [registry],
  });
  const lost = new Gauge({
    name: 'staypower_connections_lost',
    help: 'Connections that an admin must make again.',
    registers: [registry],
  });
  const router = express.Router();
  router.use((req, res, next) => {
    const stop = durations.startTimer();
    // The first part of the path alone: ids would make a series each. As called: routers below see the rest of it.
    const route = `/${req.originalUrl.split(/[/?]/)[1] ?? ''}`;
    res.on('finish', () => stop({ route, status: res.statusCode }));
    next();
  });
  router.get('/metrics', async (_req, res) => {
    const health = await queries.health();
    waiting.set({ where: 'inbox' }, health.inboxWaiting);
    waiting.set({ where: 'outbox' }, health.outboxWaiting);
    waiting.set({ where: 'quarantine' }, health.quarantined);
    lost.set((await lostConnections(connections)).length);
    res.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
