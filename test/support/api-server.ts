import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { resolveConfig } from '../../config/load.ts';
import { createPlaybookFiles } from '../../config/playbook-store.ts';
import { playbooksInForce } from '../../config/playbooks-in-force.ts';
import { createSecrets } from '../../config/secret-states.ts';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { lastReport } from '../../core/pipeline/monitor.ts';
import { createSetup } from '../../core/pipeline/setup.ts';
import { createScoring } from '../../core/pipeline/what-if.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { AT_RISK_AND_VALUABLE, type Playbook } from '../../core/playbooks/schema.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connector } from '../../core/ports/connector.ts';
import type { Database } from '../../core/ports/database.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { createAccounts } from '../../core/store/accounts.ts';
import { openAlarms } from '../../core/store/alarms.ts';
import { createAuditLog } from '../../core/store/audit-log.ts';
import { createBook } from '../../core/store/book.ts';
import { createCustomerView } from '../../core/store/customer-view.ts';
import { createErasures } from '../../core/store/erasure-desk.ts';
import { createFeedback } from '../../core/store/feedback.ts';
import { createInsights } from '../../core/store/insights.ts';
import { createJobs } from '../../core/store/jobs.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { createModelRegistry } from '../../core/store/model-registry.ts';
import { createEventLog } from '../../core/store/outbound-events.ts';
import { createOutcomes } from '../../core/store/outcomes.ts';
import { createOwnerQueue } from '../../core/store/owner-queue.ts';
import { createPlanning } from '../../core/store/planning.ts';
import { createPlaybooks } from '../../core/store/playbooks.ts';
import { createQuality } from '../../core/store/quality.ts';
import { createQueries } from '../../core/store/queries.ts';
import { createRecordCards } from '../../core/store/record-cards.ts';
import { createSavedViews } from '../../core/store/saved-views.ts';
import { createTraffic } from '../../core/store/traffic.ts';
import { createWebhooks } from '../../core/store/webhook-endpoints.ts';
import { createWrites } from '../../core/store/writes.ts';
import { tokenHash } from '../../webhooks/api/bearer.ts';
import { type Api, createApi } from '../../webhooks/api/index.ts';
import { assertAllowedUrl } from '../../webhooks/outbound/allowed-address.ts';
import { type Server, startServer } from '../../webhooks/server.ts';

const TOKEN = 'sp_test';
const SECRETS = { HUBSPOT_ACCESS_TOKEN: 'a-token', HUBSPOT_CLIENT_SECRET: 'new-secret,old-secret' };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

/** The API over a store, as `serve` puts it together. */
export async function serveApi(
  database: Database,
  {
    clock,
    today,
    consoleFolder = '',
    playbooks = [AT_RISK_AND_VALUABLE],
    connectors = [],
    configFile = null,
  }: {
    clock: Clock;
    today: CalendarDay;
    consoleFolder?: string;
    playbooks?: readonly Playbook[];
    connectors?: readonly Connector[];
    /** Where the playbooks are changed; those given are the ones of this file. */
    configFile?: string | null;
  },
): Promise<{ server: Server; token: string; api: Api; accounts: Accounts }> {
  const accounts = createAccounts(database, { clock });
  const queries = createQueries(database);
  const webhooks = createWebhooks(database, {
    clock,
    keyring: () => createKeyring([Buffer.alloc(32, 7).toString('base64')]),
    randomBytes,
    assertAllowed: (url) => assertAllowedUrl(url, { allowLoopback: false }),
  });
  const present = playbooksInForce(playbooks, { file: configFile, env: {}, connectors: [], logger });
  const api = createApi({
    queries,
    book: createBook(database, { clock, rank: () => 0 }),
    customerView: createCustomerView(database, { insights: createInsights(database, sentencesOf('en')) }),
    views: createSavedViews(database),
    accounts,
    auditLog: createAuditLog(database),
    insights: createInsights(database, sentencesOf('en')),
    registry: createModelRegistry(database, { clock }),
    lastMonitoring: () => lastReport(database),
    openAlarms: () => openAlarms(database),
    playbooks: createPlaybooks(database, {
      playbooks: present,
      settings: planningSettingsSchema.parse({}),
      rank: () => 0,
      actingConnections: ['crm'],
    }),
    ownerQueue: createOwnerQueue(database, { clock }),
    playbookFiles: createPlaybookFiles(database, {
      file: configFile,
      env: {},
      clock,
      connectors: [],
      connectionIds: ['crm'],
      actionNames: ['email', 'call', 'offer'],
      present,
      webhooks,
    }),
    planning: createPlanning(database, {
      settings: planningSettingsSchema.parse({}),
      timeZone: 'UTC',
      rank: () => 0,
      clock,
    }),
    scoring: createScoring(database, { today: () => today, rank: () => 0 }),
    cards: createRecordCards(database, { language: 'en', today: () => today }),
    feedback: createFeedback(database, { clock }),
    outcomes: createOutcomes(database),
    webhooks,
    events: createEventLog(database),
    connections: async () => [],
    quality: createQuality(database, clock),
    traffic: createTraffic(database, {
      connections: [{ connectionId: 'crm', vendor: 'hubspot', access: 'key' }],
      clock,
    }),
    setup: createSetup(database, { connectors, signIns: null, clock }),
    jobs: createJobs(database, { clock }),
    writes: createWrites(database),
    erasures: createErasures(database),
    secrets: createSecrets(
      resolveConfig({ connections: [{ vendor: 'hubspot' }] }, {}),
      { env: SECRETS, clock },
      database,
    ),
    today: () => today,
    logger,
  });
  const server = await startServer(
    {
      queries,
      webhooks: Router(),
      hubspotApp: Router(),
      api,
      apiTokenHash: tokenHash(TOKEN),
      accounts,
      consoleFolder,
      handbookFolder: 'not-built',
      connections: async () => [],
      signIns: null,
      publicBaseUrl: null,
      logger,
    },
    0,
  );
  return { server, token: TOKEN, api, accounts };
}
