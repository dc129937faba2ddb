import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { createLiveDelays } from '../webhooks/operations.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { consoleLines, listen, untilStopped } from './listen.ts';
import { createLogger } from './logger.ts';
import { integer } from './options.ts';
import { printJson, tell } from './output.ts';
import { example } from './steps.ts';
import { holdNew, startWork } from './work.ts';

interface ServeOptions extends WorkspaceOptions {
  port?: number;
  host: string;
  worker: boolean;
}

/** `staypower serve` */
export function serveCommand(): Command {
  const command = workspaceOptions(
    new Command('serve').description(
      'Take webhooks, answer the API, bring scores up to date as events come, and run a cycle every 15 minutes. Listens on 127.0.0.1.',
    ),
  )
    .option('--port <port>', 'port instead of the configured one; 0 takes a free one', integer)
    .option('--host <address>', 'address to listen on, e.g. 0.0.0.0 in a container', '127.0.0.1')
    .option('--no-worker', 'take webhooks and answer only: "staypower worker" works, on PostgreSQL')
    .action(async (options: ServeOptions) => {
      const context = { ...(await commandContext(options)), logger: createLogger(process.env['LOG_LEVEL'] || 'info') };
      const { config } = context;
      const open = await openWorkspace(config, context, { withConnectors: true });
      let ended = true;
      try {
        const delays = createLiveDelays();
        const port = options.port ?? config.server.port;
        const listening = await listen(open, context, { host: options.host, port, delays });
        const held = await holdNew(open);
        // The embedded store lets no other process work.
        const works = options.worker || open.workspace.database.engine === 'pglite';
        const work = works ? await startWork(open, context, delays.observe) : null;
        if (context.json) {
          const { server, newApiToken, setupToken } = listening;
          printJson({ url: server.url, apiToken: newApiToken, setupToken });
        } else {
          tell(`Listening on ${listening.server.url} (webhooks, /v1, /healthz, /readyz, /metrics). Ctrl-C stops.`);
          tell(...consoleLines(listening));
          if (held) {
            tell(
              'This workspace is new: nothing is read or written until somebody goes through the steps on the console’s page Connections,',
              'or POST /v1/resume with an admin’s token lets everything go on at once.',
            );
          }
          if (listening.newApiToken) tell(`Token for /v1, shown this once: ${listening.newApiToken}`);
          if (open.workspace.database.engine === 'pglite') {
            tell(
              'The embedded store is for trial: one process, safe against a crash, not against a power cut. Set DATABASE_URL for production.',
            );
          }
        }
        await untilStopped();
        await listening.close();
        ended = (await work?.stop()) ?? true;
      } finally {
        // What is still under way holds the store: the process ends without it.
        if (ended) await open.close();
      }
    });
  return example(command, 'staypower serve --port 8080');
}
