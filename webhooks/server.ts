import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { Gauge, Histogram, Registry } from 'prom-client';
import { StoreError } from '../core/domain/errors.ts';
import type { Queries } from '../core/ports/engine.ts';
import type { Logger } from '../core/ports/logger.ts';
import { requireBearer } from './api/bearer.ts';
import { customerRoutes } from './api/customers.ts';

/** What the server is made of. */
export interface ServerParts {
  queries: Queries;
  /** Routes of the webhooks, as `createWebhookRouter` gives them. */
  webhooks: Router;
  /** Hash of the token that /v1 needs. */
  apiTokenHash: string;
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function application({ queries, webhooks, apiTokenHash, logger }: ServerParts): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet());
  app.get('/healthz', (_req, res) => {
    res.json({ ok: true });
  });
  app.get('/readyz', async (_req, res) => {
    const health = await queries.health();
    const note =
      health.engine === 'pglite'
        ? 'The embedded store is for trial: one process, and safe against a crash but not against a power cut. Set DATABASE_URL for production.'
        : null;
    res.status(health.ok ? 200 : 503).json({ ...health, note });
  });
  app.use(metrics(queries));
  app.use('/webhooks', webhooks);
  app.use(
    '/v1',
    rateLimit({ windowMs: 60_000, limit: API_REQUESTS_PER_MINUTE, standardHeaders: 'draft-8', legacyHeaders: false }),
    requireBearer(apiTokenHash),
    customerRoutes(queries),
  );
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

/** Prometheus metrics: durations of requests by route, and what waits in the store. */
function metrics(queries: Queries): Router {
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
    res.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
