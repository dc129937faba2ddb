import express, { type RequestHandler, type Router } from 'express';
import { Gauge, Histogram, Registry } from 'prom-client';
import type { Queries } from '../core/ports/engine.ts';
import type { GrantStatus } from '../core/ports/grants.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { QualityCount } from '../core/ports/quality.ts';
import type { Backlog, OnLiveDelay } from '../core/ports/work.ts';

/** What those who keep the product running are shown. */
export interface OperationsParts {
  queries: Queries;
  /** Connections that were made in a browser. */
  connections: () => Promise<readonly GrantStatus[]>;
  logger: Logger;
  /** What is known of the work; absent where HTTP alone is served. */
  work?: {
    backlog: () => Promise<Backlog>;
    /** What rules of data quality have found. */
    quality: () => Promise<readonly QualityCount[]>;
    delays: LiveDelays;
  };
}

/** Seconds from an event to its scores and its fields, as this process measured them. */
export interface LiveDelays {
  observe: OnLiveDelay;
  metric: Histogram<'stage'>;
}

/** From milliseconds, where a score is stored, to minutes, where a vendor was away. */
const DELAY_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300];

/** The histogram that a live thread fills and `/metrics` shows. */
export function createLiveDelays(): LiveDelays {
  const metric = new Histogram({
    name: 'staypower_event_seconds',
    help: 'From a message to the stored score ("scored") and to everything written to the CRMs ("written"), in this process.',
    labelNames: ['stage'],
    buckets: DELAY_BUCKETS_S,
    registers: [],
  });
  return {
    metric,
    observe: (stage, seconds) => {
      for (const each of seconds) metric.observe({ stage }, each);
    },
  };
}

/**
 * `router`: GET /healthz (the process answers), /readyz (so does the store; 503 when not, with what waits) and /metrics (Prometheus). No
 * personal data in any. `timed` goes before what it is to measure.
 */
export function createOperations(parts: OperationsParts): { router: Router; timed: RequestHandler } {
  const { queries, connections, logger, work } = parts;
  const router = express.Router();
  const { registry, refresh, timed } = metricsOf(parts);
  router.get('/healthz', (_req, res) => {
    res.json({ ok: true });
  });
  router.get('/readyz', async (_req, res) => {
    try {
      const health = await queries.health();
      const note =
        health.engine === 'pglite'
          ? 'The embedded store is for trial: one process, and safe against a crash but not against a power cut. Set DATABASE_URL for production.'
          : null;
      const backlog = work ? await work.backlog() : {};
      const reconnect = await lostConnections(connections);
      res.status(health.ok ? 200 : 503).json({ ...health, ...backlog, reconnect, note });
    } catch (error) {
      logger.error({ error: error instanceof Error ? error.message : String(error) }, 'not ready: the store fails');
      res.status(503).json({ ok: false, note: 'The store does not answer.' });
    }
  });
  router.get('/metrics', async (_req, res) => {
    await refresh();
    res.type(registry.contentType).send(await registry.metrics());
  });
  return { router, timed };
}

/** Ids of the connections that an admin must make again. */
async function lostConnections(connections: OperationsParts['connections']): Promise<readonly string[]> {
  return (await connections()).filter(({ lostReason }) => lostReason !== null).map(({ connectionId }) => connectionId);
}

/** Durations of requests by route as they happen; what waits, when it is asked for. */
function metricsOf({ queries, connections, work }: OperationsParts): {
  registry: Registry;
  refresh: () => Promise<void>;
  timed: RequestHandler;
} {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: 'staypower_http_request_seconds',
    help: 'Duration of HTTP requests by route and status.',
    labelNames: ['route', 'status'],
    registers,
  });
  const waiting = new Gauge({
    name: 'staypower_waiting',
    help: 'What waits: inbox (messages to be read, deliveries to be taken apart), outbox (writes and actions), quarantine (records), webhooks (deliveries to endpoints).',
    labelNames: ['where'],
    registers,
  });
  const lost = new Gauge({
    name: 'staypower_connections_lost',
    help: 'Connections that an admin must make again.',
    registers,
  });
  const lag = new Gauge({
    name: 'staypower_inbox_lag_seconds',
    help: 'How long the oldest waiting message has waited.',
    registers: work ? registers : [],
  });
  const calls = new Gauge({
    name: 'staypower_api_calls',
    help: 'Calls of the day by connection, as the vendor last said: used and limit, those of other apps included.',
    labelNames: ['connection', 'of'],
    registers: work ? registers : [],
  });
  const webhooks = {
    oldest: new Gauge({
      name: 'staypower_webhooks_oldest_seconds',
      help: 'How long the oldest delivery to an endpoint has waited.',
      registers: work ? registers : [],
    }),
    disabled: new Gauge({
      name: 'staypower_webhook_endpoints_disabled',
      help: 'Endpoints that are called no more until somebody enables them.',
      registers: work ? registers : [],
    }),
  };
  const findings = new Gauge({
    name: 'staypower_quality_findings',
    help: 'What rules of data quality have found and nobody has accepted or mended, by connection and rule.',
    labelNames: ['connection', 'rule'],
    registers: work ? registers : [],
  });
  const subscriptions = subscriptionGauges(work ? registers : []);
  if (work) registry.registerMetric(work.delays.metric);
  const timed: RequestHandler = (req, res, next) => {
    const stop = durations.startTimer();
    // The first part of the path alone: ids would make a series each. As called: routers below see the rest of it.
    const route = `/${req.originalUrl.split(/[/?]/)[1] ?? ''}`;
    res.on('finish', () => stop({ route, status: res.statusCode }));
    next();
  };
  return {
    registry,
    timed,
    refresh: async () => {
      const health = await queries.health();
      waiting.set({ where: 'inbox' }, health.inboxWaiting);
      waiting.set({ where: 'outbox' }, health.outboxWaiting);
      waiting.set({ where: 'quarantine' }, health.quarantined);
      lost.set((await lostConnections(connections)).length);
      const backlog = await work?.backlog();
      if (backlog === undefined) return;
      lag.set(backlog.inboxLagSeconds);
      waiting.set({ where: 'webhooks' }, backlog.webhooks.waiting);
      webhooks.oldest.set(backlog.webhooks.oldestSeconds);
      webhooks.disabled.set(backlog.webhooks.disabledEndpoints.length);
      subscriptions.set(backlog.subscriptions);
      // A rule that finds nothing any more has no line.
      findings.reset();
      for (const { connectionId, rule, open } of (await work?.quality()) ?? [])
        findings.set({ connection: connectionId, rule }, open);
      for (const { connectionId, used, limit } of backlog.calls) {
        calls.set({ connection: connectionId, of: 'used' }, used);
        calls.set({ connection: connectionId, of: 'limit' }, limit);
      }
    },
  };
}

/** What is known of topics that a vendor lets us subscribe to. */
function subscriptionGauges(registers: Registry[]): { set(states: Backlog['subscriptions']): void } {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `staypower_subscription_${name}`, help, labelNames: ['connection', 'topic'], registers });
  const connected = gauge('connected', '1 where the vendor was heard of in the last six minutes, else 0.');
  const lastEvent = gauge('last_event_seconds', 'Time since the last event was taken up.');
  const lag = gauge('lag_seconds', 'How old the newest event was when it was taken up, by the clock of the vendor.');
  return {
    set: (states) => {
      for (const { connectionId: connection, topic, ...state } of states) {
        connected.set({ connection, topic }, state.connected ? 1 : 0);
        if (state.lastEventSeconds !== null) lastEvent.set({ connection, topic }, state.lastEventSeconds);
        if (state.lagSeconds !== null) lag.set({ connection, topic }, state.lagSeconds);
      }
    },
  };
}
