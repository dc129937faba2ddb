import { type FieldValue, isClear } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import { pendingWrites } from './write-back.ts';

/** One field of a record as it would be written; null is empty. */
export interface FieldChange {
  field: string;
  /** What the record has of ours, as last written. */
  from: string | number | null;
  to: string | number | null;
}

/** What a connection would be sent. */
export interface WritePreview {
  connectionId: string;
  records: number;
  /** How many records would get another value, by field; fields that go along unchanged are not counted. */
  fields: Readonly<Record<string, number>>;
  /** The first rows, with what changes on them. */
  rows: readonly { recordKind: 'contact' | 'account'; externalId: string; changes: readonly FieldChange[] }[];
}

/** Rows compared at once, and the most of one connection that are: counts beyond would take the whole book into memory. */
const MOST_ROWS = 100_000;

/**
 * What waits to be written, as a difference to what was last written. Asks no vendor.
 *
 * @param rowsShown rows listed of each connection
 */
export async function previewWrites(sql: Sql, rowsShown: number): Promise<readonly WritePreview[]> {
  const connections = await sql.query<{ connection_id: string; count: number }>(
    `select connection_id, sum(count)::int as count from (
       select connection_id, count(*) as count from customer_records where desired is not null group by 1
       union all select connection_id, count(*) from account_records where desired is not null group by 1) waiting
     group by 1 order by 1`,
  );
  const previews: WritePreview[] = [];
  for (const { connection_id: connectionId, count } of connections) {
    const rows = (await pendingWrites(sql, connectionId, MOST_ROWS, null)).map((row) => ({
      recordKind: row.recordKind,
      externalId: row.externalId,
      changes: changesOf(row.written, row.desired),
    }));
    const fields: Record<string, number> = {};
    for (const { field } of rows.flatMap((row) => row.changes)) fields[field] = (fields[field] ?? 0) + 1;
    previews.push({ connectionId, records: count, fields, rows: rows.slice(0, rowsShown) });
  }
  return previews;
}

function changesOf(
  written: Readonly<Record<string, FieldValue>>,
  desired: Readonly<Record<string, FieldValue>>,
): readonly FieldChange[] {
  return Object.entries(desired)
    .map(([field, value]) => ({ field, from: plain(written[field]), to: plain(value) }))
    .filter(({ from, to }) => from !== to);
}

function plain(value: FieldValue | undefined): string | number | null {
  return value === undefined || isClear(value) ? null : value;
}
