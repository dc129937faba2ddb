import { type CalendarDay, dayOf } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import { parseMoney } from '../domain/money.ts';
import type { ContractRecord } from '../domain/records.ts';
import type { ContractTerm } from '../features/contract.ts';
import type { Database, Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';
import { quarantine, release } from './quarantine.ts';
import { inTurn } from './turn.ts';

/** Terms placed in one commit. */
const TERMS_PER_COMMIT = 500;
const CUSTOMERS_PER_READ = 2_000;

interface TermRow {
  connection_id: string;
  external_id: string;
  payload: ContractRecord;
  deleted: boolean;
  resolved_to: string | null;
  customer_id: string | null;
}

/**
 * Gives pending terms of contracts to the customer of their contact, a batch per commit, and marks those customers dirty. A term whose end is
 * not dated itself is known from the day on which it is first placed.
 *
 * @returns how many terms were placed, moved or taken away
 */
export async function placeContracts(
  database: Database,
  context: {
    timeZone: string;
    /** The reporting currency. */
    currency: string;
    now: () => Date;
    onTouched?: (customerIds: readonly string[]) => void;
  },
): Promise<number> {
  for (let done = 0; ; ) {
    const placed = await inTurn(database, async (sql) => {
      const batch = await sql.query<TermRow>(
        `select f.connection_id, f.external_id, f.payload, f.deleted, f.resolved_to, c.resolved_to as customer_id
         from (select * from source_records where kind = 'contract' and pending order by landed_seq limit ${TERMS_PER_COMMIT}) f
         left join source_records c on c.connection_id = f.connection_id and c.kind = 'contact' and c.external_id = f.contact_external_id`,
      );
      const touched = batch.length > 0 ? await place(sql, batch, context) : [];
      return { terms: batch.length, touched };
    });
    done += placed.terms;
    context.onTouched?.(placed.touched);
    if (placed.terms < TERMS_PER_COMMIT) return done;
  }
}

/** The terms of some customers' contracts, by customer. */
export async function readTerms(
  sql: Sql,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ContractTerm[]>> {
  const rows = await sql.query<{
    customer_id: string;
    starts_on: CalendarDay;
    ends_on: CalendarDay | null;
    end_known_on: CalendarDay;
    cancelled_on: CalendarDay | null;
    annual_value_minor: bigint | null;
  }>(
    'select customer_id, starts_on, ends_on, end_known_on, cancelled_on, annual_value_minor from contracts where customer_id = any($1::uuid[])',
    [customerIds],
  );
  const terms = new Map<string, ContractTerm[]>();
  for (const row of rows) {
    const term: ContractTerm = {
      startsOn: row.starts_on,
      endsOn: row.ends_on,
      endKnownOn: row.end_known_on,
      cancelledOn: row.cancelled_on,
      ...(row.annual_value_minor !== null && { annualValueMinor: Number(row.annual_value_minor) }),
    };
    terms.set(row.customer_id, [...(terms.get(row.customer_id) ?? []), term]);
  }
  return terms;
}

/** The terms of every customer who has one, customer by customer. */
export async function* allTerms(database: Database): AsyncGenerator<readonly ContractTerm[]> {
  for (let after: string | null = null; ; ) {
    const ids: { customer_id: string }[] = await database.query(
      `select distinct customer_id from contracts where $1::uuid is null or customer_id > $1::uuid
       order by customer_id limit ${CUSTOMERS_PER_READ}`,
      [after],
    );
    const found = await readTerms(
      database,
      ids.map((row) => row.customer_id),
    );
    yield* found.values();
    after = ids.at(-1)?.customer_id ?? null;
    if (after === null) return;
  }
}

async function place(
  sql: Sql,
  batch: readonly TermRow[],
  { timeZone, currency, now }: { timeZone: string; currency: string; now: () => Date },
): Promise<readonly string[]> {
  const before = batch.filter((row) => row.resolved_to !== null);
  const removed = await sql.query<{ connection_id: string; external_id: string; end_known_on: CalendarDay }>(
    `delete from contracts t using unnest($1::uuid[], $2::text[], $3::text[]) as o(customer_id, connection_id, external_id)
     where t.customer_id = o.customer_id and t.connection_id = o.connection_id and t.external_id = o.external_id
     returning t.connection_id, t.external_id, t.end_known_on`,
    [
      before.map((row) => row.resolved_to),
      before.map((row) => row.connection_id),
      before.map((row) => row.external_id),
    ],
  );
  const key = (row: { connection_id: string; external_id: string }) => `${row.connection_id}\0${row.external_id}`;
  const knownOn = new Map(removed.map((row) => [key(row), row.end_known_on]));
  const today = dayOf(now().toISOString(), timeZone);
  const refused = new Set<TermRow>();
  const rows: Record<string, unknown>[] = [];
  for (const row of batch) {
    if (row.deleted || row.customer_id === null) continue;
    try {
      rows.push({
        customer_id: row.customer_id,
        connection_id: row.connection_id,
        external_id: row.external_id,
        ...termColumns(row.payload, knownOn.get(key(row)) ?? today, timeZone),
        annual_value_minor: worthOf(row.payload, currency),
      });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      refused.add(row);
      await quarantine(sql, {
        connectionId: row.connection_id,
        stage: 'identify',
        kind: 'contract',
        externalId: row.external_id,
        code: error.code,
        message: error.message,
        remedy: error.fault.remedy,
        payload: JSON.stringify(row.payload),
        at: now(),
      });
    }
  }
  await insertRows(sql, {
    table: 'contracts',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      external_id: 'text',
      starts_on: 'date',
      ends_on: 'date',
      end_known_on: 'date',
      cancelled_on: 'date',
      annual_value_minor: 'bigint',
    },
    rows: rows as never,
  });
  return settle(sql, batch, refused);
}

/** Returns the customers whose terms these were and are. */
async function settle(sql: Sql, batch: readonly TermRow[], refused: ReadonlySet<TermRow>): Promise<readonly string[]> {
  const owner = (row: TermRow) => (row.deleted || refused.has(row) ? null : row.customer_id);
  await sql.query(
    `update source_records s set pending = false, resolved_to = d.resolved_to
     from unnest($1::text[], $2::text[], $3::uuid[]) as d(connection_id, external_id, resolved_to)
     where s.kind = 'contract' and s.connection_id = d.connection_id and s.external_id = d.external_id`,
    [batch.map((row) => row.connection_id), batch.map((row) => row.external_id), batch.map(owner)],
  );
  const touched = new Set(batch.flatMap((row) => [row.resolved_to, owner(row)]).filter((id) => id !== null));
  await sql.query('update customers set dirty = true where customer_id = any($1::uuid[]) and not dirty', [
    [...touched],
  ]);
  const released = batch.filter((row) => !refused.has(row));
  await release(
    sql,
    'identify',
    released.map((row) => ({ connectionId: row.connection_id, kind: 'contract', externalId: row.external_id })),
  );
  return [...touched];
}

/** Days of a term. Without a start it has begun when it was first seen, or with its notice or end if those were before. */
function termColumns(record: ContractRecord, firstSeenOn: CalendarDay, timeZone: string): Record<string, unknown> {
  const day = (at: string | null) => (at === null ? null : dayOf(at, timeZone));
  const [startsOn, endsOn, cancelledOn] = [day(record.startsOn), day(record.endsOn), day(record.cancelledOn)];
  const bounds = [firstSeenOn, endsOn, cancelledOn].filter((each) => each !== null).sort();
  const begun = startsOn ?? (bounds[0] as CalendarDay);
  if (endsOn !== null && endsOn < begun) {
    throw new DataError({
      row: record.externalId,
      field: 'endsOn',
      expected: `a last day of the contract on or after its start ${begun}`,
      found: endsOn,
      remedy: 'correct the start or the end of the contract at the source',
    });
  }
  return {
    starts_on: begun,
    ends_on: endsOn,
    end_known_on: day(record.endKnownOn) ?? firstSeenOn,
    cancelled_on: cancelledOn,
  };
}

/** What a year of a contract is worth in minor units; null where it is not mapped. Throws DataError for another currency: it has no day to be converted on. */
function worthOf({ externalId, annualValue }: ContractRecord, currency: string): bigint | null {
  if (annualValue === undefined) return null;
  const money = parseMoney(annualValue.amount, currency);
  if (annualValue.currency !== null && annualValue.currency !== currency) {
    throw new DataError({
      row: externalId,
      field: 'annualValue',
      expected: `the worth of a contract in the workspace's reporting currency ${currency}`,
      found: annualValue.currency,
      remedy: 'map a field that holds it in that currency',
    });
  }
  if (money.amountMinor < 0n) {
    throw new DataError({
      row: externalId,
      field: 'annualValue',
      expected: 'what a year of the contract is worth, zero or more',
      found: annualValue.amount,
      remedy: 'correct it at the source',
    });
  }
  return money.amountMinor;
}
