import { DataError } from '../../domain/errors.ts';
import { checkTransactionRow, type TransactionRow } from './transaction-row.ts';

/**
 * A book as the likelihoods read it: identical rows once, with their number; ascending by x, then t_x, then T. Times are kept once
 * each, because on a grid of days there are few of them, and every logarithm of alpha + time is then taken only once.
 */
export interface TransactionTable {
  /** Customers in all. */
  customers: number;
  /** x of each distinct row. */
  frequency: Float64Array;
  /** Index into `weeks` of t_x. */
  recency: Uint32Array;
  /** Index into `weeks` of T. */
  age: Uint32Array;
  /** Customers with this row. */
  weight: Float64Array;
  /** The distinct times in weeks, ascending. */
  weeks: Float64Array;
}

/** Checks rows and groups the identical ones. Throws DataError naming the row (0-based) and field of the first unusable value. */
export function transactionTable(rows: readonly TransactionRow[]): TransactionTable {
  for (const [index, row] of rows.entries()) checkTransactionRow(row, index);
  const times = new Float64Array(rows.length * 2);
  for (const [i, row] of rows.entries()) {
    times[2 * i] = row.recencyWeeks;
    times[2 * i + 1] = row.ageWeeks;
  }
  const weeks = distinct(times.sort());
  const index = new Map<number, number>();
  for (const [i, week] of weeks.entries()) index.set(week, i);
  const at = (week: number) => index.get(week) ?? 0;
  // In a fixed order, so that the order of the customers cannot change a bit of any sum.
  const sorted = rows
    .map((row) => ({ x: row.frequency, recency: at(row.recencyWeeks), age: at(row.ageWeeks) }))
    .sort((a, b) => a.x - b.x || a.recency - b.recency || a.age - b.age);
  const groups: { x: number; recency: number; age: number; weight: number }[] = [];
  for (const row of sorted) {
    const last = groups.at(-1);
    if (last && last.x === row.x && last.recency === row.recency && last.age === row.age) last.weight += 1;
    else groups.push({ ...row, weight: 1 });
  }
  return {
    customers: rows.length,
    frequency: Float64Array.from(groups, (group) => group.x),
    recency: Uint32Array.from(groups, (group) => group.recency),
    age: Uint32Array.from(groups, (group) => group.age),
    weight: Float64Array.from(groups, (group) => group.weight),
    weeks,
  };
}

/**
 * The table of a book on a grid of whole days, from columns: for millions of customers, without an object for each. Throws
 * DataError for columns of unequal length, a last purchase after the end, or more rows than can be told apart.
 */
export function transactionTableOfDays(columns: {
  frequency: ArrayLike<number>;
  recencyDays: ArrayLike<number>;
  ageDays: ArrayLike<number>;
}): TransactionTable {
  const { frequency, recencyDays, ageDays } = columns;
  const customers = frequency.length;
  let longest = 0;
  for (let i = 0; i < customers; i += 1) {
    const [x, recency, age] = [frequency[i] as number, recencyDays[i] as number, ageDays[i] as number];
    if (!(x >= 0 && x < 2 ** 21 && recency >= 0 && recency <= age && age < 2 ** 16) || (x === 0 && recency !== 0)) {
      throw new DataError({
        row: i,
        field: 'frequency, recencyDays, ageDays',
        expected: '0 <= recencyDays <= ageDays < 65536 and recencyDays 0 where frequency is 0',
        found: `${x}, ${recency}, ${age}`,
        remedy: 'check the transactions of this customer',
      });
    }
    longest = Math.max(longest, age);
  }
  const base = longest + 1;
  const keys = new Float64Array(customers);
  for (let i = 0; i < customers; i += 1) {
    keys[i] = ((frequency[i] as number) * base + (recencyDays[i] as number)) * base + (ageDays[i] as number);
  }
  keys.sort();
  let rows = 0;
  for (let i = 0; i < customers; i += 1) if (i === 0 || keys[i] !== keys[i - 1]) rows += 1;
  const table: TransactionTable = {
    customers,
    frequency: new Float64Array(rows),
    recency: new Uint32Array(rows),
    age: new Uint32Array(rows),
    weight: new Float64Array(rows),
    weeks: Float64Array.from({ length: base }, (_, day) => day / 7),
  };
  let row = -1;
  for (let i = 0; i < customers; i += 1) {
    const key = keys[i] as number;
    if (i === 0 || key !== keys[i - 1]) {
      row += 1;
      table.frequency[row] = Math.floor(key / (base * base));
      table.recency[row] = Math.floor(key / base) % base;
      table.age[row] = key % base;
    }
    table.weight[row] = (table.weight[row] as number) + 1;
  }
  return table;
}

/** What readiness and warnings look at. */
export interface TableSummary {
  repeatCustomers: number;
  repeatPurchases: number;
  /** The largest T. */
  longestWeeks: number;
}

/** Repeat customers, repeat purchases and the longest age of a table. */
export function summariseTable(table: TransactionTable): TableSummary {
  let [repeatCustomers, repeatPurchases, longestWeeks] = [0, 0, 0];
  for (let i = 0; i < table.weight.length; i += 1) {
    const x = table.frequency[i] as number;
    const weight = table.weight[i] as number;
    if (x > 0) repeatCustomers += weight;
    repeatPurchases += x * weight;
    longestWeeks = Math.max(longestWeeks, table.weeks[table.age[i] as number] as number);
  }
  return { repeatCustomers, repeatPurchases, longestWeeks };
}

/**
 * A table of the same customers with times rounded to `steps` values beside 0: what the likelihood looks like from afar, at a
 * fraction of the rows.
 */
export function coarseTable(table: TransactionTable, steps: number): TransactionTable {
  const longest = table.weeks.at(-1) ?? 0;
  const stepOf = (week: number) => (week === 0 ? 0 : Math.min(1 + Math.floor((week / longest) * steps), steps));
  const sums = new Float64Array(steps + 1);
  const counts = new Float64Array(steps + 1);
  for (const week of table.weeks) {
    sums[stepOf(week)] = (sums[stepOf(week)] as number) + week;
    counts[stepOf(week)] = (counts[stepOf(week)] as number) + 1;
  }
  const steppedTo = Uint8Array.from(table.weeks, stepOf);
  const weights = new Map<number, number>();
  for (let i = 0; i < table.weight.length; i += 1) {
    const recency = steppedTo[table.recency[i] as number] as number;
    const age = steppedTo[table.age[i] as number] as number;
    const key = ((table.frequency[i] as number) * 256 + recency) * 256 + age;
    weights.set(key, (weights.get(key) ?? 0) + (table.weight[i] as number));
  }
  const keys = Float64Array.from(weights.keys()).sort();
  return {
    customers: table.customers,
    frequency: keys.map((key) => Math.floor(key / 65_536)),
    recency: Uint32Array.from(keys, (key) => Math.floor(key / 256) % 256),
    age: Uint32Array.from(keys, (key) => key % 256),
    weight: Float64Array.from(keys, (key) => weights.get(key) ?? 0),
    weeks: sums.map((sum, i) => sum / Math.max(counts[i] as number, 1)),
  };
}

function distinct(sorted: Float64Array): Float64Array {
  return sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
}
