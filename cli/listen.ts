import { randomBytes } from 'node:crypto';
import { signInsOf } from '../config/sign-in.ts';
import { createWebhookConnections, type OpenWorkspace } from '../config/wiring.ts';
import { grantStatuses } from '../core/store/grants.ts';
import { keepSetting, readSetting } from '../core/store/settings.ts';
import { tokenHash } from '../webhooks/api/bearer.ts';
import { createWebhookRouter } from '../webhooks/inbound/router.ts';
import { type Server, startServer } from '../webhooks/server.ts';
import type { CommandContext } from './context.ts';

/** A workspace that vendors and readers can reach. */
export interface Listening {
  server: Server;
  /** Shown once: what is kept is its hash. Null when it was shown by an earlier start. */
  newApiToken: string | null;
  close(): Promise<void>;
}

const TOKEN_SETTING = 'api-token-hash';

/** Starts the HTTP server of an open workspace: what comes in waits in the inbox for the live thread or the next cycle. */
export async function listen(
  open: OpenWorkspace,
  context: CommandContext,
  options: { port: number },
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
  const server = await startServer(
    {
      queries: open.queries,
      webhooks,
      apiTokenHash,
      connections: () => grantStatuses(database),
      signIns: signInsOf(context.config, context, database),
      publicBaseUrl: context.config.server.publicBaseUrl,
      logger,
    },
    options.port,
  );
  return {
    server,
    newApiToken,
    close: () => server.close(),
  };
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
