import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createCsv } from '../connectors/csv/index.ts';
import type { ConnectorContext } from '../connectors/http/context.ts';
import { createHubSpot } from '../connectors/hubspot/index.ts';
import { createSalesforce, type SalesforceSecrets } from '../connectors/salesforce/index.ts';
import { createSegment } from '../connectors/segment/index.ts';
import type { Workspace } from '../core/pipeline/cycle.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { Inbox, Insights, Queries } from '../core/ports/engine.ts';
import type { Logger } from '../core/ports/logger.ts';
import { sentencesOf } from '../core/scores/words/index.ts';
import { createInbox } from '../core/store/inbox.ts';
import { createInsights } from '../core/store/insights.ts';
import { openStore } from '../core/store/open.ts';
import { createQueries } from '../core/store/queries.ts';
import type { WebhookConnection } from '../webhooks/inbound/router.ts';
import { hubspotVerifier } from '../webhooks/verify/hubspot.ts';
import { salesforceVerifier } from '../webhooks/verify/salesforce.ts';
import { segmentVerifier } from '../webhooks/verify/segment.ts';
import type { Environment } from './load.ts';
import { readExchangeRates } from './read-exchange-rates.ts';
import type { ConnectionConfig, ResolvedConfig } from './schema.ts';
import { type SecretReader, secretList, secretReader } from './secrets.ts';

/** What the wiring needs from outside. */
export interface WiringContext {
  env: Environment;
  /** Folder of everything local. */
  home: string;
  clock: Clock;
  logger: Logger;
}

/** An open workspace with all that hangs on it. */
export interface OpenWorkspace {
  workspace: Workspace;
  queries: Queries;
  insights: Insights;
  inbox: Inbox;
  close(): Promise<void>;
}

/** The folder of the embedded store. */
export function storeFolder(home: string): string {
  return join(home, 'store');
}

/** Builds the connectors of a configuration. Secrets that are missing or empty are reported together, as ConfigError. */
export function createConnectors(config: ResolvedConfig, context: WiringContext): readonly Connector[] {
  const secrets = secretReader(context.env);
  const builders = config.connections.map((connection) => connectorOf(connection, config, context, secrets));
  secrets.assertComplete();
  return builders.map((build) => build());
}

/** Reads a connection's secrets now and builds it later, once it is known that none is missing. */
function connectorOf(
  connection: ConnectionConfig,
  config: ResolvedConfig,
  { clock, logger }: WiringContext,
  secrets: SecretReader,
): () => Connector {
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
      return () => createSalesforce(context, connection.settings, access);
    }
    case 'hubspot': {
      const accessToken = secrets.required(id, 'ACCESS_TOKEN', 'the service key or token of the HubSpot account');
      return () => createHubSpot(context, connection.settings, { accessToken });
    }
    case 'segment': {
      const writeKey = secrets.required(id, 'WRITE_KEY', 'the write key of the Segment source that takes the scores');
      const profileToken = secrets.optional(id, 'PROFILE_TOKEN');
      return () => createSegment(context, connection.settings, { writeKey, profileToken });
    }
    case 'csv':
      return () => createCsv(context, connection.settings, process.cwd());
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
  const connections = config.connections.flatMap(({ vendor, id }): WebhookConnection[] => {
    switch (vendor) {
      case 'hubspot': {
        const list = secretList(secrets.optional(id, 'CLIENT_SECRET'));
        return list.length === 0 ? [] : [{ vendor, connectionId: id, verifier: hubspotVerifier(list) }];
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
  const connectors = options.withConnectors ? createConnectors(config, context) : [];
  const rates = await readExchangeRates(config);
  await mkdir(dirname(storeFolder(context.home)), { recursive: true });
  const database = await openStore({
    databaseUrl: context.env['DATABASE_URL'] || null,
    folder: storeFolder(context.home),
    workspace: config.workspace,
  });
  return {
    workspace: {
      name: config.workspace,
      database,
      connectors,
      playbooks: config.playbooks,
      timeZone: config.timeZone,
      currency: config.currency,
      rates,
      scoring: config.scores,
      sentences: sentencesOf(config.language),
      clock: context.clock,
    },
    queries: createQueries(database),
    insights: createInsights(database, sentencesOf(config.language)),
    inbox: createInbox(database, () => context.clock.now()),
    close: async () => {
      await Promise.all(connectors.map((connector) => connector.close()));
      await database.close();
    },
  };
}
