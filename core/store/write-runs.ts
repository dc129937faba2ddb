import type { FieldValue } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';

/** A write run as it is listed. */
export interface WriteRun {
  runId: number;
  startedAt: string;
  /** When all of it had been undone; null when it stands or was undone half. */
  undoneAt: string | null;
  records: number;
}

type Values = Readonly<Record<string, FieldValue>>;

/** What a run wrote on one record. */
export interface WrittenRow {
  connectionId: string;
  recordKind: 'contact' | 'account';
  externalId: string;
  /** What the record had of ours before, for the fields that were written; absent = nothing. */
  before: Values;
  after: Values;
}

/** Days for which a run can be undone. */
export const UNDO_DAYS = 14;

/** Begins a run. */
export async function beginWriteRun(sql: Sql, now: Date): Promise<number> {
  const [row] = await sql.query<{ run_id: number }>(
    'insert into write_runs (started_at) values ($1) returning run_id',
    [now.toISOString()],
  );
  if (!row) throw new Error('an insert with RETURNING gave no row');
  return row.run_id;
}

/** Keeps what a run wrote. Of two writes of one record in a run, the first says what was before and the second what is there. */
export async function keepWritten(
  sql: Sql,
  runId: number,
  rows: readonly (WrittenRow & { customerId: string | null })[],
  now: Date,
): Promise<void> {
  await insertRows(sql, {
    table: 'written_values as w',
    columns: {
      run_id: 'integer',
      connection_id: 'text',
      kind: 'text',
      external_id: 'text',
      customer_id: 'uuid',
      written_at: 'timestamptz',
      before: 'jsonb',
      after: 'jsonb',
      undone: 'boolean',
    },
    rows: rows.map((row) => ({
      run_id: runId,
      connection_id: row.connectionId,
      kind: row.recordKind,
      external_id: row.externalId,
      customer_id: row.customerId,
      written_at: now.toISOString(),
      before: row.before,
      after: row.after,
      undone: false,
    })),
    onConflict: `(run_id, connection_id, kind, external_id) do update set after = w.after || excluded.after,
      before = excluded.before || w.before`,
  });
}

/** The latest runs, the newest first. */
export async function writeRuns(sql: Sql, limit: number): Promise<readonly WriteRun[]> {
  return sql.query<WriteRun>(
    `select r.run_id as "runId", r.started_at as "startedAt", r.undone_at as "undoneAt",
            (select count(*)::int from written_values w where w.run_id = r.run_id) as records
     from write_runs r order by r.run_id desc limit $1`,
    [limit],
  );
}

/** The run to undo: the one asked for, or the last that stands. Null when there is none. */
export async function runToUndo(sql: Sql, runId: number | null): Promise<WriteRun | null> {
  const [row] = await sql.query<Omit<WriteRun, 'records'>>(
    `select run_id as "runId", started_at as "startedAt", undone_at as "undoneAt" from write_runs
     where ($1::int is null and undone_at is null) or run_id = $1::int order by run_id desc limit 1`,
    [runId],
  );
  if (!row) return null;
  const [counted] = await sql.query<{ count: number }>(
    'select count(*)::int as count from written_values where run_id = $1',
    [row.runId],
  );
  return { ...row, records: counted?.count ?? 0 };
}

/** Rows of a run on one connection that were not undone yet, in the order of kind and id, after a row of the page before. */
export async function rowsOfRun(
  sql: Sql,
  run: { runId: number; connectionId: string },
  after: Pick<WrittenRow, 'recordKind' | 'externalId'> | null,
  limit: number,
): Promise<readonly WrittenRow[]> {
  return sql.query<WrittenRow>(
    `select connection_id as "connectionId", kind as "recordKind", external_id as "externalId", before, after from written_values
     where run_id = $1 and connection_id = $2 and not undone and ($3::text is null or (kind, external_id) > ($3::text, $4::text))
     order by kind, external_id limit $5`,
    [run.runId, run.connectionId, after?.recordKind ?? null, after?.externalId ?? null, limit],
  );
}

/**
 * Keeps that rows of a run were undone, and what their records hold now. The records are scored and rolled up again, so that what
 * was taken back returns once the workspace is resumed, and only then.
 */
export async function keepUndone(
  sql: Sql,
  runId: number,
  rows: readonly { row: WrittenRow; restored: Values }[],
): Promise<void> {
  for (const [connectionId, group] of Map.groupBy(rows, ({ row }) => row.connectionId)) {
    for (const kind of ['contact', 'account'] as const) {
      const some = group.filter(({ row }) => row.recordKind === kind);
      if (some.length === 0) continue;
      const ids = some.map(({ row }) => row.externalId);
      const values = some.map(({ restored }) => JSON.stringify(restored));
      await sql.query(
        'update written_values set undone = true where run_id = $1 and connection_id = $2 and kind = $3 and external_id = any($4::text[])',
        [runId, connectionId, kind, ids],
      );
      if (kind === 'account') {
        await sql.query(
          `update account_records r set written = r.written || u.value::jsonb, desired = null, dirty = true
           from unnest($1::text[], $2::text[]) as u(external_id, value) where r.connection_id = $3 and r.external_id = u.external_id`,
          [ids, values, connectionId],
        );
        continue;
      }
      const touched = await sql.query<{ customer_id: string }>(
        `update customer_records r set written = r.written || u.value::jsonb, desired = null
         from unnest($1::text[], $2::text[]) as u(external_id, value)
         where r.connection_id = $3 and r.kind = 'contact' and r.external_id = u.external_id returning r.customer_id`,
        [ids, values, connectionId],
      );
      await sql.query('update customer_stats set unscored = true where customer_id = any($1::uuid[])', [
        touched.map((row) => row.customer_id),
      ]);
    }
  }
}

/** Marks a run as undone when nothing of it is left to undo. */
export async function closeUndoneRun(sql: Sql, runId: number, now: Date): Promise<boolean> {
  const [left] = await sql.query('select 1 from written_values where run_id = $1 and not undone limit 1', [runId]);
  if (left) return false;
  await sql.query('update write_runs set undone_at = $2 where run_id = $1', [runId, now.toISOString()]);
  return true;
}

/** What we last wrote to records of one connection and kind: tells a later run of ours from somebody's hand. */
export async function lastWritten(
  sql: Sql,
  connectionId: string,
  kind: WrittenRow['recordKind'],
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, Values>> {
  const rows = await sql.query<{ external_id: string; written: Values }>(
    kind === 'account'
      ? 'select external_id, written from account_records where connection_id = $1 and external_id = any($2::text[])'
      : `select external_id, written from customer_records where connection_id = $1 and kind = 'contact' and external_id = any($2::text[])`,
    [connectionId, externalIds],
  );
  return new Map(rows.map((row) => [row.external_id, row.written]));
}
