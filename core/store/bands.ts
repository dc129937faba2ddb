import type { Database, Sql } from '../ports/database.ts';
import { giveWay } from './right-of-way.ts';

/** Bands of customers by the first hexadecimal digit of their id, which is a hash: as many processes can work off a book at a time. */
const BANDS = 16;

/** On the embedded store everybody shares one connection: an event that comes during a batch waits for a commit of it at each of its steps. */
const MOST_EMBEDDED = 25;

/** Some customers of a step: those of a band, or those named. */
export type Some = { from: string; to: string } | { customerIds: readonly string[] };

/** The condition on `customer_id` that `Some` puts into SQL as $1 (and $2), with its parameters. */
export function conditionOf(some: Some): { condition: string; parameters: readonly unknown[] } {
  return 'customerIds' in some
    ? { condition: 'customer_id = any($1::uuid[])', parameters: [some.customerIds] }
    : { condition: 'customer_id between $1::uuid and $2::uuid', parameters: [some.from, some.to] };
}

interface BandedWork {
  perCommit: number;
  /** The first customer due from this id on; null when there is none. */
  nextDue: (from: string) => Promise<string | null>;
  /** What a step does with those of `some` that are due, at most so many of them; returns how many these were. */
  work: (sql: Sql, some: Some, most: number) => Promise<number>;
  onProgress?: (done: number) => void;
}

/**
 * Works off the customers that are due, a commit for some of one band at a time. Of several processes each takes bands that no other is
 * in; at the end they share what is left. With `customerIds` only those are looked at.
 *
 * @returns how many customers were due
 */
export async function workOff(
  database: Database,
  customerIds: readonly string[] | null,
  { perCommit: most, nextDue, work, onProgress }: BandedWork,
): Promise<number> {
  const perCommit = database.engine === 'pglite' ? Math.min(most, MOST_EMBEDDED) : most;
  let done = 0;
  const count = (customers: number) => {
    done += customers;
    if (customers > 0) onProgress?.(done);
    return customers;
  };
  if (customerIds !== null) {
    for (let at = 0; at < customerIds.length; at += perCommit) {
      const some = { customerIds: customerIds.slice(at, at + perCommit) };
      const bands = [...new Set(some.customerIds.map(bandOf))].sort((a, b) => a - b);
      count((await inBands(database, bands, { wait: true }, (sql) => work(sql, some, perCommit))) ?? 0);
    }
    return done;
  }
  let passedOver = false;
  let wait = false;
  for (let band = 0; ; ) {
    const next = band < BANDS ? await nextDue(firstOf(band)) : null;
    if (next === null) {
      if (!passedOver) return done;
      passedOver = false;
      wait = true;
      band = 0;
      continue;
    }
    band = bandOf(next);
    const some = { from: firstOf(band), to: lastOf(band) };
    await giveWay(database);
    const worked = await inBands(database, [band], { wait }, (sql) => work(sql, some, perCommit));
    if (worked === null) passedOver = true;
    if (worked === null || count(worked) < perCommit) band += 1;
  }
}

/**
 * A transaction on the customers of some bands: beside those of other bands, but not beside one that is `inTurn`. Null when a band is
 * taken and it is not to wait.
 */
function inBands<T>(
  database: Database,
  bands: readonly number[],
  { wait }: { wait: boolean },
  work: (sql: Sql) => Promise<T>,
): Promise<T | null> {
  return database.transaction(async (sql) => {
    // The embedded store has one session: whoever has a transaction has it alone.
    if (database.engine === 'pglite') return work(sql);
    await sql.query("select pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/pipeline', 0))");
    for (const band of bands) {
      const key = `hashtextextended(current_schema() || '/band/' || $1::text, 0)`;
      if (wait) await sql.query(`select pg_advisory_xact_lock(${key})`, [band]);
      else {
        const [row] = await sql.query<{ taken: boolean }>(`select pg_try_advisory_xact_lock(${key}) as taken`, [band]);
        if (row?.taken !== true) return null;
      }
    }
    return work(sql);
  });
}

/**
 * The last part of a transaction on a band, which concerns more than its customers: accounts, and events that are numbered in the order
 * of the commits. One at a time; short, since nothing is computed in it.
 */
export async function afterOthers({ engine }: Pick<Database, 'engine'>, sql: Sql): Promise<void> {
  if (engine === 'pglite') return;
  await sql.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || '/after-bands', 0))");
}

const bandOf = (customerId: string) => Number.parseInt(customerId.charAt(0), 16);
const firstOf = (band: number) => `${band.toString(16)}0000000-0000-0000-0000-000000000000`;
const lastOf = (band: number) => `${band.toString(16)}fffffff-ffff-ffff-ffff-ffffffffffff`;
