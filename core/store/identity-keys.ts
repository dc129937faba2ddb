import type { ContactRecord } from '../domain/records.ts';
import type { KeyHolding } from '../identity/components.ts';
import { identityKeys, type KeyType } from '../identity/keys.ts';
import type { Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';

/** A contact on record, as identity reads it. */
export interface ContactRow {
  connection_id: string;
  external_id: string;
  landed_seq: bigint;
  payload: ContactRecord;
  deleted: boolean;
  resolved_to: string | null;
}

/**
 * Keys follow the record's present content; a disabled key stays disabled, a merge at the vendor stays.
 *
 * @returns hashes of the keys that a record of the batch holds no more
 */
export async function replaceKeys(sql: Sql, batch: readonly ContactRow[]): Promise<readonly string[]> {
  const wanted = batch.flatMap((row) =>
    identityKeys(row.payload).map((key) => ({
      key_hash: key.hash,
      key_type: key.keyType,
      connection_id: row.connection_id,
      external_id: row.external_id,
      disabled: false,
    })),
  );
  const keep = new Set(wanted.map((row) => `${row.key_hash}\0${row.connection_id}\0${row.external_id}`));
  const present = await holdingsOf(sql, batch);
  const gone = present.filter(
    (key) => key.keyType !== 'vendor-merge' && !keep.has(`${key.hash}\0${key.connectionId}\0${key.externalId}`),
  );
  if (gone.length > 0) {
    await sql.query(
      `delete from identity_keys k using unnest($1::text[], $2::text[], $3::text[]) as g(key_hash, connection_id, external_id)
       where k.key_hash = g.key_hash and k.connection_id = g.connection_id and k.external_id = g.external_id`,
      [gone.map((key) => key.hash), gone.map((key) => key.connectionId), gone.map((key) => key.externalId)],
    );
  }
  await insertRows(sql, {
    table: 'identity_keys',
    columns: { key_hash: 'text', key_type: 'text', connection_id: 'text', external_id: 'text', disabled: 'boolean' },
    rows: wanted,
    onConflict: '(key_hash, connection_id, external_id) do nothing',
  });
  return [...new Set(gone.map((key) => key.hash))];
}

/**
 * Everything that could be one customer with a record of the batch: followed along shared keys and present customers. Those who hold
 * a key that is gone from the batch are looked at as well: fewer of them may be no crowd any more.
 */
export async function neighbourhood(
  sql: Sql,
  batch: readonly ContactRow[],
  gone: readonly string[],
): Promise<{ rows: readonly ContactRow[]; holdings: readonly KeyHolding[] }> {
  const rows = new Map<string, ContactRow>();
  const holdings = new Map<string, KeyHolding>();
  const seenCustomers = new Set<string>();
  const seenKeys = new Set<string>();
  const formerFellows = gone.length === 0 ? [] : await contactsByKey(sql, await holdersOf(sql, gone));
  let frontier: readonly ContactRow[] = [...batch, ...formerFellows];
  while (frontier.length > 0) {
    for (const row of frontier) rows.set(`${row.connection_id}\0${row.external_id}`, row);
    const keys = await holdingsOf(sql, frontier);
    const newKeys = [...new Set(keys.map((key) => key.hash))].filter((hash) => !seenKeys.has(hash));
    for (const hash of newKeys) seenKeys.add(hash);
    const shared = newKeys.length === 0 ? [] : await holdersOf(sql, newKeys);
    for (const holding of [...keys, ...shared]) {
      holdings.set(`${holding.hash}\0${holding.connectionId}\0${holding.externalId}`, holding);
    }
    const customers = [...new Set(frontier.flatMap((row) => (row.resolved_to ? [row.resolved_to] : [])))].filter(
      (id) => !seenCustomers.has(id),
    );
    for (const id of customers) seenCustomers.add(id);
    const fellows =
      customers.length === 0
        ? []
        : await sql.query<ContactRow>(
            `select connection_id, external_id, landed_seq, payload, deleted, resolved_to from source_records
             where kind = 'contact' and resolved_to = any($1::uuid[])`,
            [customers],
          );
    const linked = await contactsByKey(
      sql,
      shared.filter((holding) => !rows.has(`${holding.connectionId}\0${holding.externalId}`)),
    );
    frontier = [...fellows, ...linked].filter((row) => !rows.has(`${row.connection_id}\0${row.external_id}`));
  }
  return { rows: [...rows.values()], holdings: [...holdings.values()] };
}

const HOLDING = 'k.key_hash, k.key_type, k.connection_id, k.external_id, k.disabled';

async function holdingsOf(sql: Sql, rows: readonly ContactRow[]): Promise<readonly KeyHolding[]> {
  return (
    await sql.query<KeyRow>(
      `select ${HOLDING} from identity_keys k join unnest($1::text[], $2::text[]) as r(connection_id, external_id)
       on k.connection_id = r.connection_id and k.external_id = r.external_id`,
      [rows.map((row) => row.connection_id), rows.map((row) => row.external_id)],
    )
  ).map(toHolding);
}

async function holdersOf(sql: Sql, hashes: readonly string[]): Promise<readonly KeyHolding[]> {
  return (
    await sql.query<KeyRow>(`select ${HOLDING} from identity_keys k where k.key_hash = any($1::text[])`, [hashes])
  ).map(toHolding);
}

async function contactsByKey(sql: Sql, holders: readonly KeyHolding[]): Promise<readonly ContactRow[]> {
  if (holders.length === 0) return [];
  return sql.query<ContactRow>(
    `select s.connection_id, s.external_id, s.landed_seq, s.payload, s.deleted, s.resolved_to
     from source_records s join (select distinct * from unnest($1::text[], $2::text[]) as r(connection_id, external_id)) r
     on s.connection_id = r.connection_id and s.external_id = r.external_id where s.kind = 'contact'`,
    [holders.map((holder) => holder.connectionId), holders.map((holder) => holder.externalId)],
  );
}

interface KeyRow {
  key_hash: string;
  key_type: KeyType;
  connection_id: string;
  external_id: string;
  disabled: boolean;
}

function toHolding(row: KeyRow): KeyHolding {
  return {
    hash: row.key_hash,
    keyType: row.key_type,
    connectionId: row.connection_id,
    externalId: row.external_id,
    disabled: row.disabled,
  };
}
