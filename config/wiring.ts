import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createCsv } from '../connectors/csv/index.ts';
import { createHubSpot } from '../connectors/hubspot/index.ts';
import type { ConnectorContext } from '../connectors/http/context.ts';
import { createSalesforce, type SalesforceSecrets } from '../connectors/salesforce/index.ts';
import { createSegment } from '../connectors/segment/index.ts';
import { ConfigError } from '../core/domain/errors.ts';
import type { Workspace } from '../core/pipeline/cycle.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { Inbox, Queries } from '../core/ports/engine.ts';
import type { Logger } from '../core/ports/logger.ts';
import { createInbox } from '../core/store/inbox.ts';
import { openStore } from '../core/store/open.ts';
import { createQueries } from '../core/store/queries.ts';
import type { WebhookConnection } from '../webhooks/inbound/router.ts';
import { hubspotVerifier } from '../webhooks/verify/hubspot.ts';
import { salesforceVerifier } from '../webhooks/verify/salesforce.ts';
import { segmentVerifier } from '../webhooks/verify/segment.ts';
import type { Environment } from './load.ts';
import type { ConnectionConfig, ResolvedConfig } from './schema.ts';
import { liveSecrets, type SecretReader, secretReader } from './secrets.ts';

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
  const builders = config.connections.map((connection) => builderOf(connection, config, context, secrets));
  secrets.assertComplete();
  return builders.map((build) => build());
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
      clock: context.clock,
    },
    queries: createQueries(database),
    inbox: createInbox(database, () => context.clock.now()),
    close: async () => {
      await Promise.all(connectors.map((connector) => connector.close()));
      await database.close();
    },
  };
}
