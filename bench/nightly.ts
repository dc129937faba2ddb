import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { table } from '../cli/output.ts';
import { addDays, calendarDay } from '../core/domain/calendar-day.ts';
import type { Step } from '../core/pipeline/cycle.ts';
import type { Database } from '../core/ports/database.ts';
import { land } from '../core/store/landing.ts';
import { openStore } from '../core/store/open.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { order } from '../test/support/records.ts';
import { contactIdOf, loadNightlyBook } from './nightly-book.ts';

const AS_OF = calendarDay('2026-06-01');
const TONIGHT = addDays(AS_OF, 1);
const CUSTOMERS = 1_000_000;
const ORDERS_PER_PAGE = 500;
/** Nights, each the first after the same book: which share of the customers bought, and how many workers run. */
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
 * Nightly runs over a large book on PostgreSQL: customers bought since yesterday, others are due because a day has passed. Each night
 * begins with a copy of the same database, so that they can be compared. Loading and copying are not measured; the vendor takes writes
 * at once. `--customers N`; DATABASE_URL of a role that may create databases, or a server of its own. Progress on stderr.
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
  const [book, night] = [`${workspace}_book`, `${workspace}_night`];
  const server = new pg.Client({ connectionString: postgres.url });
  await server.connect();
  try {
    const began = performance.now();
    const tell = (what: string) => console.error(`nightly: ${round((performance.now() - began) / 1_000)} s, ${what}`);
    await server.query(`create database ${book}`);
    await within(urlOf(postgres.url, book), workspace, (database) =>
      loadNightlyBook(database, { name: workspace, customers, asOf: AS_OF }, tell),
    );
    const nights = [];
    for (const { changed, workers } of NIGHTS) {
      await server.query(`create database ${night} template ${book} strategy file_copy`);
      await server.query('checkpoint');
      const url = urlOf(postgres.url, night);
      const buyers = Math.round(customers * changed);
      await within(url, workspace, (database) => buy(database, { customers, buyers }));
      const started = performance.now();
      const env = { ...process.env, DATABASE_URL: url, WORKSPACE: workspace, AS_OF: TONIGHT };
      const parts = await Promise.all(Array.from({ length: workers }, () => part(env)));
      tell(`a night with ${workers} workers is over`);
      nights.push({ workers, buyers, seconds: round((performance.now() - started) / 1_000), ...shares(parts) });
      await server.query(`drop database ${night}`);
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
    for (const each of [night, book]) await server.query(`drop database if exists ${each}`);
    await server.end();
    await postgres.stop();
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** Nobody may be connected to a database that is copied or dropped. */
async function within(url: string, workspace: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = await openStore({ databaseUrl: url, folder: '', workspace });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** One more order each for some customers. */
async function buy(database: Database, { customers, buyers }: { customers: number; buyers: number }): Promise<void> {
  const orders = Array.from({ length: buyers }, (_, index) =>
    order(`night-${index}`, contactIdOf((index * 97) % customers), TONIGHT, '40.00'),
  );
  for (let from = 0; from < orders.length; from += ORDERS_PER_PAGE) {
    const records = orders.slice(from, from + ORDERS_PER_PAGE);
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
