import { Router } from 'express';
import type { Insights, Queries } from '../../core/ports/engine.ts';
import type { GrantStatus } from '../../core/ports/grants.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { EventLog, Webhooks } from '../../core/ports/outbound.ts';
import type { Scoring } from '../../core/ports/scoring.ts';
import { connectionRoutes } from './connections.ts';
import { customerRoutes } from './customers.ts';
import { insightRoutes } from './insights.ts';
import { openApiDocument } from './openapi.ts';
import { scoringRoutes } from './scoring.ts';
import { streamRoutes } from './stream.ts';
import { webhookRoutes } from './webhook-endpoints.ts';

/** What the API answers from. */
export interface ApiParts {
  queries: Queries;
  insights: Pick<Insights, 'models' | 'segments'>;
  scoring: Scoring;
  webhooks: Webhooks;
  events: EventLog;
  /** Connections that were made in a browser. */
  connections: () => Promise<readonly GrantStatus[]>;
  logger: Logger;
}

/** Everything below /v1. */
export interface Api {
  router: Router;
  /** Ends what stays open. */
  close(): Promise<void>;
}

/** The API. Each operation is declared in contract/, which the document at /openapi.json and the client are made of. */
export function createApi({ queries, insights, scoring, webhooks, events, connections, logger }: ApiParts): Api {
  const stream = streamRoutes(events, logger);
  const document = openApiDocument();
  const router = Router();
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.use(
    customerRoutes(queries),
    insightRoutes(insights),
    scoringRoutes(scoring),
    connectionRoutes(connections),
    webhookRoutes(webhooks),
    stream.router,
  );
  return { router, close: stream.close };
}
