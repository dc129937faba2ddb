import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { dayOf } from '../core/domain/calendar-day.ts';
import { cycle } from '../core/pipeline/cycle.ts';
import { startLive } from '../core/pipeline/live.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { consoleLines, listen, untilStopped } from './listen.ts';
import { createLogger } from './logger.ts';
import { integer } from './options.ts';
import { startWebhooks } from './outbound.ts';
import { printJson, tell } from './output.ts';
import { example } from './steps.ts';

/** Full cycles while serving: what no webhook told, and what time alone moves. */
const CYCLE_EVERY_MS = 15 * 60_000;

/** `staypower serve` */
export function serveCommand(): Command {
  const command = workspaceOptions(
    new Command('serve').description(
      'Take webhooks, answer the read API, and run a cycle every 15 minutes. Listens on 127.0.0.1.',
    ),
  )
    .option('--port <port>', 'port instead of the configured one; 0 takes a free one', integer)
    .action(async (options: WorkspaceOptions & { port?: number }) => {
      const context = { ...(await commandContext(options)), logger: createLogger(process.env['LOG_LEVEL'] || 'info') };
      const { config, logger } = context;
      const open = await openWorkspace(config, context, { withConnectors: true });
      const today = () => dayOf(context.clock.now().toISOString(), config.timeZone);
      let cycling: Promise<void> = Promise.resolve();
      const runCycle = () => {
        cycling = cycling.then(async () => {
          try {
            const report = await cycle(open.workspace, { asOf: today() });
            const { pulled, recordsWritten, tasksOpened, rejected, unavailable, paused, calls } = report;
            logger.info({ pulled, recordsWritten, tasksOpened, rejected, calls }, 'cycle done');
            if (paused) logger.warn({ since: paused.since }, 'the workspace is paused: nothing was written');
            for (const { connectionId, runOutAt } of calls) {
              if (runOutAt !== null) logger.warn({ connectionId, runOutAt }, 'the API calls of the day will run out');
            }
            for (const { connectionId, message } of unavailable) logger.warn({ connectionId }, message);
          } catch (error) {
            logger.error(
              { error: error instanceof Error ? error.message : String(error) },
              'a cycle failed; the next one tries again',
            );
          }
        });
      };
      try {
        const listening = await listen(open, context, { port: options.port ?? config.server.port });
        if (context.json) {
          const { server, newApiToken, setupToken } = listening;
          printJson({ url: server.url, apiToken: newApiToken, setupToken });
        } else {
          tell(`Listening on ${listening.server.url} (webhooks, /v1, /healthz, /readyz, /metrics). Ctrl-C stops.`);
          tell(...consoleLines(listening));
          if (listening.newApiToken) tell(`Token for /v1, shown this once: ${listening.newApiToken}`);
          if (open.workspace.database.engine === 'pglite') {
            tell(
              'The embedded store is for trial: one process, safe against a crash, not against a power cut. Set DATABASE_URL for production.',
            );
          }
        }
        const live = await startLive(open.workspace, { today, logger });
        const sender = await startWebhooks(open, context);
        runCycle();
        const timer = setInterval(runCycle, CYCLE_EVERY_MS);
        await untilStopped();
        clearInterval(timer);
        await listening.close();
        await live.stop();
        await sender.stop();
        await cycling;
      } finally {
        await open.close();
      }
    });
  return example(command, 'staypower serve --port 8080');
}
