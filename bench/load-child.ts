/**
 * Reads everything from the account into the store of DATABASE_URL, in a process of its own that may be killed at any moment. Prints
 * a line for each page and one at the end: what came, and the most memory that was taken.
 */
import { resolveConfig } from '../config/load.ts';
import { openWorkspace } from '../config/wiring.ts';
import { pull } from '../core/pipeline/pull.ts';

const { env } = process;
const silent = () => undefined;
const started = performance.now();
const config = resolveConfig(
  {
    workspace: env['WORKSPACE'] ?? '',
    connections: [{ vendor: 'hubspot', settings: { engagementObjects: [], dailyCallReserve: 0 } }],
  },
  env,
);
const open = await openWorkspace(
  config,
  {
    env,
    home: env['STAYPOWER_HOME'] ?? '',
    clock: { now: () => new Date() },
    logger: { debug: silent, info: silent, warn: silent, error: console.error },
  },
  { withConnectors: true },
);
const { database, connectors, clock } = open.workspace;
const report = await pull(database, connectors, {
  clock,
  onProgress: ({ stream, read }) =>
    process.stdout.write(`${JSON.stringify({ stream, read, rss: process.memoryUsage.rss() })}\n`),
  onUnavailable: (_, error) => {
    throw error;
  },
});
process.stdout.write(
  `${JSON.stringify({ ...report, peakRss: process.resourceUsage().maxRSS * 1_024, seconds: (performance.now() - started) / 1_000 })}\n`,
);
await open.close();
process.exit(0);
