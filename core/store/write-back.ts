import type { FieldValue, WriteResult, WriteRow } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import { quarantine, release } from './quarantine.ts';

/** A record with values to write. */
export interface PendingWrite extends WriteRow {
  /** Null for an account. */
  customerId: string | null;
  desired: Readonly<Record<string, FieldValue>>;
  /** What the record has of ours, as last accepted by the vendor. */
  written: Readonly<Record<string, FieldValue>>;
  attempts: number;
}

/** A row is tried so often before it waits in quarantine for somebody to look at it. */
const MOST_ATTEMPTS = 8;

/** Records of a connection that wait to be written: contacts, those of one parent together, then accounts. Those of some customers, or all. */
export async function pendingWrites(
  sql: Sql,
  connectionId: string,
  limit: number,
  customerIds: readonly string[] | null,
): Promise<readonly PendingWrite[]> {
  const contacts = await sql.query<WaitingRow>(
    `select customer_id, external_id, parent_external_id, written, desired, attempts from customer_records
     where connection_id = $1 and kind = 'contact' and desired is not null and ($3::uuid[] is null or customer_id = any($3::uuid[]))
     order by attempts, parent_external_id nulls last, external_id limit $2`,
    [connectionId, limit, customerIds],
  );
  const accounts = await sql.query<WaitingRow>(
    `select null as customer_id, external_id, null as parent_external_id, written, desired, attempts from account_records
     where connection_id = $1 and desired is not null and ($3::text[] is null or external_id = any($3::text[]))
     order by attempts, external_id limit $2`,
    [connectionId, limit - contacts.length, customerIds && (await accountsOf(sql, connectionId, customerIds))],
  );
  return [...contacts.map(pendingOf('contact')), ...accounts.map(pendingOf('account'))];
}

/** Accounts to which contacts of these customers belong. */
async function accountsOf(sql: Sql, connectionId: string, customerIds: readonly string[]): Promise<readonly string[]> {
  const rows = await sql.query<{ parent: string }>(
    `select distinct parent_external_id as parent from customer_records
     where connection_id = $1 and customer_id = any($2::uuid[]) and parent_external_id is not null`,
    [connectionId, customerIds],
  );
  return rows.map((row) => row.parent);
}

interface WaitingRow {
  customer_id: string | null;
  external_id: string;
  parent_external_id: string | null;
  written: Readonly<Record<string, FieldValue>>;
  desired: Readonly<Record<string, FieldValue>>;
  attempts: number;
}

function pendingOf(recordKind: PendingWrite['recordKind']): (row: WaitingRow) => PendingWrite {
  return (row) => ({
    customerId: row.customer_id,
    recordKind,
    externalId: row.external_id,
    parentExternalId: row.parent_external_id,
    values: row.desired,
    desired: row.desired,
    written: row.written,
    attempts: row.attempts,
  });
}

/**
 * Keeps what became of each row, in one commit. A written row's values are what the record has from now on; a rejected one waits in
 * quarantine and is tried again when its score changes. Either goes on waiting when the score moved on meanwhile.
 *
 * @returns rows and property values that the vendor accepted
 */
export async function settleWrites(
  sql: Sql,
  connectionId: string,
  rows: readonly PendingWrite[],
  results: readonly WriteResult[],
  now: Date,
): Promise<{ written: readonly PendingWrite[]; fields: number; rejected: number; retry: number }> {
  const written: PendingWrite[] = [];
  const rejected: PendingWrite[] = [];
  const retry: PendingWrite[] = [];
  for (const [index, row] of rows.entries()) {
    const result = results[index] ?? { status: 'retry', vendorCode: '', message: 'no result for this row' };
    const gaveUp = result.status === 'retry' && row.attempts + 1 >= MOST_ATTEMPTS;
    if (result.status === 'written') written.push(row);
    else if (result.status === 'retry' && !gaveUp) retry.push(row);
    else {
      rejected.push(row);
      await quarantine(sql, {
        connectionId,
        stage: 'write',
        kind: row.recordKind,
        externalId: row.externalId,
        code: result.vendorCode,
        message: result.message,
        remedy:
          result.status === 'rejected'
            ? result.remedy
            : `The vendor refused it ${MOST_ATTEMPTS} times for a passing reason. Look at the record, then run "staypower write-back".`,
        payload: JSON.stringify(row.desired),
        at: now,
      });
    }
  }
  for (const kind of ['contact', 'account'] as const) {
    const of = (some: readonly PendingWrite[]) => some.filter((row) => row.recordKind === kind);
    await settle(sql, connectionId, kind, of(written), 'written = r.written || u.value::jsonb, attempts = 0, ');
    await settle(sql, connectionId, kind, of(rejected), 'attempts = 0, ');
    await waitAgain(sql, connectionId, kind, of(retry));
  }
  await release(
    sql,
    'write',
    written.map((row) => ({ connectionId, kind: row.recordKind, externalId: row.externalId })),
  );
  return {
    written,
    fields: written.reduce((sum, row) => sum + Object.keys(row.desired).length, 0),
    rejected: rejected.length,
    retry: retry.length,
  };
}

/** Tables of the records that carry values, and how a row of the batch finds its record there. */
const TABLES = {
  contact: { table: 'customer_records', match: "r.kind = 'contact' and r.customer_id = u.customer_id" },
  account: { table: 'account_records', match: 'u.customer_id is null' },
} as const;

/** Takes records off the list, but for those whose values moved on meanwhile. */
async function settle(
  sql: Sql,
  connectionId: string,
  kind: PendingWrite['recordKind'],
  rows: readonly PendingWrite[],
  also: string,
): Promise<void> {
  if (rows.length === 0) return;
  const { table, match } = TABLES[kind];
  await sql.query(
    `update ${table} r set ${also}desired = case when r.desired = u.value::jsonb then null else r.desired end
     from unnest($1::uuid[], $2::text[], $3::text[]) as u(customer_id, external_id, value)
     where ${match} and r.connection_id = $4 and r.external_id = u.external_id`,
    [
      rows.map((row) => row.customerId),
      rows.map((row) => row.externalId),
      rows.map((row) => JSON.stringify(row.desired)),
      connectionId,
    ],
  );
}

async function waitAgain(
  sql: Sql,
  connectionId: string,
  kind: PendingWrite['recordKind'],
  rows: readonly PendingWrite[],
): Promise<void> {
  if (rows.length === 0) return;
  const { table, match } = TABLES[kind];
  await sql.query(
    `update ${table} r set attempts = r.attempts + 1 from unnest($1::uuid[], $2::text[]) as u(customer_id, external_id)
     where ${match} and r.connection_id = $3 and r.external_id = u.external_id`,
    [rows.map((row) => row.customerId), rows.map((row) => row.externalId), connectionId],
  );
}
