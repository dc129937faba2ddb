import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createCsv } from '../connectors/csv/index.ts';
import type { ConnectorContext } from '../connectors/http/context.ts';
import { createHubSpot } from '../connectors/hubspot/index.ts';
import { createSalesforce, type SalesforceSecrets } from '../connectors/salesforce/index.ts';
import { createSegment } from '../connectors/segment/index.ts';
import { sourceRank, type Workspace } from '../core/pipeline/cycle.ts';
import { assertPerformable } from '../core/playbooks/assert-performable.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { Database } from '../core/ports/database.ts';
import type { Insights, Queries } from '../core/ports/engine.ts';
import type { Grants } from '../core/ports/grants.ts';
import type { Inbox } from '../core/ports/inbox.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { Planning } from '../core/ports/planning.ts';
import type { Playbooks } from '../core/ports/playbooks.ts';
import { sentencesOf } from '../core/scores/words/index.ts';
import { createAdviceSource } from '../core/store/advice-source.ts';
import { createGrants, grantStatuses } from '../core/store/grants.ts';
import { createInbox } from '../core/store/inbox.ts';
import { createInsights } from '../core/store/insights.ts';
import type { Keyring } from '../core/store/keyring.ts';
import { openStore } from '../core/store/open.ts';
import { createPlanning } from '../core/store/planning.ts';
import { createPlaybooks } from '../core/store/playbooks.ts';
import { createQueries } from '../core/store/queries.ts';
import type { AppConnection } from '../webhooks/hubspot/genuine.ts';
import { deliveryReaders } from '../webhooks/inbound/readers.ts';
import type { WebhookConnection } from '../webhooks/inbound/router.ts';
import { hubspotVerifier, hubspotWorkflowVerifier } from '../webhooks/verify/hubspot.ts';
import { salesforceVerifier } from '../webhooks/verify/salesforce.ts';
import { segmentVerifier } from '../webhooks/verify/segment.ts';
import { assertAlarmOwner } from './assert-alarm-owner.ts';
import { createExchangeable } from './exchangeable.ts';
import { type Environment, loadConfig } from './load.ts';
import { playbooksInForce } from './playbooks-in-force.ts';
import { readExchangeRates } from './read-exchange-rates.ts';
import type { ConnectionConfig, ResolvedConfig } from './schema.ts';
import { type SecretReader, secretList, secretReader } from './secrets.ts';
import { appOf, keyringOf } from './sign-in.ts';

/** What the wiring needs from outside. */
export interface WiringContext {
  env: Environment;
  /** Folder of everything local. */
  home: string;
  clock: Clock;
  logger: Logger;
  /** The configuration file, for settings that change while the workspace is open; absent where there is none. */
  configFile?: string | null;
}

/** An open workspace with all that hangs on it. */
export interface OpenWorkspace {
  workspace: Workspace;
  queries: Queries;
  insights: Insights;
  planning: Planning;
  playbooks: Playbooks;
  inbox: Inbox;
  /** Opens the connectors of another configuration beside those of the workspace, on its store: to try settings before they are kept. */
  tryConnectors(config: ResolvedConfig): OpenConnectors;
  /**
   * Takes up what has changed since: settings of connections in the configuration file, and accounts that were connected in a browser.
   * Connections that were added or removed wait for the next start. What is under way ends with what it began with.
   *
   * @throws ConfigError when the file is no configuration any more; then nothing has changed
   */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** The folder of the embedded store. */
export function storeFolder(home: string): string {
  return join(home, 'store');
}

/** Connectors, and the store that holds the tokens of those that were connected in the browser. */
export interface OpenConnectors {
  connectors: readonly Connector[];
  close(): Promise<void>;
}

/**
 * Opens the connectors of a configuration alone. The store is opened only where one of them may have its tokens there.
 *
 * @throws ConfigError with all secrets that are missing or empty, StoreError
 */
export async function openConnectors(config: ResolvedConfig, context: WiringContext): Promise<OpenConnectors> {
  const prepared = prepareConnectors(config, context);
  const database = prepared.keyring === null ? null : await openDatabase(config, context);
  const connectors = prepared.build(database);
  return {
    connectors,
    close: async () => {
      await Promise.all(connectors.map((connector) => connector.close()));
      await database?.close();
    },
  };
}

/** Connectors whose secrets have been read, so that a missing one is known before anything is opened. */
interface PreparedConnectors {
  /** Null where no connection has its tokens in the store. */
  keyring: Keyring | null;
  build(database: Database | null): readonly Connector[];
}

function prepareConnectors(config: ResolvedConfig, context: WiringContext): PreparedConnectors {
  const secrets = secretReader(context.env);
  const keyring = keyringOf(context.env);
  const builders = config.connections.map((connection) => connectorOf(connection, config, context, secrets, keyring));
  secrets.assertComplete();
  return {
    keyring: builders.some(({ byGrant }) => byGrant) ? keyring : null,
    build: (database) => {
      const grants = database && keyring ? createGrants(database, { keyring, ...context }) : null;
      return builders.map(({ build }) => build(grants));
    },
  };
}

interface PreparedConnector {
  /** Its tokens may be in the store. */
  byGrant: boolean;
  build(grants: Grants | null): Connector;
}

/** Reads a connection's secrets now and builds it later, once it is known that none is missing. */
function connectorOf(
  connection: ConnectionConfig,
  config: ResolvedConfig,
  { clock, logger }: WiringContext,
  secrets: SecretReader,
  keyring: Keyring | null,
): PreparedConnector {
  const { id } = connection;
  const context: ConnectorContext = {
    connectionId: id,
    clock,
    logger,
    timeZone: config.timeZone,
    currency: config.currency,
  };
  switch (connection.vendor) {
    case 'salesforce': {
      const access = salesforceSecrets(id, secrets);
      return {
        byGrant: 'clientSecret' in access && keyring !== null,
        build: (grants) =>
          createSalesforce(
            context,
            connection.settings,
            'clientSecret' in access && grants ? { ...access, grants } : access,
          ),
      };
    }
    case 'hubspot': {
      const app = keyring !== null && secrets.optional(id, 'ACCESS_TOKEN') === null ? appOf(id, secrets) : null;
      if (app !== null) {
        return {
          byGrant: true,
          build: (grants) => {
            if (grants === null) throw new Error(`${id} has its tokens in the store, which is not open`);
            return createHubSpot(context, connection.settings, { ...app, grants });
          },
        };
      }
      const accessToken = secrets.required(
        id,
        'ACCESS_TOKEN',
        'the service key or token of the HubSpot account (or STAYPOWER_KEY, CLIENT_ID and CLIENT_SECRET to connect in the browser)',
      );
      return { byGrant: false, build: () => createHubSpot(context, connection.settings, { accessToken }) };
    }
    case 'segment': {
      const writeKey = secrets.required(id, 'WRITE_KEY', 'the write key of the Segment source that takes the scores');
      const profileToken = secrets.optional(id, 'PROFILE_TOKEN');
      const publicApiToken = secrets.optional(id, 'PUBLIC_API_TOKEN');
      return {
        byGrant: false,
        build: () => createSegment(context, connection.settings, { writeKey, profileToken, publicApiToken }),
      };
    }
    case 'csv':
      return { byGrant: false, build: () => createCsv(context, connection.settings, process.cwd()) };
  }
}

function salesforceSecrets(id: string, secrets: SecretReader): SalesforceSecrets {
  const clientId = secrets.required(id, 'CLIENT_ID', 'the consumer key of the External Client App');
  const username = secrets.optional(id, 'USERNAME');
  if (username === null) {
    const clientSecret = secrets.required(
      id,
      'CLIENT_SECRET',
      'its consumer secret (or USERNAME and PRIVATE_KEY for the JWT flow)',
    );
    return { clientId, clientSecret };
  }
  // A key in one line of the environment has its line ends written out.
  const privateKey = secrets.required(id, 'PRIVATE_KEY', 'the PEM private key of the JWT flow').replaceAll('\\n', '\n');
  return { clientId, username, privateKey };
}

/** The connections whose vendors may call us: those whose webhook secrets are set. */
export function createWebhookConnections(
  config: ResolvedConfig,
  context: Pick<WiringContext, 'env'>,
): readonly WebhookConnection[] {
  const secrets = secretReader(context.env);
  const connections = config.connections.flatMap(({ vendor, id, settings }): WebhookConnection[] => {
    switch (vendor) {
      case 'hubspot': {
        const list = secretList(secrets.optional(id, 'CLIENT_SECRET'));
        if (list.length === 0) return [];
        const { acceptSignatureV1: acceptV1 } = settings;
        return [
          { vendor, connectionId: id, verifier: hubspotVerifier(list, { acceptV1 }) },
          { vendor: 'hubspot-workflow', connectionId: id, verifier: hubspotWorkflowVerifier(list) },
        ];
      }
      case 'segment': {
        const list = secretList(secrets.optional(id, 'WEBHOOK_SECRET'));
        const header = secretList(secrets.optional(id, 'WEBHOOK_HEADER_SECRET'));
        return list.length === 0 ? [] : [{ vendor, connectionId: id, verifier: segmentVerifier(list, header) }];
      }
      case 'salesforce': {
        const pathTokens = secretList(secrets.optional(id, 'WEBHOOK_TOKEN'));
        if (pathTokens.length === 0) return [];
        const organizationId = secrets.required(
          id,
          'ORGANIZATION_ID',
          'the organisation that Outbound Messages must name',
        );
        return organizationId === ''
          ? []
          : [{ vendor, connectionId: id, verifier: salesforceVerifier({ pathTokens, organizationId }) }];
      }
      default:
        return [];
    }
  });
  secrets.assertComplete();
  return connections;
}

/** The HubSpot accounts whose app may call us: those whose app's secret is set. */
export function createAppConnections(
  config: ResolvedConfig,
  context: Pick<WiringContext, 'env'>,
): readonly AppConnection[] {
  const secrets = secretReader(context.env);
  return config.connections.flatMap(({ vendor, id }) => {
    const list = vendor === 'hubspot' ? secretList(secrets.optional(id, 'CLIENT_SECRET')) : [];
    return list.length === 0
      ? []
      : [{ connectionId: id, verifier: hubspotVerifier(list), workflowVerifier: hubspotWorkflowVerifier(list) }];
  });
}

async function openDatabase(config: ResolvedConfig, context: Pick<WiringContext, 'env' | 'home'>): Promise<Database> {
  await mkdir(dirname(storeFolder(context.home)), { recursive: true });
  return openStore({
    databaseUrl: context.env['DATABASE_URL'] || null,
    folder: storeFolder(context.home),
    workspace: config.workspace,
  });
}

/**
 * Opens the store of a workspace and, unless told otherwise, its connectors.
 *
 * @throws ConfigError, StoreError
 */
export async function openWorkspace(
  config: ResolvedConfig,
  context: WiringContext,
  options: { withConnectors: boolean },
): Promise<OpenWorkspace> {
  // Before the store: a missing secret must not leave anything behind.
  const prepared = options.withConnectors ? prepareConnectors(config, context) : null;
  const rates = await readExchangeRates(config);
  const database = await openDatabase(config, context);
  const exchangeable = createExchangeable(prepared?.build(database) ?? []);
  const { connectors } = exchangeable;
  const grantTimes = new Map<string, string>();
  const connectedSince = async () => {
    const changed = new Set<string>();
    for (const { connectionId, connectedAt } of await grantStatuses(database)) {
      if (grantTimes.get(connectionId) !== connectedAt) changed.add(connectionId);
      grantTimes.set(connectionId, connectedAt);
    }
    return changed;
  };
  await connectedSince();
  let current = config;
  if (prepared !== null) {
    try {
      assertPerformable(config.playbooks, connectors);
      assertAlarmOwner(config.alarms.taskOwner, connectors);
    } catch (error) {
      await database.close();
      throw error;
    }
  }
  const playbooks = playbooksInForce(config.playbooks, {
    file: context.configFile ?? null,
    env: context.env,
    connectors,
    logger: context.logger,
  });
  const rank = sourceRank(config.connections.map(({ id }) => ({ connectionId: id })));
  const advice = createAdviceSource(database, {
    settings: config.planning,
    rank,
  });
  return {
    workspace: {
      name: config.workspace,
      database,
      connectors,
      readers: deliveryReaders,
      get playbooks() {
        return playbooks();
      },
      advice,
      timeZone: config.timeZone,
      currency: config.currency,
      rates,
      scoring: config.scores,
      churn: config.churn,
      sentences: sentencesOf(config.language),
      retention: config.retention,
      ...(config.alarms.taskOwner && { alarmTaskOwner: config.alarms.taskOwner }),
      clock: context.clock,
    },
    queries: createQueries(database),
    insights: createInsights(database, sentencesOf(config.language), config.planning),
    planning: createPlanning(database, {
      settings: config.planning,
      timeZone: config.timeZone,
      rank,
      clock: context.clock,
    }),
    playbooks: createPlaybooks(database, {
      playbooks,
      settings: config.planning,
      advice,
      rank,
      // Those whose connectors open tasks: asked of the configuration, since the connectors need not be open.
      actingConnections: config.connections
        .filter(({ vendor }) => vendor === 'salesforce' || vendor === 'hubspot')
        .map(({ id }) => id),
    }),
    inbox: createInbox(database, () => context.clock.now()),
    tryConnectors: (other) => {
      const tried = prepareConnectors(other, context).build(database);
      return {
        connectors: tried,
        close: async () => {
          await Promise.all(tried.map((connector) => connector.close()));
        },
      };
    },
    reload: async () => {
      const next = context.configFile ? await loadConfig(context.configFile, context.env) : current;
      const connected = await connectedSince();
      const settingsOf = ({ connections }: ResolvedConfig, id: string) =>
        JSON.stringify(connections.find((each) => each.id === id)?.settings);
      const changed = new Set(
        next.connections
          .map(({ id }) => id)
          .filter((id) => connected.has(id) || settingsOf(next, id) !== settingsOf(current, id)),
      );
      if (changed.size > 0 && prepared !== null) {
        const only = { ...next, connections: next.connections.filter(({ id }) => changed.has(id)) };
        exchangeable.exchange(prepareConnectors(only, context).build(database));
      }
      current = next;
    },
    close: async () => {
      await exchangeable.close();
      await database.close();
    },
  };
}
