import { createHmac, randomBytes } from 'node:crypto';
import type { SourceRecord } from '../domain/records.ts';
import { identityKeys } from '../identity/keys.ts';
import type { Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';
import type { Person } from './person.ts';
import { keepSetting, readSetting } from './settings.ts';

const SECRET = 'tombstone-secret';

/** Hashes of a person under the workspace's secret. Made by `tombstoneHasher`. */
export interface TombstoneHasher {
  record(connectionId: string, externalId: string): string;
  /** Of the hash of an address or id, as identity keeps it. */
  identityKey(keyHash: string): string;
}

/** The workspace's hasher; null as long as nobody was erased. */
async function presentHasher(sql: Sql): Promise<TombstoneHasher | null> {
  const secret = await readSetting<string>(sql, SECRET);
  return secret === null ? null : hasherOf(secret);
}

/** The workspace's hasher; makes its secret the first time. */
export async function tombstoneHasher(sql: Sql): Promise<TombstoneHasher> {
  const present = await presentHasher(sql);
  if (present) return present;
  const secret = randomBytes(32).toString('base64');
  await keepSetting(sql, SECRET, secret);
  return hasherOf(secret);
}

function hasherOf(secret: string): TombstoneHasher {
  const key = Buffer.from(secret, 'base64');
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    record: (connectionId, externalId) => hash(`record\0${connectionId}\0${externalId}`),
    identityKey: (keyHash) => hash(`key\0${keyHash}`),
  };
}

/** Everything by which a person would be known again. */
export function subjectHashes(hasher: TombstoneHasher, person: Pick<Person, 'contacts' | 'keyHashes'>): string[] {
  return [
    ...person.contacts.map(({ connectionId, externalId }) => hasher.record(connectionId, externalId)),
    ...person.keyHashes.map((hash) => hasher.identityKey(hash)),
  ].sort();
}

/** Keeps a person out from now on. */
export async function entomb(sql: Sql, erasureId: string, hashes: readonly string[]): Promise<void> {
  await insertRows(sql, {
    table: 'tombstones',
    columns: { key_hash: 'text', erasure_id: 'text' },
    rows: hashes.map((hash) => ({ key_hash: hash, erasure_id: erasureId })),
    onConflict: '(key_hash) do nothing',
  });
}

/** Lifts every tombstone of the erasures that concern any of these hashes. Returns how many erasures that were. */
export async function lift(sql: Sql, hashes: readonly string[]): Promise<number> {
  const found = await sql.query<{ erasure_id: string }>(
    'select distinct erasure_id from tombstones where key_hash = any($1::text[])',
    [hashes],
  );
  await sql.query('delete from tombstones where erasure_id = any($1::text[])', [found.map((row) => row.erasure_id)]);
  return found.length;
}

/** Records parted into those that may land and those of people who were erased. */
export async function withoutErased(
  sql: Sql,
  connectionId: string,
  records: readonly SourceRecord[],
): Promise<{ kept: readonly SourceRecord[]; erased: readonly SourceRecord[] }> {
  const hasher = await presentHasher(sql);
  if (!hasher || records.length === 0) return { kept: records, erased: [] };
  const hashes = records.map((record) => hashesOf(hasher, connectionId, record));
  const buried = new Set(
    (
      await sql.query<{ key_hash: string }>('select key_hash from tombstones where key_hash = any($1::text[])', [
        [...new Set(hashes.flat())],
      ])
    ).map((row) => row.key_hash),
  );
  const isErased = (index: number) => hashes[index]?.some((hash) => buried.has(hash)) === true;
  return {
    kept: records.filter((_, index) => !isErased(index)),
    erased: records.filter((_, index) => isErased(index)),
  };
}

/** By external id of a contact, the erasure that keeps it out. */
export async function erasuresOf(
  sql: Sql,
  connectionId: string,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const hasher = await presentHasher(sql);
  if (!hasher) return new Map();
  const byHash = new Map(externalIds.map((externalId) => [hasher.record(connectionId, externalId), externalId]));
  const rows = await sql.query<{ key_hash: string; erasure_id: string }>(
    'select key_hash, erasure_id from tombstones where key_hash = any($1::text[])',
    [[...byHash.keys()]],
  );
  return new Map(rows.map((row) => [byHash.get(row.key_hash) ?? '', row.erasure_id]));
}

function hashesOf(hasher: TombstoneHasher, connectionId: string, record: SourceRecord): readonly string[] {
  if (record.kind === 'contact') {
    const keys = identityKeys(record).map((key) => hasher.identityKey(key.hash));
    return [hasher.record(connectionId, record.externalId), ...keys];
  }
  if (record.kind === 'deletion') {
    return record.of === 'contact' ? [hasher.record(connectionId, record.externalId)] : [];
  }
  return 'contactExternalId' in record && record.contactExternalId !== null
    ? [hasher.record(connectionId, record.contactExternalId)]
    : [];
}
