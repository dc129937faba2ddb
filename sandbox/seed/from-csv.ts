import { parse } from 'csv-parse/sync';
import { companies, owners, person } from './people.ts';
import { eventsBetween, ordersOf, type Purchase } from './records.ts';
import { draws } from './sampling.ts';
import type { World, WorldEvent, WorldOrder } from './world.ts';

/** A real transaction: who, on which day, for how much. */
export interface TransactionLine {
  customer_id: string;
  date: string;
  amount: string;
}

const DAY_MS = 86_400_000;

/**
 * Reads transactions from CSV text with the columns customer_id, date, amount (others are left aside).
 *
 * @throws Error naming the row, the field, what was expected and what to do
 */
export function readTransactionLines(text: string): readonly TransactionLine[] {
  const rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true, info: false }) as Record<
    string,
    string
  >[];
  const [first] = rows;
  if (!first) throw new Error(text.trim() === '' ? 'an empty file' : 'a first line alone, and no transaction');
  const missing = ['customer_id', 'date', 'amount'].filter((column) => !(column in first));
  if (missing.length > 0) {
    throw new Error(
      `The header has no column ${missing.join(', ')}: expected customer_id,date,amount. Rename the columns.`,
    );
  }
  return rows.map((row, index) => {
    const where = (field: string, expected: string) =>
      new Error(
        `row ${index + 2}, field ${field}: expected ${expected}, found ${JSON.stringify(row[field])}. Correct the row in the file.`,
      );
    const { customer_id = '', date = '', amount = '' } = row;
    if (customer_id === '') throw where('customer_id', 'an id');
    if (!isDay(date)) throw where('date', 'a day such as 1997-09-30');
    if (!/^\d+(\.\d+)?$/.test(amount)) throw where('amount', 'a decimal number of zero or more');
    return { customer_id, date, amount };
  });
}

/** True for a day that exists: 2026-02-30 is read as 2 March by Date alone. */
function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** Spreads real transactions over the systems, deterministically by customer; purchases stay exactly as they are. */
export function worldFromCsv(lines: readonly TransactionLine[], { seed }: { seed: number }): World {
  const random = draws(seed);
  const byCustomer = Map.groupBy(lines, (line) => line.customer_id);
  const companyList = companies(byCustomer.size);
  const orders: WorldOrder[] = [];
  const events: WorldEvent[] = [];
  const people = [...byCustomer].map(([id, own]) => {
    const purchases: Purchase[] = own
      .map((line) => ({ at: `${line.date}T12:00:00.000Z`, amount: line.amount }))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    const first = Date.parse(purchases[0]?.at ?? '');
    const last = Date.parse(purchases.at(-1)?.at ?? '');
    const who = person(id, new Date(first - DAY_MS).toISOString(), companyList, seed);
    orders.push(...ordersOf(who, purchases, seed));
    const weeks = Math.max((last - first) / (7 * DAY_MS), 4);
    events.push(
      ...eventsBetween(
        who,
        first,
        first + weeks * 7 * DAY_MS,
        Math.min((0.5 * purchases.length) / weeks, 1),
        random,
        1,
      ),
    );
    return who;
  });
  const byTime = (a: { at: string; id: string }, b: { at: string; id: string }) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1;
  return { seed, people, companies: companyList, owners, orders: orders.sort(byTime), events: events.sort(byTime) };
}
