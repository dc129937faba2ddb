import { constants, setPriority } from 'node:os';
import { Command } from 'commander';
import express from 'express';
import { openWorkspace } from '../config/wiring.ts';
import { ConfigError } from '../core/domain/errors.ts';
import { readBacklog } from '../core/store/backlog.ts';
import { grantStatuses } from '../core/store/grants.ts';
import { qualityCounts } from '../core/store/quality.ts';
import { listenOn } from '../webhooks/listen-on.ts';
import { createLiveDelays, createOperations } from '../webhooks/operations.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { untilStopped } from './listen.ts';
import { createLogger } from './logger.ts';
import { integer } from './options.ts';
import { printJson, tell } from './output.ts';
import { example } from './steps.ts';
import { holdNew, startWork } from './work.ts';

/** `staypower worker` */
export function workerCommand(): Command {
  const command = workspaceOptions(
    new Command('worker').description(
      'Work beside "staypower serve --no-worker" on PostgreSQL: take in events, score, write, send webhooks, and run cycles, one process of all at a time. Start as many as it takes.',
    ),
  )
    .option('--port <port>', 'port of /healthz, /readyz and /metrics on 127.0.0.1; 0 takes a free one', integer, 0)
    .action(async (options: WorkspaceOptions & { port: number }) => {
      const context = { ...(await commandContext(options)), logger: createLogger(process.env['LOG_LEVEL'] || 'info') };
      if (!context.env['DATABASE_URL']) {
        throw new ConfigError([
          {
            path: 'DATABASE_URL',
            expected: 'a PostgreSQL server, which several processes can share',
            remedy: 'Set it, or run "staypower serve" alone: on the embedded store it does the work as well.',
          },
        ]);
      }
      // On a machine that it shares with "serve", whoever answers vendors goes first: what is stored can wait, a vendor does not.
      setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
      const open = await openWorkspace(context.config, context, { withConnectors: true });
      const { database, connectors } = open.workspace;
      let ended = true;
      try {
        const delays = createLiveDelays();
        const operations = createOperations({
          queries: open.queries,
          connections: () => grantStatuses(database),
          logger: context.logger,
          work: {
            delays,
            backlog: () => readBacklog(database, connectors, context.clock),
            quality: () => qualityCounts(database),
          },
        });
        const server = await listenOn(express().use(operations.timed, operations.router), {
          host: '127.0.0.1',
          port: options.port,
        });
        await holdNew(open);
        const work = await startWork(open, context, delays.observe);
        if (context.json) printJson({ url: server.url });
        else tell(`Working; ${server.url} has /healthz, /readyz and /metrics. Ctrl-C stops.`);
        await untilStopped();
        await server.close();
        ended = await work.stop();
      } finally {
        if (ended) await open.close();
      }
    });
  return example(command, 'staypower worker --port 9090');
}
