import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { minorDigits } from '../../core/domain/money.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { erase, finishErasures } from '../../core/pipeline/erase.ts';
import { AT_RISK_AND_VALUABLE } from '../../core/playbooks/schema.ts';
import type { Database } from '../../core/ports/database.ts';
import { createBook } from '../../core/store/book.ts';
import { findCustomer } from '../../core/store/find-customer.ts';
import { moveStore } from '../../core/store/move.ts';
import { openStore } from '../../core/store/open.ts';
import { type ReportRow, reportRows, reportTables } from '../../core/store/report-tables.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { contact, order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const ADA = 'ada@people.example';
const HOW_TO = readFileSync(join(import.meta.dirname, '../../docs/bi.md'), 'utf8');
const clock = fakeClock('2026-06-01T20:00:00.000Z');

let store: TempStore;
let server: PostgresServer;
/** The same workspace, moved to PostgreSQL. */
let moved: Database;

beforeAll(async () => {
  store = await openTempStore();
  const crm = fakeConnector('crm');
  const shop = fakeConnector('shop');
  crm.feed(
    ...recordsOf(simulateBook({ seed: 3, customers: 60, asOf: AS_OF })),
    contact('003ADA', { emails: [` ${ADA.toUpperCase()}`, 'countess@people.example'], name: 'Ada Byron' }),
    ...['2026-01-05', '2026-02-05', '2026-03-05'].map((day, index) =>
      order(`ada-${index}`, '003ADA', day, '120.10', { orderReference: `A-${index}` }),
    ),
  );
  shop.feed(
    contact('77', { emails: [ADA] }),
    order('s-0', '77', '2026-01-05', '120.10', { orderReference: 'A-0' }),
    order('s-1', '77', '2026-02-07', '20.10', { transactionKind: 'refund', refersTo: 'A-1' }),
  );
  const workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm, shop],
    playbooks: [AT_RISK_AND_VALUABLE],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await cycle(workspace, { asOf: AS_OF });
  await cycle(workspace, { asOf: calendarDay('2026-06-20') });
  server = await startPostgres();
  if ('missing' in server) return;
  moved = await openStore({ databaseUrl: server.url, folder: '', workspace: `reports_${process.pid}` });
  await moveStore(store.database, moved);
}, 120_000);

afterAll(async () => {
  await store.close();
  if ('missing' in server) return;
  await moved.query(`drop schema ${moved.schema} cascade`);
  await moved.close();
  await server.stop();
});

async function rowsOf(database: Database, name: string): Promise<readonly ReportRow[]> {
  const table = (await reportTables(database)).find((each) => each.name === name);
  if (!table) throw new Error(`there is no table ${name}`);
  return database.transaction(async (sql) => {
    const rows: ReportRow[] = [];
    for await (const page of reportRows(sql, table)) rows.push(...page);
    return rows;
  });
}

describe('the tables for reports', () => {
  it('say what they and each of their columns hold, and docs/bi.md names each', async () => {
    const tables = await reportTables(store.database);
    expect(tables.map(({ name }) => name)).toContain('score-history');
    for (const { name, description, columns } of tables) {
      expect(HOW_TO).toContain(`| \`bi_${name.replaceAll('-', '_')}\` |`);
      expect({ name, description }).toEqual({ name, description: expect.stringMatching(/\.$/) });
      for (const column of columns) {
        expect({ name, column }).toEqual({
          name,
          column: { ...column, description: expect.stringMatching(/\.$/) },
        });
      }
    }
  });

  it('have the scores of the book, and what each customer bought, once', async () => {
    const rows = await rowsOf(store.database, 'customers');
    const book = createBook(store.database, { clock, rank: () => 0 });
    const listed = await book.list({}, { order: 'priority', descending: true, offset: 0, limit: 100 });
    expect(rows.length).toBe(listed.length);
    const byId = new Map(rows.map((row) => [row['customer_id'], row]));
    for (const each of listed) {
      const row = byId.get(each.customerId);
      expect(row).toMatchObject({
        lifecycle: each.lifecycle,
        churn_band: each.churnBand,
        churn_probability: each.churnProbability,
        engagement: each.engagement,
        priority: each.priority,
        as_of: each.asOf,
      });
      expect(Number(row?.['value_at_risk']).toFixed(2)).toBe(Number(each.valueAtRisk).toFixed(2));
    }
    const ada = byId.get((await findCustomer(store.database, ADA)) ?? '');
    expect(ada).toMatchObject({ purchase_days: 3, revenue: '340.200', first_purchase_on: '2026-01-05' });
  });

  it('name nobody but in people, and hash addresses as everybody does', async () => {
    const texts = new Map<string, string>();
    for (const { name } of await reportTables(store.database)) {
      texts.set(name, JSON.stringify(await rowsOf(store.database, name)));
    }
    const naming = [...texts].filter(([, text]) => /people\.example|Ada Byron|Customer c/i.test(text));
    expect(naming.map(([name]) => name)).toEqual(['people']);
    const customerId = await findCustomer(store.database, ADA);
    expect(texts.get('people')).toContain(JSON.stringify({ customer_id: customerId, name: 'Ada Byron', email: ADA }));
    const hashes = (await rowsOf(store.database, 'customer-emails')).filter((row) => row['customer_id'] === customerId);
    expect(hashes.map((row) => row['email_sha256'])).toEqual(
      [ADA, 'countess@people.example'].map((address) => createHash('sha256').update(address).digest('hex')).sort(),
    );
  });

  it('count money in the minor units that the product counts', async () => {
    const currencies = Intl.supportedValuesOf('currency');
    const rows = await store.database.query<{ currency: string; units: string }>(
      'select currency, bi_minor_units(currency)::text as units from unnest($1::text[]) as currency',
      [currencies],
    );
    expect(rows.map(({ currency, units }) => [currency, Number(units)])).toEqual(
      currencies.map((currency) => [currency, 10 ** minorDigits(currency)]),
    );
    const [sale] = (await rowsOf(store.database, 'transactions')).filter((row) => row['external_id'] === 's-1');
    expect(sale).toMatchObject({ kind: 'refund', amount: '20.100', original_amount: '20.100', rate: null });
  });

  it('are the same rows in PostgreSQL, after a move', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    const tables = await reportTables(store.database);
    expect(await reportTables(moved)).toEqual(tables);
    for (const { name } of tables) {
      const rows = await rowsOf(store.database, name);
      if (!['outcomes', 'feedback'].includes(name)) expect({ name, rows: rows.length }).not.toEqual({ name, rows: 0 });
      expect(await rowsOf(moved, name)).toEqual(rows);
    }
  });

  it('are all that the role of docs/bi.md can read, and it changes nothing', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    const role = `reports_${process.pid}`;
    const text = (/```sql\n([\s\S]*?)```/.exec(HOW_TO)?.[1] ?? '')
      .replaceAll('staypower_reports', role)
      .replaceAll('ws_default', moved.schema);
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(text);
    const address = new URL(server.url);
    address.username = role;
    address.password = 'choose-a-long-one';
    const reader = new pg.Client({ connectionString: address.href });
    await reader.connect();
    try {
      for (const { name } of (await reportTables(moved)).filter((each) => each.name !== 'people')) {
        await reader.query(`select * from bi_${name.replaceAll('-', '_')} limit 1`);
      }
      for (const refused of ['bi_people', 'customers', 'source_records', 'scores']) {
        await expect(reader.query(`select * from ${refused} limit 1`)).rejects.toThrow(/permission denied/);
      }
      await expect(reader.query('create temporary table mine (a text)')).rejects.toThrow(/read-only/);
    } finally {
      await reader.end();
      await admin.query(`drop owned by ${role}`);
      await admin.query(`drop role ${role}`);
      await admin.end();
    }
  });

  it('have nothing of a person who was erased', async () => {
    const customerId = (await findCustomer(store.database, ADA)) ?? '';
    await erase(store.database, { customerId }, { workspace: 'test', clock, requestedBy: 'operator' });
    await finishErasures(store.database, { workspace: 'test', connectors: [], clock });
    for (const { name } of await reportTables(store.database)) {
      expect(JSON.stringify(await rowsOf(store.database, name))).not.toContain(customerId);
    }
  });
});
