import type {
  ContactRecord,
  DeletionRecord,
  RecordKind,
  RejectedRecord,
  SourceRecord,
  TransactionRecord,
} from '../domain/records.ts';
import { hashOf } from '../domain/stable-json.ts';
import type { Cursor } from '../ports/connector.ts';
import type { Database, Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';
import { quarantine, release } from './quarantine.ts';
import { withoutErased } from './tombstones.ts';
import { inTurn } from './turn.ts';

type Landed = Exclude<SourceRecord, DeletionRecord>;

/** What to land in one commit. */
export interface Landing {
  connectionId: string;
  records: readonly SourceRecord[];
  rejected: readonly RejectedRecord[];
  /** Kept in the same commit; null when there is none to keep. */
  cursor: { stream: string; value: Cursor } | null;
  now: Date;
}

interface Existing {
  kind: RecordKind;
  external_id: string;
  hash: string;
  payload: Landed;
  deleted: boolean;
}

/**
 * Lands records as they came: one row each, marked pending when it is new or changed. A record that is the same as before (met
 * again in an overlap, or changed only in fields that are ours) costs nothing further. The cursor is kept in the same commit.
 *
 * @returns how many records were new or changed
 */
export async function land(database: Database, landing: Landing): Promise<number> {
  return inTurn(database, async (sql) => {
    const { changed } = await landRecordsOf(sql, landing.connectionId, landing.records, landing.now);
    await release(
      sql,
      'pull',
      landing.records.map((record) => ({
        connectionId: landing.connectionId,
        kind: kindOf(record),
        externalId: record.externalId,
      })),
    );
    for (const rejected of landing.rejected) {
      await quarantine(sql, {
        connectionId: landing.connectionId,
        stage: 'pull',
        kind: rejected.of,
        externalId: rejected.externalId,
        code: 'data',
        message: `${rejected.field}: expected ${rejected.expected}, found ${JSON.stringify(rejected.found)}`,
        remedy: rejected.remedy,
        payload: rejected.payload,
        at: landing.now,
      });
    }
    if (landing.cursor) await keepCursor(sql, landing.connectionId, landing.cursor);
    return changed;
  });
}

/** Keeps how far a stream was read. */
export async function keepCursor(
  sql: Sql,
  connectionId: string,
  { stream, value }: { stream: string; value: Cursor },
): Promise<void> {
  await sql.query(
    `insert into cursors (connection_id, stream, cursor) values ($1, $2, $3::jsonb)
     on conflict (connection_id, stream) do update set cursor = excluded.cursor`,
    [connectionId, stream, JSON.stringify(value)],
  );
}

/** How far a stream was read; null before the first page. */
export async function readCursor(sql: Sql, connectionId: string, stream: string): Promise<Cursor | null> {
  const [row] = await sql.query<{ cursor: Cursor }>(
    'select cursor from cursors where connection_id = $1 and stream = $2',
    [connectionId, stream],
  );
  return row ? row.cursor : null;
}

/**
 * Lands records within a commit of the caller's, but for those of people who were erased. A deletion for the sake of privacy is noted
 * as the wish to be erased.
 *
 * @returns how many were new or changed, and what was left out because its person was erased
 */
export async function landRecordsOf(
  sql: Sql,
  connectionId: string,
  offered: readonly SourceRecord[],
  now: Date,
): Promise<{ changed: number; erased: readonly SourceRecord[] }> {
  const { kept: records, erased } = await withoutErased(sql, connectionId, offered);
  if (records.length === 0) return { changed: 0, erased };
  await keepErasureRequests(sql, connectionId, records, now);
  const existing = new Map<string, Existing>();
  for (const [kind, some] of Map.groupBy(records, kindOf)) {
    const rows = await sql.query<Existing>(
      `select kind, external_id, hash, payload, deleted from source_records
       where connection_id = $1 and kind = $2 and external_id = any($3::text[])`,
      [connectionId, kind, some.map((record) => record.externalId)],
    );
    for (const row of rows) existing.set(`${row.kind}\0${row.external_id}`, row);
  }

  const upserts = new Map<string, { record: Landed; hash: string; deleted: boolean }>();
  const merges: { loser: string; winner: string }[] = [];
  for (const record of records) {
    const key = `${kindOf(record)}\0${record.externalId}`;
    const before = upserts.get(key)?.record ?? existing.get(key)?.payload;
    const deleted = upserts.get(key)?.deleted ?? existing.get(key)?.deleted ?? false;
    if (record.kind === 'deletion') {
      if (record.of === 'contact' && record.mergedIntoExternalId) {
        merges.push({ loser: record.externalId, winner: record.mergedIntoExternalId });
      }
      if (before && !deleted) upserts.set(key, { record: before, hash: hashOf(before), deleted: true });
      continue;
    }
    // What was deleted is not brought back by a later fact about it.
    const whole = withWhatIsKnown(record, deleted ? undefined : before);
    const hash = hashOf(whole);
    if (before && !deleted && hash === (upserts.get(key)?.hash ?? existing.get(key)?.hash)) continue;
    upserts.set(key, { record: whole, hash, deleted: false });
  }
  const changed = [...upserts.values()];
  await insertRows(sql, {
    table: 'source_records',
    columns: {
      connection_id: 'text',
      kind: 'text',
      external_id: 'text',
      payload: 'jsonb',
      hash: 'text',
      deleted: 'boolean',
      contact_external_id: 'text',
      pending: 'boolean',
    },
    computed: { landed_seq: "nextval('landed_seq')" },
    rows: changed.map(({ record, hash, deleted }) => ({
      connection_id: connectionId,
      kind: record.kind,
      external_id: record.externalId,
      payload: record,
      hash,
      deleted,
      contact_external_id: 'contactExternalId' in record ? record.contactExternalId : null,
      pending: true,
    })),
    onConflict: `(connection_id, kind, external_id) do update set payload = excluded.payload, hash = excluded.hash,
      deleted = excluded.deleted, contact_external_id = excluded.contact_external_id, pending = true`,
  });
  await keepMerges(sql, connectionId, merges);
  return { changed: changed.length, erased };
}

/** The kind of what a record tells of. */
const kindOf = (record: SourceRecord): RecordKind => (record.kind === 'deletion' ? record.of : record.kind);

/** Whom a vendor was told to forget: `eraseRequested` takes them up. */
async function keepErasureRequests(
  sql: Sql,
  connectionId: string,
  records: readonly SourceRecord[],
  now: Date,
): Promise<void> {
  const forgotten = records.filter((record) => record.kind === 'deletion' && record.forPrivacy === true);
  await insertRows(sql, {
    table: 'erasure_requests',
    columns: { connection_id: 'text', external_id: 'text', requested_at: 'timestamptz' },
    rows: forgotten.map((record) => ({
      connection_id: connectionId,
      external_id: record.externalId,
      requested_at: now.toISOString(),
    })),
    onConflict: '(connection_id, external_id) do nothing',
  });
}

/** A record that says a part, or one of several statements in any order, together with what is on record. */
function withWhatIsKnown(record: Landed, before: Landed | undefined): Landed {
  if (record.kind === 'contact' && record.partial) return united(record, before);
  return record.kind === 'transaction' ? latestStatement(record, before) : record;
}

/** Of two statements of one order the later one, on the day of the earlier. */
function latestStatement(record: TransactionRecord, before: Landed | undefined): TransactionRecord {
  if (before?.kind !== 'transaction' || before.statedAt === undefined || record.statedAt === undefined) return record;
  const later = before.statedAt > record.statedAt ? before : record;
  return { ...later, occurredAt: before.occurredAt < record.occurredAt ? before.occurredAt : record.occurredAt };
}

/** A partial fact about a contact united with what is on record. */
function united(record: ContactRecord, before: Landed | undefined): ContactRecord {
  if (before?.kind !== 'contact') return record;
  const both = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
  return {
    ...before,
    emails: both(before.emails, record.emails),
    userIds: both(before.userIds, record.userIds),
    anonymousIds: both(before.anonymousIds, record.anonymousIds),
    phone: record.phone ?? before.phone,
    name: record.name ?? before.name,
    accountExternalId: record.accountExternalId ?? before.accountExternalId,
    ownerId: record.ownerId ?? before.ownerId,
    doNotContact: record.doNotContact || before.doNotContact,
    createdAt: before.createdAt ?? record.createdAt,
  };
}

/**
 * A merge at the vendor joins the two records by a key of its own, which later changes of either do not take away. News of it takes
 * both up again: the deletion of the one may have been told before.
 */
async function keepMerges(
  sql: Sql,
  connectionId: string,
  merges: readonly { loser: string; winner: string }[],
): Promise<void> {
  for (const { loser, winner } of merges) {
    const hash = hashOf(['vendor-merge', connectionId, winner]);
    for (const externalId of [loser, winner]) {
      const added = await sql.query(
        `insert into identity_keys (key_hash, key_type, connection_id, external_id, disabled) values ($1, 'vendor-merge', $2, $3, false)
         on conflict (key_hash, connection_id, external_id) do nothing returning key_hash`,
        [hash, connectionId, externalId],
      );
      if (added.length === 0) continue;
      await sql.query(
        `update source_records set pending = true where kind = 'contact' and connection_id = $1 and external_id = $2`,
        [connectionId, externalId],
      );
    }
  }
}
