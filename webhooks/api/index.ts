import { Router } from 'express';
import type { Alarm } from '../../core/domain/alarm.ts';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import type { AuditLog } from '../../core/ports/audit-log.ts';
import type { Book } from '../../core/ports/book.ts';
import type { CustomerView } from '../../core/ports/customer-view.ts';
import type { Insights, Queries } from '../../core/ports/engine.ts';
import type { Erasures } from '../../core/ports/erasures.ts';
import type { GrantStatus } from '../../core/ports/grants.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { ModelRegistry } from '../../core/ports/model-registry.ts';
import type { MonitoringReport } from '../../core/ports/monitoring.ts';
import type { EventLog, Webhooks } from '../../core/ports/outbound.ts';
import type { Outcomes } from '../../core/ports/outcomes.ts';
import type { OwnerQueue } from '../../core/ports/owner-queue.ts';
import type { Planning } from '../../core/ports/planning.ts';
import type { PlaybookFiles } from '../../core/ports/playbook-files.ts';
import type { Playbooks } from '../../core/ports/playbooks.ts';
import type { Quality } from '../../core/ports/quality.ts';
import type { Feedback, RecordCards } from '../../core/ports/record-cards.ts';
import type { SavedViews } from '../../core/ports/saved-views.ts';
import type { Scoring } from '../../core/ports/scoring.ts';
import type { Secrets } from '../../core/ports/secrets.ts';
import type { Setup } from '../../core/ports/setup.ts';
import type { Traffic } from '../../core/ports/traffic.ts';
import type { Writes } from '../../core/ports/writes.ts';
import { accountRoutes } from './accounts.ts';
import { alarmRoutes } from './alarms.ts';
import { bookRoutes } from './book.ts';
import { connectionRoutes } from './connections.ts';
import { customerViewRoutes } from './customer-view.ts';
import { customerRoutes } from './customers.ts';
import { customersCsvRoutes } from './customers-csv.ts';
import { erasureRoutes } from './erasures.ts';
import { insightRoutes } from './insights.ts';
import { jobRoutes } from './jobs.ts';
import { modelRegistryRoutes } from './model-registry.ts';
import { openApiDocument } from './openapi.ts';
import { outcomeRoutes } from './outcomes.ts';
import { ownerQueueRoutes } from './owner-queue.ts';
import { planningRoutes } from './planning.ts';
import { playbookFileRoutes } from './playbook-files.ts';
import { playbookRoutes } from './playbooks.ts';
import { qualityRoutes } from './quality.ts';
import { recordRoutes } from './records.ts';
import { scoringRoutes } from './scoring.ts';
import { secretRoutes } from './secrets.ts';
import { setupRoutes } from './setup.ts';
import { streamRoutes } from './stream.ts';
import { trafficRoutes } from './traffic.ts';
import { viewRoutes } from './views.ts';
import { webhookRoutes } from './webhook-endpoints.ts';
import { writeRoutes } from './writes.ts';

/** What the API answers from. */
export interface ApiParts {
  queries: Queries;
  book: Book;
  customerView: CustomerView;
  views: SavedViews;
  accounts: Accounts;
  auditLog: AuditLog;
  insights: Pick<Insights, 'models' | 'segments' | 'segmentMoves' | 'cohorts'>;
  registry: ModelRegistry;
  /** The last report of how scores fared; null before the first. */
  lastMonitoring: () => Promise<MonitoringReport | null>;
  openAlarms: () => Promise<readonly Alarm[]>;
  planning: Pick<Planning, 'advice' | 'scenarioOf'>;
  playbooks: Pick<Playbooks, 'list' | 'effects' | 'simulate' | 'simulateNamed' | 'preview'>;
  playbookFiles: PlaybookFiles;
  ownerQueue: OwnerQueue;
  scoring: Scoring;
  cards: Pick<RecordCards, 'ofCustomer'>;
  feedback: Feedback;
  outcomes: Outcomes;
  webhooks: Webhooks;
  events: EventLog;
  /** Connections that were made in a browser. */
  connections: () => Promise<readonly GrantStatus[]>;
  traffic: Traffic;
  setup: Setup;
  jobs: Jobs;
  writes: Writes;
  erasures: Erasures;
  secrets: Secrets;
  quality: Quality;
  /** Today in the workspace's time zone. */
  today: () => CalendarDay;
  logger: Logger;
}

/** Everything below /v1. */
export interface Api {
  router: Router;
  /** Ends what stays open. */
  close(): Promise<void>;
}

/** The API. Each operation is declared in contract/, which the document at /openapi.json and the client are made of. */
export function createApi(parts: ApiParts): Api {
  const {
    queries,
    book,
    customerView,
    views,
    accounts,
    auditLog,
    insights,
    planning,
    playbooks,
    scoring,
    webhooks,
    events,
    connections,
    today,
    logger,
  } = parts;
  const { cards, feedback } = parts;
  const stream = streamRoutes(events, logger);
  const jobs = jobRoutes(parts.jobs, logger);
  const document = openApiDocument();
  const router = Router();
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.use(
    bookRoutes(book),
    customersCsvRoutes(book, logger),
    viewRoutes(views),
    accountRoutes(accounts, auditLog),
    customerRoutes(queries),
    customerViewRoutes(customerView),
    insightRoutes(insights),
    alarmRoutes(parts.openAlarms),
    modelRegistryRoutes(parts.registry, parts.lastMonitoring),
    playbookRoutes(playbooks, today),
    playbookFileRoutes(parts.playbookFiles, playbooks, today),
    ownerQueueRoutes(parts.ownerQueue, accounts, today),
    planningRoutes(planning, today),
    scoringRoutes(scoring),
    recordRoutes(cards, feedback),
    outcomeRoutes(parts.outcomes, today),
    connectionRoutes(connections),
    setupRoutes(parts.setup),
    jobs.router,
    trafficRoutes(parts.traffic),
    writeRoutes(parts.writes),
    erasureRoutes(parts.erasures),
    secretRoutes(parts.secrets),
    qualityRoutes(parts.quality),
    webhookRoutes(webhooks),
    stream.router,
  );
  return {
    router,
    close: async () => {
      await Promise.all([stream.close(), jobs.close()]);
    },
  };
}
