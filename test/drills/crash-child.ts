/**
 * A cycle in a process of its own that kills itself (SIGKILL: nothing is cleaned up) at a commit boundary: just before or just after
 * the N-th write to the store. Without CRASH_AT it runs to its end. Prints the cycle's report and how many writes it made.
 */
import { resolveConfig } from '../../config/load.ts';
import { openWorkspace } from '../../config/wiring.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle, type Workspace } from '../../core/pipeline/cycle.ts';
import type { Database, Sql } from '../../core/ports/database.ts';

const { STAYPOWER_HOME = '', AS_OF = '', CRASH_AT, CRASH_WHEN } = process.env;

let writes = 0;

/** Counts one commit around the work that makes it, and dies where it was told to. */
async function boundary<T>(work: () => Promise<T>): Promise<T> {
  writes += 1;
  const here = CRASH_AT !== undefined && writes === Number(CRASH_AT);
  if (here && CRASH_WHEN === 'before') process.kill(process.pid, 'SIGKILL');
  const result = await work();
  if (here && CRASH_WHEN === 'after') process.kill(process.pid, 'SIGKILL');
  return result;
}

function counted(database: Database): Database {
  return {
    ...database,
    query: (<Row extends object>(text: string, parameters?: readonly unknown[]) =>
      /^\s*(insert|update|delete)/i.test(text)
        ? boundary(() => database.query<Row>(text, parameters))
        : database.query<Row>(text, parameters)) as Sql['query'],
    transaction: (work) => boundary(() => database.transaction(work)),
  };
}

const env = process.env;
const config = resolveConfig(
  {
    workspace: 'drill',
    connections: [{ vendor: 'segment' }, { vendor: 'salesforce' }, { vendor: 'hubspot' }],
    // A wide cell, so that a small book opens tasks.
    playbooks: [
      {
        name: 'drill',
        when: { churnBand: ['high', 'medium'], valueBand: ['high', 'medium'] },
        task: { subject: 'Keep {name}', body: '{reasons}' },
      },
    ],
  },
  env,
);
const silent = () => undefined;
const open = await openWorkspace(
  config,
  {
    env,
    home: STAYPOWER_HOME,
    clock: { now: () => new Date() },
    logger: { debug: silent, info: silent, warn: silent, error: console.error },
  },
  { withConnectors: true },
);
const workspace: Workspace = { ...open.workspace, database: counted(open.workspace.database) };
const { model: _, ...report } = await cycle(workspace, { asOf: calendarDay(AS_OF) });
process.stdout.write(`${JSON.stringify({ ...report, writes })}\n`);
await open.close();
process.exit(0);
