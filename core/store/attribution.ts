import type { ExchangeRates } from '../domain/exchange-rates.ts';
import type { Database, Sql } from '../ports/database.ts';
import { findingInWords } from '../quality/finding.ts';
import { insertRows } from './bulk.ts';
import { type FactRow, type JudgedRow, judgeBatch } from './judge-batch.ts';
import { keyText } from './quality-findings.ts';
import { quarantine, release } from './quarantine.ts';
import { inTurn } from './turn.ts';

/** Facts attributed in one commit. */
const FACTS_PER_COMMIT = 500;
/** Rounds in which earlier facts are judged again at once; what is left then waits for the next cycle. */
const MOST_ROUNDS_AGAIN = 5;

/**
 * Gives pending transactions and events to the customer of their contact, a batch per commit, and marks those customers dirty.
 * A fact whose contact is not known waits with its source record and is taken up when the contact lands; one that a rule of data quality
 * keeps out waits in quarantine.
 *
 * @returns how many facts were attributed, moved or taken away
 */
export async function attribute(
  database: Database,
  context: {
    timeZone: string;
    /** Rates into the workspace's reporting currency. */
    rates: ExchangeRates;
    now: () => Date;
    onProgress?: (done: number) => void;
    /** Told which customers' facts changed. */
    onTouched?: (customerIds: readonly string[]) => void;
  },
): Promise<number> {
  let again = 0;
  for (let done = 0; ; ) {
    const placed = await inTurn(database, async (sql) => {
      const batch = await sql.query<FactRow>(
        `select f.connection_id, f.kind, f.external_id, f.landed_seq, f.hash, f.payload, f.deleted, f.resolved_to, c.resolved_to as customer_id
         from (select * from source_records where kind in ('transaction', 'event') and pending order by kind, landed_seq limit ${FACTS_PER_COMMIT}) f
         left join source_records c on c.connection_id = f.connection_id and c.kind = 'contact' and c.external_id = f.contact_external_id`,
      );
      const { touched, again } = batch.length > 0 ? await place(sql, batch, context) : { touched: [], again: false };
      return { rows: batch.length, touched, again };
    });
    done += placed.rows;
    context.onTouched?.(placed.touched);
    if (placed.rows > 0) context.onProgress?.(done);
    if (placed.again) again += 1;
    if (placed.rows < FACTS_PER_COMMIT && !(placed.again && again <= MOST_ROUNDS_AGAIN)) return done;
  }
}

async function place(
  sql: Sql,
  batch: readonly FactRow[],
  { timeZone, rates, now }: { timeZone: string; rates: ExchangeRates; now: () => Date },
): Promise<{ touched: readonly string[]; again: boolean }> {
  const transactions: Record<string, unknown>[] = [];
  const events: Record<string, unknown>[] = [];
  const settled: { row: FactRow; customerId: string | null; refused?: true; keepsOld?: boolean }[] = [];
  const { judged, again } = await judgeBatch(sql, batch, { timeZone, rates, now: now() });
  for (const row of batch) {
    const key = { customer_id: row.customer_id, connection_id: row.connection_id, external_id: row.external_id };
    const verdict = judged.get(
      keyText({ connectionId: row.connection_id, kind: row.kind, externalId: row.external_id }),
    );
    if (verdict === undefined) settled.push({ row, customerId: null });
    else if (verdict.columns === null) {
      const { keepsOld } = verdict;
      settled.push({ row, customerId: keepsOld ? row.resolved_to : null, refused: true, keepsOld });
      await keepOut(sql, row, verdict, now());
    } else {
      (row.kind === 'transaction' ? transactions : events).push({ ...key, ...verdict.columns });
      settled.push({ row, customerId: row.customer_id });
    }
  }

  const before = settled.filter(({ row, keepsOld }) => row.resolved_to !== null && !keepsOld).map(({ row }) => row);
  for (const table of ['transactions', 'events'] as const) {
    const kind = table === 'transactions' ? 'transaction' : 'event';
    const old = before.filter((row) => row.kind === kind);
    if (old.length === 0) continue;
    await sql.query(
      `delete from ${table} t using unnest($1::uuid[], $2::text[], $3::text[]) as o(customer_id, connection_id, external_id)
       where t.customer_id = o.customer_id and t.connection_id = o.connection_id and t.external_id = o.external_id`,
      [old.map((row) => row.resolved_to), old.map((row) => row.connection_id), old.map((row) => row.external_id)],
    );
  }
  await insertRows(sql, {
    table: 'transactions',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      external_id: 'text',
      transaction_kind: 'text',
      occurred_at: 'timestamptz',
      day: 'date',
      amount_minor: 'bigint',
      currency: 'text',
      original_amount_minor: 'bigint',
      original_currency: 'text',
      rate: 'numeric',
      rate_on: 'date',
      margin_minor: 'bigint',
      order_reference: 'text',
      refers_to: 'text',
      contact_external_id: 'text',
    },
    rows: transactions as never,
  });
  await insertRows(sql, {
    table: 'events',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      external_id: 'text',
      channel: 'text',
      name: 'text',
      day: 'date',
      contact_external_id: 'text',
    },
    rows: events as never,
  });
  await sql.query(
    `update source_records s set pending = false, resolved_to = d.resolved_to
     from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) as d(connection_id, kind, external_id, resolved_to)
     where s.connection_id = d.connection_id and s.kind = d.kind and s.external_id = d.external_id`,
    [
      settled.map(({ row }) => row.connection_id),
      settled.map(({ row }) => row.kind),
      settled.map(({ row }) => row.external_id),
      settled.map(({ customerId }) => customerId),
    ],
  );
  const touched = new Set<string>();
  for (const { row, customerId } of settled) {
    if (row.resolved_to) touched.add(row.resolved_to);
    if (customerId) touched.add(customerId);
    // What is kept out says something about its customer, too.
    if (row.customer_id) touched.add(row.customer_id);
  }
  await sql.query('update customers set dirty = true where customer_id = any($1::uuid[]) and not dirty', [
    [...touched],
  ]);
  await release(
    sql,
    'identify',
    settled
      .filter((each) => !each.refused)
      .map(({ row }) => ({ connectionId: row.connection_id, kind: row.kind, externalId: row.external_id })),
  );
  return { touched: [...touched], again };
}

async function keepOut(sql: Sql, row: FactRow, { findings }: JudgedRow, now: Date): Promise<void> {
  const finding = findings.find(({ severity }) => severity !== 'warn');
  if (finding === undefined) return;
  await quarantine(sql, {
    connectionId: row.connection_id,
    stage: 'identify',
    kind: row.kind,
    externalId: row.external_id,
    code: finding.rule,
    message: `${row.kind} ${row.external_id}, ${findingInWords(finding)}`,
    remedy: finding.remedy,
    payload: JSON.stringify(row.payload),
    at: now,
  });
}
