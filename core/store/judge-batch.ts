import { type CalendarDay, dayOf, daysBetween } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import type { ExchangeRates } from '../domain/exchange-rates.ts';
import type { EventRecord, TransactionRecord } from '../domain/records.ts';
import type { Sql } from '../ports/database.ts';
import type { DatedOrder } from '../quality/duplicates.ts';
import type { Finding } from '../quality/finding.ts';
import { type Fix, fixed } from '../quality/fixes.ts';
import { type Fact, judgeFacts } from '../quality/judge-facts.ts';
import { schemaFinding } from '../quality/record-schemas.ts';
import { columnsFinding } from '../quality/unusable.ts';
import { type JudgedKey, keepConnectionFindings, keyText, knownFindings, replaceFindings } from './quality-findings.ts';
import { fixesInForce } from './quality-fixes.ts';
import { keepWatch, readWatches } from './quality-watches.ts';
import { transactionColumns } from './transaction-columns.ts';

/** A pending transaction or event with the customer of its contact. */
export interface FactRow {
  connection_id: string;
  kind: 'transaction' | 'event';
  external_id: string;
  landed_seq: bigint;
  hash: string;
  payload: TransactionRecord | EventRecord;
  deleted: boolean;
  resolved_to: string | null;
  customer_id: string | null;
}

/** A row as it is to be counted, or why not. */
export interface JudgedRow {
  /** The columns of its table but its key; null where it is kept out. */
  columns: Readonly<Record<string, unknown>> | null;
  findings: readonly Finding[];
  /** Whether what it said before stays in the book: its id was used for something else. */
  keepsOld: boolean;
}

interface OldRow {
  customer_id: string;
  connection_id: string;
  external_id: string;
  transaction_kind: string;
  occurred_at: string;
  day: CalendarDay;
  amount_minor: bigint | null;
  original_amount_minor: bigint | null;
  original_currency: string | null;
  order_reference: string | null;
  contact_external_id: string | null;
}

/** What a judgement needs to know beside the rows. */
export interface JudgeContext {
  timeZone: string;
  rates: ExchangeRates;
  now: Date;
}

const keyOf = (row: FactRow): JudgedKey => ({
  connectionId: row.connection_id,
  kind: row.kind,
  externalId: row.external_id,
});

/**
 * Applies the fixes in force to pending facts and asks every rule about them; keeps what was found and the connections' running statistics,
 * within the caller's commit. Rows without a customer, and deleted ones, are not judged.
 *
 * @returns judged rows by `keyText`, and whether earlier ones were marked to be judged again
 */
export async function judgeBatch(
  sql: Sql,
  batch: readonly FactRow[],
  context: JudgeContext,
): Promise<{ judged: ReadonlyMap<string, JudgedRow>; again: boolean }> {
  const { timeZone, rates, now } = context;
  const rows = batch.filter((row) => !row.deleted && row.customer_id !== null);
  const known = await knownFindings(sql, batch.map(keyOf));
  const connectionIds = [...new Set(rows.map((row) => row.connection_id))];
  const fixes = await fixesInForce(sql, connectionIds);
  const watches = await readWatches(sql, connectionIds);
  const book = await booksOf(sql, batch);
  const judged = new Map<string, JudgedRow>();
  // Orders that were something else, or were: a copy that waits because of one may be none.
  const gone = batch.filter((row) => row.kind === 'transaction' && row.deleted);
  const facts = new Map<string, { row: FactRow; fact: Fact }[]>();
  for (const row of rows) {
    const read = readRow(row, fixes, context);
    judged.set(keyText(keyOf(row)), { columns: read.columns, findings: read.findings, keepsOld: false });
    if (read.columns === null) continue;
    const before = known.get(keyText(keyOf(row))) ?? [];
    const old = book.rowOf(row);
    const isUnchanged = old !== null && isSame(old, read.columns);
    if (old !== null && !isUnchanged) gone.push(row);
    const mine = facts.get(row.connection_id) ?? [];
    facts.set(row.connection_id, mine);
    mine.push({
      row,
      fact: {
        seq: String(row.landed_seq),
        record: read.record,
        day: read.columns['day'] as CalendarDay,
        amountMinor: (read.columns['amount_minor'] as bigint | null | undefined) ?? null,
        customerId: row.customer_id as string,
        isNew: row.resolved_to === null && before.length === 0,
        isUnchanged,
        reusedFrom: old !== null && isReuse(old, row, read.columns) ? { day: old.day } : null,
        accepted: new Set(before.filter(({ acceptedHash }) => acceptedHash === row.hash).map(({ rule }) => rule)),
      },
    });
  }
  let again = false;
  for (const [connectionId, mine] of facts) {
    const watch = watches.get(connectionId);
    if (watch === undefined) continue;
    const {
      findings,
      connection,
      again: earlier,
    } = judgeFacts(
      watch,
      mine.map(({ fact }) => fact),
      { connectionId, now, timeZone, currency: rates.reporting, ordersOf: book.ordersOf },
    );
    for (const { row, fact } of mine) {
      const found = findings.get(fact.seq);
      const before = judged.get(keyText(keyOf(row)));
      if (found === undefined || before === undefined) continue;
      const isOut = found.some(({ severity }) => severity !== 'warn');
      judged.set(keyText(keyOf(row)), {
        columns: isOut ? null : before.columns,
        findings: found,
        keepsOld: found.some(({ rule }) => rule === 'id-reuse'),
      });
    }
    await keepConnectionFindings(sql, connectionId, connection, { now });
    await keepWatch(sql, connectionId, watch);
    again = (await judgeAgain(sql, connectionId, earlier)) || again;
  }
  await replaceFindings(
    sql,
    batch.map((row) => ({
      ...keyOf(row),
      contactExternalId: row.payload.contactExternalId,
      findings: judged.get(keyText(keyOf(row)))?.findings ?? [],
    })),
    { rules: () => true, known, now },
  );
  return { judged, again: (await judgeCopies(sql, gone)) || again };
}

/** A row by its fixes, with the columns of its table; or why it cannot be counted. */
function readRow(
  row: FactRow,
  fixes: readonly Fix[],
  { timeZone, rates }: JudgeContext,
): { record: FactRow['payload']; columns: Readonly<Record<string, unknown>> | null; findings: readonly Finding[] } {
  const unsound = schemaFinding(row.payload);
  if (unsound) return { record: row.payload, columns: null, findings: [unsound] };
  const record =
    row.payload.kind === 'transaction'
      ? fixed(
          row.payload,
          fixes.filter(({ connectionId }) => connectionId === row.connection_id),
          timeZone,
        )
      : row.payload;
  try {
    const columns =
      record.kind === 'transaction' ? transactionColumns(record, timeZone, rates) : eventColumns(record, timeZone);
    return { record, columns, findings: [] };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { record, columns: null, findings: [columnsFinding(error.fault)] };
  }
}

function eventColumns(record: EventRecord, timeZone: string): Record<string, unknown> {
  return {
    channel: record.channel,
    name: record.name,
    day: dayOf(record.occurredAt, timeZone),
    contact_external_id: record.contactExternalId,
  };
}

/** What the book has of the customers of some sales, and of who had them before. */
async function booksOf(
  sql: Sql,
  batch: readonly FactRow[],
): Promise<{
  rowOf: (row: FactRow) => OldRow | null;
  ordersOf: ReadonlyMap<string, readonly DatedOrder[]>;
}> {
  const sales = batch.filter((row) => row.kind === 'transaction');
  const deleted = new Set(sales.filter((row) => row.deleted).map((row) => `${row.connection_id}\0${row.external_id}`));
  const customers = [...new Set(sales.flatMap((row) => [row.customer_id, row.resolved_to]))].filter(
    (id) => id !== null,
  );
  const old =
    customers.length === 0
      ? []
      : await sql.query<OldRow>(
          `select customer_id, connection_id, external_id, transaction_kind, occurred_at, day, amount_minor, original_amount_minor,
             original_currency, order_reference, contact_external_id
           from transactions where customer_id = any($1::uuid[])`,
          [customers],
        );
  const byKey = new Map(old.map((row) => [`${row.customer_id}\0${row.connection_id}\0${row.external_id}`, row]));
  return {
    rowOf: (row) =>
      row.kind === 'transaction' && row.resolved_to !== null
        ? (byKey.get(`${row.resolved_to}\0${row.connection_id}\0${row.external_id}`) ?? null)
        : null,
    ordersOf: new Map(
      [...Map.groupBy(old, (row) => row.customer_id)].map(([customerId, mine]) => [
        customerId,
        mine.flatMap((row) =>
          row.transaction_kind === 'order' &&
          row.amount_minor !== null &&
          !deleted.has(`${row.connection_id}\0${row.external_id}`)
            ? [
                {
                  connectionId: row.connection_id,
                  externalId: row.external_id,
                  occurredAt: row.occurred_at,
                  amountMinor: row.amount_minor,
                  orderReference: row.order_reference,
                  inBook: true,
                },
              ]
            : [],
        ),
      ]),
    ),
  };
}

function isSame(old: OldRow, columns: Readonly<Record<string, unknown>>): boolean {
  return (
    old.amount_minor === columns['amount_minor'] &&
    old.original_amount_minor === columns['original_amount_minor'] &&
    old.original_currency === columns['original_currency'] &&
    new Date(old.occurred_at).getTime() === new Date(String(columns['occurred_at'])).getTime()
  );
}

/** Whether a sale has become another customer's, of another day and amount: more than a correction. */
function isReuse(old: OldRow, row: FactRow, columns: Readonly<Record<string, unknown>>): boolean {
  return (
    old.customer_id !== row.customer_id &&
    old.contact_external_id !== row.payload.contactExternalId &&
    old.amount_minor !== columns['amount_minor'] &&
    daysBetween(old.day, columns['day'] as CalendarDay) !== 0
  );
}

/** Marks records that were let through before it was known what they are. */
async function judgeAgain(sql: Sql, connectionId: string, seqs: readonly string[]): Promise<boolean> {
  if (seqs.length === 0) return false;
  const marked = await sql.query(
    `update source_records set pending = true
     where kind = 'transaction' and connection_id = $1 and landed_seq = any($2::bigint[]) and not deleted returning 1 as one`,
    [connectionId, seqs],
  );
  return marked.length > 0;
}

/** Marks held copies of the customers whose orders were deleted or changed. */
async function judgeCopies(sql: Sql, gone: readonly FactRow[]): Promise<boolean> {
  const rows = gone.filter((row) => row.payload.contactExternalId !== null);
  if (rows.length === 0) return false;
  const marked = await sql.query(
    `update source_records s set pending = true
     from quality_findings f join unnest($1::text[], $2::text[]) as g(connection_id, contact_external_id)
     on f.connection_id = g.connection_id and f.contact_external_id = g.contact_external_id
     where f.kind = 'transaction' and f.rule = 'duplicate-order' and f.severity = 'hold' and f.accepted_at is null
     and s.kind = f.kind and s.connection_id = f.connection_id and s.external_id = f.external_id and not s.deleted and not s.pending
     returning 1 as one`,
    [rows.map((row) => row.connection_id), rows.map((row) => row.payload.contactExternalId)],
  );
  return marked.length > 0;
}
