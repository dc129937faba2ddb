import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { table } from '../cli/output.ts';
import { addDays, calendarDay } from '../core/domain/calendar-day.ts';
import { cycle, type Step } from '../core/pipeline/cycle.ts';
import type { Database } from '../core/ports/database.ts';
import { land } from '../core/store/landing.ts';
import { openStore } from '../core/store/open.ts';
import { recordsOf, simulateBook } from '../test/support/book.ts';
import { fakeConnector } from '../test/support/fake-connector.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { order } from '../test/support/records.ts';

const AS_OF = calendarDay('2026-06-01');
const CUSTOMERS = 1_000_000;
const CUSTOMERS_PER_PAGE = 500;
/** Nights in their order: which share of the customers bought since the last, and how many workers run. */
const NIGHTS = [
  { changed: 0.01, workers: 1 },
  { changed: 0.01, workers: 2 },
  { changed: 0.01, workers: 4 },
  { changed: 0.001, workers: 1 },
  { changed: 0, workers: 1 },
];

interface Part {
  figures: readonly { step: Step; seconds: number; rows: number }[];
  peakMegabytes: number;
}

/**
 * Nightly runs over a large book on PostgreSQL: customers bought since yesterday, others are due because a day has passed. The first
 * load is not measured here; vendors take writes at once. `--customers N`; DATABASE_URL, or a server of its own.
 */
export async function benchNightly(args: readonly string[]): Promise<void> {
  const at = args.indexOf('--customers');
  const customers = at < 0 ? CUSTOMERS : Number(args[at + 1]);
  const postgres = await startPostgres();
  if ('missing' in postgres) {
    console.log(`nightly: skipped, ${postgres.missing}`);
    return;
  }
  const workspace = `bench_nightly_${process.pid}`;
  const database = await openStore({ databaseUrl: postgres.url, folder: '', workspace });
  try {
    await load(database, workspace, customers);
    const nights = [];
    for (const [index, { changed, workers }] of NIGHTS.entries()) {
      const asOf = addDays(AS_OF, index + 1);
      const buyers = Math.round(customers * changed);
      await buy(database, { customers, buyers, night: index, day: asOf });
      const started = performance.now();
      const env = { ...process.env, DATABASE_URL: postgres.url, WORKSPACE: workspace, AS_OF: asOf };
      const parts = await Promise.all(Array.from({ length: workers }, () => part(env)));
      nights.push({ workers, buyers, seconds: round((performance.now() - started) / 1_000), ...shares(parts) });
    }
    if (args.includes('--json')) console.log(JSON.stringify({ customers, nights }));
    else {
      console.log(`\nNightly runs over ${customers.toLocaleString('en')} customers, PostgreSQL`);
      console.log(
        table(
          ['workers', 'bought', 'scored', 'seconds', 'peak MB each', 'share of each step'],
          nights.map((night) => [
            night.workers,
            night.buyers,
            night.scored,
            night.seconds,
            night.peakMegabytes,
            Object.entries(night.steps)
              .map(([step, share]) => `${step} ${share} %`)
              .join(', '),
          ]),
        ),
      );
    }
  } finally {
    await database.query(`drop schema ${database.schema} cascade`);
    await database.close();
    await postgres.stop();
  }
}

/** Lands, trains and scores the book; what would be written to the CRM counts as written. */
async function load(database: Database, name: string, customers: number): Promise<void> {
  const crm = fakeConnector();
  for (let from = 0; from < customers; from += CUSTOMERS_PER_PAGE) {
    const size = Math.min(CUSTOMERS_PER_PAGE, customers - from);
    const book = simulateBook({ seed: from + 1, customers: size, asOf: AS_OF });
    const named = book.map((customer, index) => ({ ...customer, id: `c${from + index}` }));
    await land(database, {
      connectionId: 'crm',
      records: recordsOf(named),
      rejected: [],
      cursor: null,
      now: new Date(),
    });
  }
  await cycle(
    {
      name,
      database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock: { now: () => new Date() },
    },
    { asOf: AS_OF, steps: ['identify', 'features', 'train', 'score'] },
  );
  await database.query('update customer_records set written = desired, desired = null where desired is not null');
  await database.query('analyze');
}

/** One more order each for some customers, others every night. */
async function buy(
  database: Database,
  given: { customers: number; buyers: number; night: number; day: ReturnType<typeof calendarDay> },
): Promise<void> {
  const { customers, buyers, night, day } = given;
  const orders = Array.from({ length: buyers }, (_, index) =>
    order(`night-${night}-${index}`, `c${(night * buyers + index * 97) % customers}`, day, '40.00'),
  );
  for (let from = 0; from < orders.length; from += CUSTOMERS_PER_PAGE) {
    const records = orders.slice(from, from + CUSTOMERS_PER_PAGE);
    await land(database, { connectionId: 'crm', records, rejected: [], cursor: null, now: new Date() });
  }
}

function part(env: NodeJS.ProcessEnv): Promise<Part> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'nightly-child.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Part);
      else reject(new Error(`A worker ended with exit code ${code}.`));
    });
  });
}

/** Seconds of each step over all workers, in per cent of all; the largest memory of one. */
function shares(parts: readonly Part[]): { scored: number; peakMegabytes: number; steps: Record<string, number> } {
  const figures = parts.flatMap((each) => each.figures);
  const total = figures.reduce((sum, { seconds }) => sum + seconds, 0);
  const steps: Record<string, number> = {};
  for (const [step, of] of Map.groupBy(figures, (figure) => figure.step)) {
    steps[step] = Math.round((100 * of.reduce((sum, { seconds }) => sum + seconds, 0)) / total);
  }
  return {
    scored: figures.filter(({ step }) => step === 'score').reduce((sum, { rows }) => sum + rows, 0),
    peakMegabytes: Math.max(...parts.map((each) => each.peakMegabytes)),
    steps,
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
