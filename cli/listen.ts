import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';
import { createPlaybookFiles } from '../config/playbook-store.ts';
import { createSecrets } from '../config/secret-states.ts';
import { signInsOf } from '../config/sign-in.ts';
import { createAppConnections, createWebhookConnections, type OpenWorkspace } from '../config/wiring.ts';
import { dayOf } from '../core/domain/calendar-day.ts';
import { accessOf } from '../core/pipeline/access-of.ts';
import { sourceRank } from '../core/pipeline/cycle.ts';
import { lastReport } from '../core/pipeline/monitor.ts';
import { createSetup } from '../core/pipeline/setup.ts';
import { createScoring } from '../core/pipeline/what-if.ts';
import { createAccounts } from '../core/store/accounts.ts';
import { openAlarms } from '../core/store/alarms.ts';
import { createAuditLog } from '../core/store/audit-log.ts';
import { readBacklog } from '../core/store/backlog.ts';
import { createBook } from '../core/store/book.ts';
import { createCustomerView } from '../core/store/customer-view.ts';
import { createErasures } from '../core/store/erasure-desk.ts';
import { createFeedback } from '../core/store/feedback.ts';
import { grantStatuses } from '../core/store/grants.ts';
import { createJobs } from '../core/store/jobs.ts';
import { createModelRegistry } from '../core/store/model-registry.ts';
import { createEventLog } from '../core/store/outbound-events.ts';
import { createOutcomes } from '../core/store/outcomes.ts';
import { createOwnerQueue } from '../core/store/owner-queue.ts';
import { createQuality, qualityCounts } from '../core/store/quality.ts';
import { createRecordCards } from '../core/store/record-cards.ts';
import { createSaveTasks } from '../core/store/save-tasks.ts';
import { createSavedViews } from '../core/store/saved-views.ts';
import { keepSetting, readSetting } from '../core/store/settings.ts';
import { createTraffic } from '../core/store/traffic.ts';
import { createWrites } from '../core/store/writes.ts';
import { tokenHash } from '../webhooks/api/bearer.ts';
import { createApi } from '../webhooks/api/index.ts';
import { hubspotCardRoutes } from '../webhooks/hubspot/card.ts';
import { saveTaskRoutes } from '../webhooks/hubspot/save-task.ts';
import { createWebhookRouter } from '../webhooks/inbound/router.ts';
import type { Address, Server } from '../webhooks/listen-on.ts';
import type { LiveDelays } from '../webhooks/operations.ts';
import { startServer } from '../webhooks/server.ts';
import type { CommandContext } from './context.ts';
import { outboundOf } from './outbound.ts';

/** A workspace that vendors and readers can reach. */
export interface Listening {
  server: Server;
  /** Shown once: what is kept is its hash. Null when it was shown by an earlier start. */
  newApiToken: string | null;
  /** By which the console's first account is made; null once there is one. */
  setupToken: string | null;
  close(): Promise<void>;
}

const TOKEN_SETTING = 'api-token-hash';
/** What `npm run build:console` makes: beside the sources, and beside what is compiled from them. */
const CONSOLE_FOLDER = join(import.meta.dirname, '../console/dist');
/** What `npm run build:docs` makes, in the same places. */
const HANDBOOK_FOLDER = join(import.meta.dirname, '../docs/dist');

/** Starts the HTTP server of an open workspace: what comes in waits in the inbox for the live thread or the next cycle. */
export async function listen(
  open: OpenWorkspace,
  context: CommandContext,
  options: Address & { delays?: LiveDelays },
): Promise<Listening> {
  const { database } = open.workspace;
  const { logger, clock } = context;
  const given = context.env['STAYPOWER_API_TOKEN'] || null;
  const kept = await readSetting<string>(database, TOKEN_SETTING);
  const newApiToken = given === null && kept === null ? `sp_${randomBytes(24).toString('base64url')}` : null;
  const apiTokenHash = given ? tokenHash(given) : newApiToken ? tokenHash(newApiToken) : (kept ?? '');
  if (newApiToken) await keepSetting(database, TOKEN_SETTING, apiTokenHash);

  const webhooks = createWebhookRouter(createWebhookConnections(context.config, context), open.inbox, {
    clock,
    logger,
    publicBaseUrl: context.config.server.publicBaseUrl,
  });
  const signIns = signInsOf(context.config, context, database);
  const endpoints = outboundOf(open, context).webhooks;
  const accounts = createAccounts(database, { clock });
  const connections = () => grantStatuses(database);
  const connected = context.config.connections.map(({ id, vendor }) => ({
    connectionId: id,
    vendor,
    access: accessOf({ connectionId: id, vendor }, signIns, false),
  }));
  const today = () => dayOf(clock.now().toISOString(), context.config.timeZone);
  const cards = createRecordCards(database, { language: context.config.language, today });
  const feedback = createFeedback(database, { clock });
  const hubspot = {
    connections: createAppConnections(context.config, context),
    clock,
    logger,
    publicBaseUrl: context.config.server.publicBaseUrl,
  };
  const server = await startServer(
    {
      queries: open.queries,
      webhooks,
      hubspotApp: Router().use(
        hubspotCardRoutes({ ...hubspot, cards, feedback }),
        saveTaskRoutes(hubspot, createSaveTasks(database, { playbooks: () => open.workspace.playbooks, clock, today })),
      ),
      api: createApi({
        queries: open.queries,
        book: createBook(database, { clock, rank: sourceRank(open.workspace.connectors) }),
        customerView: createCustomerView(database, { insights: open.insights }),
        views: createSavedViews(database),
        accounts,
        auditLog: createAuditLog(database),
        insights: open.insights,
        registry: createModelRegistry(database, { clock }),
        lastMonitoring: () => lastReport(database),
        openAlarms: () => openAlarms(database),
        planning: open.planning,
        playbooks: open.playbooks,
        ownerQueue: createOwnerQueue(database, { clock }),
        playbookFiles: createPlaybookFiles(database, {
          file: context.configFile,
          env: context.env,
          clock,
          connectors: open.workspace.connectors,
          connectionIds: connected.map(({ connectionId }) => connectionId),
          actionNames: context.config.planning.actions.map(({ name }) => name),
          present: () => open.workspace.playbooks,
          webhooks: endpoints,
        }),
        scoring: createScoring(database, {
          today,
          rank: sourceRank(open.workspace.connectors),
          ...(open.workspace.sentences && { sentences: open.workspace.sentences }),
        }),
        cards,
        feedback,
        outcomes: createOutcomes(database),
        webhooks: endpoints,
        events: createEventLog(database),
        connections,
        quality: createQuality(database, clock),
        traffic: createTraffic(database, { connections: connected, clock }),
        setup: createSetup(database, { connectors: open.workspace.connectors, signIns, clock }),
        jobs: createJobs(database, { clock }),
        writes: createWrites(database),
        erasures: createErasures(database),
        secrets: createSecrets(context.config, context, database),
        today,
        logger,
      }),
      apiTokenHash,
      accounts,
      consoleFolder: CONSOLE_FOLDER,
      handbookFolder: HANDBOOK_FOLDER,
      connections,
      signIns,
      publicBaseUrl: context.config.server.publicBaseUrl,
      logger,
      ...(options.delays && {
        work: {
          delays: options.delays,
          backlog: () => readBacklog(database, open.workspace.connectors, clock),
          quality: () => qualityCounts(database),
        },
      }),
    },
    options,
  );
  return {
    server,
    newApiToken,
    setupToken: await accounts.newSetupToken(),
    close: () => server.close(),
  };
}

/** What a person needs to open the console. */
export function consoleLines({ server, setupToken }: Pick<Listening, 'server' | 'setupToken'>): readonly string[] {
  if (!existsSync(CONSOLE_FOLDER)) return ['The console is not built: "npm ci && npm run build:console" builds it.'];
  return [
    setupToken === null
      ? `Console: ${server.url}/`
      : // After "#": a browser sends that to nobody.
        `Console, to make the first account, an admin's: ${server.url}/#setup=${setupToken}`,
  ];
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      resolve();
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}
