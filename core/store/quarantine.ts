import type { RecordKind } from '../domain/records.ts';
import type { Sql } from '../ports/database.ts';

/** A record that waits for somebody to act. One row for each record and stage: a repeat only moves `lastAt`. */
export interface QuarantinedRecord {
  connectionId: string;
  /** Where it failed. */
  stage: 'pull' | 'identify' | 'write' | 'act' | 'inbox';
  kind: RecordKind | 'message' | 'action';
  externalId: string;
  /** The vendor's code, or "data". */
  code: string;
  message: string;
  remedy: string;
  /** What to replay once it is mended; null when the record is still on record elsewhere. */
  payload: string | null;
  at: Date;
}

/** Puts a record into quarantine. */
export async function quarantine(sql: Sql, record: QuarantinedRecord): Promise<void> {
  await sql.query(
    `insert into quarantine (connection_id, stage, kind, external_id, code, message, remedy, payload, first_at, last_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
     on conflict (connection_id, stage, kind, external_id) do update
     set code = excluded.code, message = excluded.message, remedy = excluded.remedy, payload = excluded.payload, last_at = excluded.last_at`,
    [
      record.connectionId,
      record.stage,
      record.kind,
      record.externalId,
      record.code,
      record.message,
      record.remedy,
      record.payload,
      record.at.toISOString(),
    ],
  );
}

/** Takes records out of quarantine, once the same stage went well with them. */
export async function release(
  sql: Sql,
  stage: QuarantinedRecord['stage'],
  records: readonly Pick<QuarantinedRecord, 'connectionId' | 'kind' | 'externalId'>[],
): Promise<void> {
  if (records.length === 0) return;
  await sql.query(
    `delete from quarantine q using unnest($2::text[], $3::text[], $4::text[]) as r(connection_id, kind, external_id)
     where q.stage = $1 and q.connection_id = r.connection_id and q.kind = r.kind and q.external_id = r.external_id`,
    [
      stage,
      records.map((record) => record.connectionId),
      records.map((record) => record.kind),
      records.map((record) => record.externalId),
    ],
  );
}
