import { type FieldValue, isClear } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import type { WaitingWrites } from '../ports/writes.ts';
import { pendingWrites } from './write-back.ts';

/** What a command compares of one connection at the most: counts beyond would take the whole book into memory. */
const MOST_ROWS = 100_000;

/**
 * What waits to be written, as a difference to what was last written. Asks no vendor.
 *
 * @param rowsShown rows listed of each connection
 * @param mostCompared rows of each connection whose values are compared
 */
export async function previewWrites(
  sql: Sql,
  rowsShown: number,
  mostCompared = MOST_ROWS,
): Promise<readonly WaitingWrites[]> {
  const connections = await sql.query<{ connection_id: string; count: number }>(
    `select connection_id, sum(count)::int as count from (
       select connection_id, count(*) as count from customer_records where desired is not null group by 1
       union all select connection_id, count(*) from account_records where desired is not null group by 1) waiting
     group by 1 order by 1`,
  );
  const previews: WaitingWrites[] = [];
  for (const { connection_id: connectionId, count } of connections) {
    const rows = (await pendingWrites(sql, connectionId, mostCompared, null)).map((row) => ({
      recordKind: row.recordKind,
      externalId: row.externalId,
      changes: changesOf(row.written, row.desired),
    }));
    const fields: Record<string, number> = {};
    for (const { field } of rows.flatMap((row) => row.changes)) fields[field] = (fields[field] ?? 0) + 1;
    previews.push({ connectionId, records: count, compared: rows.length, fields, rows: rows.slice(0, rowsShown) });
  }
  return previews;
}

function changesOf(
  written: Readonly<Record<string, FieldValue>>,
  desired: Readonly<Record<string, FieldValue>>,
): WaitingWrites['rows'][number]['changes'] {
  return Object.entries(desired)
    .map(([field, value]) => ({ field, from: plain(written[field]), to: plain(value) }))
    .filter(({ from, to }) => from !== to);
}

function plain(value: FieldValue | undefined): string | number | null {
  return value === undefined || isClear(value) ? null : value;
}
