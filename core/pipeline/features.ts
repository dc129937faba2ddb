import type { CalendarDay } from '../domain/calendar-day.ts';
import { contractNewsAfter } from '../features/contract.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import { type CustomerStats, summarise } from '../features/stats.ts';
import type { Database, Sql } from '../ports/database.ts';
import { type Some, workOff } from '../store/bands.ts';
import { insertRows } from '../store/bulk.ts';
import { readDataFaults } from '../store/data-faults.ts';
import { type CustomerHistory, readHistories } from '../store/history.ts';
import { keepSetting, readSetting } from '../store/settings.ts';
import { inTurn } from '../store/turn.ts';

/** Customers summarised in one commit. */
const CUSTOMERS_PER_COMMIT = 500;

/** A customer's statistics on a day, and the first day after it on which an already known fact will count. */
export function statsAt(
  history: CustomerHistory,
  asOf: CalendarDay,
  rank: SourceRank,
): { stats: CustomerStats; nextFactOn: CalendarDay | null } {
  const settlement = settle(history.transactions, asOf, rank);
  const stats = summarise(settlement.days, history.events, asOf, settlement, history.terms);
  let nextFactOn: CalendarDay | null = null;
  const days = [...history.transactions, ...history.events].map(({ day }) => day);
  for (const day of [...days, ...contractNewsAfter(history.terms, asOf)]) {
    if (day > asOf && (nextFactOn === null || day < nextFactOn)) nextFactOn = day;
  }
  return { stats, nextFactOn };
}

/**
 * Step 3: brings the running statistics of the dirty customers up to date. Reads only their history: the cost follows what
 * changed. A fact dated after asOf waits until its day comes.
 *
 * @returns how many customers were summarised
 */
export async function features(
  database: Database,
  context: {
    asOf: CalendarDay;
    rank: SourceRank;
    /** Those alone to whom something happened now; everybody when absent. */
    customerIds?: readonly string[] | null;
    onProgress?: (done: number) => void;
  },
): Promise<number> {
  const { asOf, customerIds = null, onProgress } = context;
  if (customerIds === null) await markDirty(database, asOf);
  return workOff(database, customerIds, {
    perCommit: CUSTOMERS_PER_COMMIT,
    nextDue: async (from) => {
      const [row] = await database.query<{ customer_id: string }>(
        'select customer_id from customers where dirty and customer_id >= $1::uuid order by customer_id limit 1',
        [from],
      );
      return row?.customer_id ?? null;
    },
    work: (sql, some, most) => summariseBatch(sql, some, most, context),
    ...(onProgress && { onProgress }),
  });
}

/** The day on which the statistics were last brought up to date. */
const SUMMARISED_ON = 'summarised-on';

/** Marks customers whose statistics the day itself makes wrong: a known fact whose day has come, or all of them after a step back. */
async function markDirty(database: Database, asOf: CalendarDay): Promise<void> {
  await inTurn(database, async (sql) => {
    const last = await readSetting<CalendarDay>(sql, SUMMARISED_ON);
    if (last === asOf) return;
    await sql.query(
      `update customers c set dirty = true from customer_stats s
       where s.customer_id = c.customer_id and not c.dirty and ${last !== null && last > asOf ? 's.as_of > $1::date' : 's.next_fact_on <= $1::date'}`,
      [asOf],
    );
    await keepSetting(sql, SUMMARISED_ON, asOf);
  });
}

async function summariseBatch(
  sql: Sql,
  some: Some,
  most: number,
  { asOf, rank }: { asOf: CalendarDay; rank: SourceRank },
): Promise<number> {
  const ids = await takeDirty(sql, some, most);
  if (ids.length === 0) return 0;
  const faults = await readDataFaults(sql, ids);
  const rows = (await readHistories(sql, ids)).map((history) => {
    const { stats, nextFactOn } = statsAt(history, asOf, rank);
    return {
      customer_id: history.customerId,
      as_of: asOf,
      next_fact_on: nextFactOn,
      unscored: true,
      stats: { ...stats, faults: faults.get(history.customerId) ?? null },
    };
  });
  await insertRows(sql, {
    table: 'customer_stats',
    columns: { customer_id: 'uuid', as_of: 'date', next_fact_on: 'date', unscored: 'boolean', stats: 'jsonb' },
    rows,
    onConflict: `(customer_id) do update set as_of = excluded.as_of, next_fact_on = excluded.next_fact_on, unscored = true,
      stats = excluded.stats`,
  });
  return ids.length;
}

/** Takes up to `most` dirty customers of a band, or those named that are dirty, and marks them as clean within the caller's commit. */
async function takeDirty(sql: Sql, some: Some, most: number): Promise<readonly string[]> {
  const named = 'customerIds' in some ? some.customerIds : await dirtyOfBand(sql, some, most);
  if (named.length === 0) return [];
  const taken = await sql.query<{ customer_id: string }>(
    'update customers set dirty = false where dirty and customer_id = any($1::uuid[]) returning customer_id',
    [named],
  );
  return taken.map((row) => row.customer_id);
}

async function dirtyOfBand(
  sql: Sql,
  { from, to }: Exclude<Some, { customerIds: readonly string[] }>,
  most: number,
): Promise<readonly string[]> {
  const rows = await sql.query<{ customer_id: string }>(
    `select customer_id from customers
     where dirty and customer_id between $1::uuid and $2::uuid order by customer_id limit ${most}`,
    [from, to],
  );
  return rows.map((row) => row.customer_id);
}
