import type { FieldValue, WriteResult, WriteRow } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import { quarantine, release } from './quarantine.ts';

/** A record with values to write. */
export interface PendingWrite extends WriteRow {
  customerId: string;
  desired: Readonly<Record<string, FieldValue>>;
  attempts: number;
}

/** A row is tried so often before it waits in quarantine for somebody to look at it. */
const MOST_ATTEMPTS = 8;

/** Records of a connection that wait to be written, records of one parent together. */
export async function pendingWrites(
  sql: Sql,
  connectionId: string,
  limit: number,
  customerIds: readonly string[] | null,
): Promise<readonly PendingWrite[]> {
  const rows = await sql.query<{
    customer_id: string;
    kind: 'contact' | 'account';
    external_id: string;
    parent_external_id: string | null;
    desired: Readonly<Record<string, FieldValue>>;
    attempts: number;
  }>(
    `select customer_id, kind, external_id, parent_external_id, desired, attempts from customer_records
     where connection_id = $1 and desired is not null and ($3::uuid[] is null or customer_id = any($3::uuid[]))
     order by attempts, parent_external_id nulls last, external_id limit $2`,
    [connectionId, limit, customerIds],
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    recordKind: row.kind,
    externalId: row.external_id,
    parentExternalId: row.parent_external_id,
    values: row.desired,
    desired: row.desired,
    attempts: row.attempts,
  }));
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
): Promise<{ records: number; fields: number; rejected: number; retry: number }> {
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
  if (written.length > 0) {
    await sql.query(
      `update customer_records r set written = r.written || w.values, attempts = 0,
         desired = case when r.desired = w.values then null else r.desired end
       from unnest($1::uuid[], $2::text[], $3::text[]) as u(customer_id, external_id, value), lateral (select u.value::jsonb as values) w
       where r.customer_id = u.customer_id and r.connection_id = $4 and r.external_id = u.external_id`,
      [
        written.map((row) => row.customerId),
        written.map((row) => row.externalId),
        written.map((row) => JSON.stringify(row.desired)),
        connectionId,
      ],
    );
    await release(
      sql,
      'write',
      written.map((row) => ({ connectionId, kind: row.recordKind, externalId: row.externalId })),
    );
  }
  if (rejected.length > 0) {
    await sql.query(
      `update customer_records r set attempts = 0, desired = case when r.desired = w.values then null else r.desired end
       from unnest($1::uuid[], $2::text[], $3::text[]) as u(customer_id, external_id, value), lateral (select u.value::jsonb as values) w
       where r.customer_id = u.customer_id and r.connection_id = $4 and r.external_id = u.external_id`,
      [
        rejected.map((row) => row.customerId),
        rejected.map((row) => row.externalId),
        rejected.map((row) => JSON.stringify(row.desired)),
        connectionId,
      ],
    );
  }
  if (retry.length > 0) {
    await sql.query(
      `update customer_records r set attempts = r.attempts + 1 from unnest($1::uuid[], $2::text[]) as u(customer_id, external_id)
       where r.customer_id = u.customer_id and r.connection_id = $3 and r.external_id = u.external_id`,
      [retry.map((row) => row.customerId), retry.map((row) => row.externalId), connectionId],
    );
  }
  return {
    records: written.length,
    fields: written.reduce((sum, row) => sum + Object.keys(row.desired).length, 0),
    rejected: rejected.length,
    retry: retry.length,
  };
}
