import type { CalendarDay } from '../core/domain/calendar-day.ts';
import { cycle, type Workspace } from '../core/pipeline/cycle.ts';
import { AT_RISK_AND_VALUABLE } from '../core/playbooks/schema.ts';
import type { Database } from '../core/ports/database.ts';
import { land } from '../core/store/landing.ts';
import { recordsOf, simulateBook } from '../test/support/book.ts';
import { fakeConnector } from '../test/support/fake-connector.ts';

/** Customers who go through the pipeline themselves; the others are copies of them. */
const ORIGINALS = 10_000;
const OWNERS = 16;
const CUSTOMERS_PER_PAGE = 500;
const COPIES_PER_STATEMENT = 5;

/**
 * The workspace of a night: one connection whose vendor takes everything at once, and the shipped playbook.
 *
 * @param asOf its clock stands on this day
 */
export function nightlyWorkspace(name: string, database: Database, asOf: CalendarDay): Workspace {
  return {
    name,
    database,
    connectors: [fakeConnector()],
    playbooks: [AT_RISK_AND_VALUABLE],
    timeZone: 'UTC',
    currency: 'USD',
    clock: { now: () => new Date(`${asOf}T10:00:00.000Z`) },
  };
}

/** The CRM's id of a customer's contact, from 0 on. */
export function contactIdOf(customer: number): string {
  const copy = Math.floor(customer / ORIGINALS);
  return copy === 0 ? `c${customer}` : `c${customer % ORIGINALS}.${copy}`;
}

/**
 * A book as a first night leaves it: pulled, scored, written, and with the first tasks opened. 10,000 customers of 16 owners go through
 * the pipeline; their rows are copied by SQL under other ids, for other owners.
 *
 * @param customers up to 10,000, or a multiple of that
 * @param onProgress told what has been done
 */
export async function loadNightlyBook(
  database: Database,
  { name, customers, asOf }: { name: string; customers: number; asOf: CalendarDay },
  onProgress: (what: string) => void,
): Promise<void> {
  const originals = Math.min(ORIGINALS, customers);
  if (!(customers > 0) || customers % originals !== 0) {
    throw new Error(`--customers wants a multiple of ${ORIGINALS}, or fewer than that`);
  }
  for (let from = 0; from < originals; from += CUSTOMERS_PER_PAGE) {
    const size = Math.min(CUSTOMERS_PER_PAGE, originals - from);
    const book = simulateBook({ seed: from + 1, customers: size, asOf });
    const named = book.map((customer, index) => ({ ...customer, id: contactIdOf(from + index) }));
    const records = recordsOf(named).map((record) =>
      record.kind === 'contact'
        ? { ...record, ownerId: `owner-${Number(record.externalId.slice(1)) % OWNERS}` }
        : record,
    );
    await land(database, { connectionId: 'crm', records, rejected: [], cursor: null, now: new Date() });
  }
  await cycle(nightlyWorkspace(name, database, asOf), { asOf });
  onProgress(`${originals.toLocaleString('en')} customers scored and written`);
  for (const table of Object.keys(COPIED))
    await database.query(`create table bench_${table} as select * from ${table}`);
  for (let first = 1; first < customers / originals; first += COPIES_PER_STATEMENT) {
    const last = Math.min(first + COPIES_PER_STATEMENT, customers / originals) - 1;
    for (const [table, others] of Object.entries(COPIED)) await copyRows(database, table, others, { first, last });
    onProgress(`${((last + 1) * originals).toLocaleString('en')} customers`);
  }
  for (const table of Object.keys(COPIED)) await database.query(`drop table bench_${table}`);
  await database.query('vacuum analyze');
}

const CUSTOMER = "md5(t.customer_id::text || '.' || copy)::uuid";
const named = (column: string) => `t.${column} || '.' || copy`;
const ofCustomer = { customer_id: CUSTOMER };
const ofRecord = { customer_id: CUSTOMER, external_id: named('external_id') };

/** What a customer has, by table, and the columns that are other ones in a copy. */
const COPIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  source_records: {
    external_id: named('external_id'),
    landed_seq: "nextval('landed_seq')",
    resolved_to: "md5(t.resolved_to::text || '.' || copy)::uuid",
    contact_external_id: named('contact_external_id'),
  },
  identity_keys: { key_hash: `md5(${named('key_hash')})`, external_id: named('external_id') },
  customers: { ...ofCustomer, name: named('name') },
  customer_records: { ...ofRecord, owner_id: named('owner_id') },
  transactions: { ...ofRecord, contact_external_id: named('contact_external_id') },
  events: { ...ofRecord, contact_external_id: named('contact_external_id') },
  customer_stats: ofCustomer,
  scores: ofCustomer,
  score_history: ofCustomer,
  playbook_runs: { ...ofCustomer, action_key: named('action_key') },
  outbox: { ...ofCustomer, action_key: named('action_key') },
  outbound_events: { ...ofCustomer, event_id: named('event_id'), seq: "nextval('outbound_seq')" },
  written_values: ofRecord,
};

async function copyRows(
  database: Database,
  table: string,
  others: Readonly<Record<string, string>>,
  { first, last }: { first: number; last: number },
): Promise<void> {
  const columns = await database.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  );
  const names = columns.map(({ name }) => name);
  await database.query(
    `insert into ${table} (${names.join(', ')}) select ${names.map((name) => others[name] ?? `t.${name}`).join(', ')}
     from bench_${table} t cross join generate_series($1::int, $2::int) copy`,
    [first, last],
  );
}
