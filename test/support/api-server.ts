import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { lastReport } from '../../core/pipeline/monitor.ts';
import { createScoring } from '../../core/pipeline/what-if.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { AT_RISK_AND_VALUABLE, type Playbook } from '../../core/playbooks/schema.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Database } from '../../core/ports/database.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { createAccounts } from '../../core/store/accounts.ts';
import { createAuditLog } from '../../core/store/audit-log.ts';
import { createBook } from '../../core/store/book.ts';
import { createCustomerView } from '../../core/store/customer-view.ts';
import { createFeedback } from '../../core/store/feedback.ts';
import { createInsights } from '../../core/store/insights.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import { createModelRegistry } from '../../core/store/model-registry.ts';
import { createEventLog } from '../../core/store/outbound-events.ts';
import { createPlanning } from '../../core/store/planning.ts';
import { createPlaybooks } from '../../core/store/playbooks.ts';
import { createQueries } from '../../core/store/queries.ts';
import { createRecordCards } from '../../core/store/record-cards.ts';
import { createSavedViews } from '../../core/store/saved-views.ts';
import { createTraffic } from '../../core/store/traffic.ts';
import { createWebhooks } from '../../core/store/webhook-endpoints.ts';
import { tokenHash } from '../../webhooks/api/bearer.ts';
import { type Api, createApi } from '../../webhooks/api/index.ts';
import { assertAllowedUrl } from '../../webhooks/outbound/allowed-address.ts';
import { type Server, startServer } from '../../webhooks/server.ts';

const TOKEN = 'sp_test';
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };

/** The API over a store, as `serve` puts it together. */
export async function serveApi(
  database: Database,
  {
    clock,
    today,
    consoleFolder = '',
    playbooks = [AT_RISK_AND_VALUABLE],
  }: { clock: Clock; today: CalendarDay; consoleFolder?: string; playbooks?: readonly Playbook[] },
): Promise<{ server: Server; token: string; api: Api; accounts: Accounts }> {
  const accounts = createAccounts(database, { clock });
  const queries = createQueries(database);
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
    playbooks: createPlaybooks(database, {
      playbooks,
      settings: planningSettingsSchema.parse({}),
      rank: () => 0,
      actingConnections: ['crm'],
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
    webhooks: createWebhooks(database, {
      clock,
      keyring: () => createKeyring([Buffer.alloc(32, 7).toString('base64')]),
      randomBytes,
      assertAllowed: (url) => assertAllowedUrl(url, { allowLoopback: false }),
    }),
    events: createEventLog(database),
    connections: async () => [],
    traffic: createTraffic(database, { connections: [{ id: 'crm', vendor: 'hubspot' }], clock }),
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
