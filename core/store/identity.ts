import { v5 as uuidv5 } from 'uuid';
import type { ContactRecord } from '../domain/records.ts';
import {
  type Component,
  type Crowd,
  components,
  type IdentityNode,
  type KeyHolding,
  MOST_RECORDS_OF_A_CUSTOMER,
} from '../identity/components.ts';
import { identityKeys, type KeyType } from '../identity/keys.ts';
import type { Database, Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';
import { quarantine, release } from './quarantine.ts';
import { inTurn } from './turn.ts';

/** Namespace of customer ids: an arbitrary constant, so that one workspace name and source key always give one id. */
const NAMESPACE = 'b6c4a1de-8f0e-5c57-9a1b-0f2d3c5e7a90';

/** Contacts resolved in one commit: few enough for a live event to pass between two. */
const CONTACTS_PER_COMMIT = 500;

interface ContactRow {
  connection_id: string;
  external_id: string;
  landed_seq: bigint;
  payload: ContactRecord;
  deleted: boolean;
  resolved_to: string | null;
}

/** The customer id of a source key: the first landed record of a customer names it, for ever. */
export function customerIdOf(workspace: string, node: { connectionId: string; externalId: string }): string {
  return uuidv5(`${workspace}\0${node.connectionId}\0${node.externalId}`, NAMESPACE);
}

/**
 * Resolves pending contacts to customers, a batch per commit: joins those that share a key, splits those that no longer do.
 * Their facts become pending again so that `attribute` moves them.
 *
 * @returns how many contacts were resolved
 */
export async function identify(
  database: Database,
  context: { workspace: string; now: () => Date; onProgress?: (done: number) => void },
): Promise<number> {
  for (let done = 0; ; ) {
    const resolved = await inTurn(database, async (sql) => {
      const batch = await sql.query<ContactRow>(
        `select connection_id, external_id, landed_seq, payload, deleted, resolved_to from source_records
         where kind = 'contact' and pending order by landed_seq limit ${CONTACTS_PER_COMMIT}`,
      );
      if (batch.length > 0) await resolve(sql, batch, context.workspace, context.now());
      return batch.length;
    });
    done += resolved;
    if (resolved === 0) return done;
    context.onProgress?.(done);
  }
}

async function resolve(sql: Sql, batch: readonly ContactRow[], workspace: string, now: Date): Promise<void> {
  const gone = await replaceKeys(sql, batch);
  const { rows, holdings } = await neighbourhood(sql, batch, gone);
  const nodes = rows.map(
    (row): IdentityNode => ({
      connectionId: row.connection_id,
      externalId: row.external_id,
      landedSeq: row.landed_seq,
    }),
  );
  const byId = new Map(rows.map((row) => [`${row.connection_id}\0${row.external_id}`, row]));
  const derived = components(nodes, holdings);
  await quarantineCrowds(sql, nodes, derived.crowds, now);
  const groups = derived.components.map((component) => {
    const [oldest] = component.records;
    return { component, customerId: oldest ? customerIdOf(workspace, oldest) : '' };
  });
  const rowOf = (node: IdentityNode) => byId.get(`${node.connectionId}\0${node.externalId}`) as ContactRow;

  const before = new Set(rows.flatMap((row) => (row.resolved_to ? [row.resolved_to] : [])));
  const after = new Set(groups.map((group) => group.customerId));
  const moved = groups.flatMap(({ component, customerId }) =>
    component.records.filter((node) => rowOf(node).resolved_to !== customerId).map((node) => ({ node, customerId })),
  );
  await insertRows(sql, {
    table: 'customers',
    columns: {
      customer_id: 'uuid',
      name: 'text',
      do_not_contact: 'boolean',
      dirty: 'boolean',
      created_at: 'timestamptz',
    },
    rows: groups.map(({ component, customerId }) => {
      const contacts = component.records.map((node) => rowOf(node)).filter((row) => !row.deleted);
      return {
        customer_id: customerId,
        name: contacts.find((row) => row.payload.name)?.payload.name ?? null,
        do_not_contact: contacts.some((row) => row.payload.doNotContact),
        dirty: true,
        created_at: now.toISOString(),
      };
    }),
    onConflict: `(customer_id) do update set name = excluded.name, do_not_contact = excluded.do_not_contact, dirty = true`,
  });
  await repoint(sql, batch, moved);
  await replaceRecords(sql, groups, rowOf, [...before]);
  await replaceMerges(sql, groups, [...before], now);
  await retire(
    sql,
    groups,
    rowOf,
    [...before].filter((customerId) => !after.has(customerId)),
  );
}

/**
 * Keys follow the record's present content; a disabled key stays disabled, a merge at the vendor stays.
 *
 * @returns hashes of the keys that a record of the batch holds no more
 */
async function replaceKeys(sql: Sql, batch: readonly ContactRow[]): Promise<readonly string[]> {
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
async function neighbourhood(
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

/** Marks the batch as resolved and moved contacts' facts as pending, also those that waited for their contact to appear. */
async function repoint(
  sql: Sql,
  batch: readonly ContactRow[],
  moved: readonly { node: IdentityNode; customerId: string }[],
): Promise<void> {
  const keys = [moved.map(({ node }) => node.connectionId), moved.map(({ node }) => node.externalId)];
  if (moved.length > 0) {
    await sql.query(
      `update source_records s set resolved_to = m.customer_id
       from unnest($1::text[], $2::text[], $3::uuid[]) as m(connection_id, external_id, customer_id)
       where s.kind = 'contact' and s.connection_id = m.connection_id and s.external_id = m.external_id`,
      [...keys, moved.map(({ customerId }) => customerId)],
    );
    await sql.query(
      `update source_records s set pending = true from unnest($1::text[], $2::text[]) as m(connection_id, external_id)
       where s.connection_id = m.connection_id and s.contact_external_id = m.external_id and s.kind in ('transaction', 'event')`,
      keys,
    );
  }
  await sql.query(
    `update source_records s set pending = false from unnest($1::text[], $2::text[]) as b(connection_id, external_id)
     where s.kind = 'contact' and s.connection_id = b.connection_id and s.external_id = b.external_id`,
    [batch.map((row) => row.connection_id), batch.map((row) => row.external_id)],
  );
}

type Group = { component: Component; customerId: string };

/** The records that carry a customer's scores: its contacts that still exist. What was written to them is kept across a move. */
async function replaceRecords(
  sql: Sql,
  groups: readonly Group[],
  rowOf: (node: IdentityNode) => ContactRow,
  before: readonly string[],
): Promise<void> {
  const customers = [...new Set([...before, ...groups.map((group) => group.customerId)])];
  const present = await sql.query<{
    customer_id: string;
    connection_id: string;
    external_id: string;
    written: unknown;
    desired: unknown;
    attempts: number;
  }>(
    'select customer_id, connection_id, external_id, written, desired, attempts from customer_records where customer_id = any($1::uuid[])',
    [customers],
  );
  const state = new Map(present.map((row) => [`${row.connection_id}\0${row.external_id}`, row]));
  await sql.query("delete from customer_records where customer_id = any($1::uuid[]) and kind = 'contact'", [customers]);
  await insertRows(sql, {
    table: 'customer_records',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      kind: 'text',
      external_id: 'text',
      parent_external_id: 'text',
      owner_id: 'text',
      written: 'jsonb',
      desired: 'jsonb',
      attempts: 'integer',
    },
    rows: groups.flatMap(({ component, customerId }) =>
      component.records
        .filter((node) => !rowOf(node).deleted)
        .map((node) => {
          const { payload } = rowOf(node);
          const kept = state.get(`${node.connectionId}\0${node.externalId}`);
          return {
            customer_id: customerId,
            connection_id: node.connectionId,
            kind: 'contact',
            external_id: node.externalId,
            parent_external_id: payload.accountExternalId,
            owner_id: payload.ownerId,
            written: kept?.written ?? {},
            desired: kept?.desired ?? null,
            attempts: kept?.attempts ?? 0,
          };
        }),
    ),
  });
}

async function replaceMerges(sql: Sql, groups: readonly Group[], before: readonly string[], now: Date): Promise<void> {
  const customers = [...new Set([...before, ...groups.map((group) => group.customerId)])];
  const kept = new Map(
    (
      await sql.query<{
        customer_id: string;
        connection_id: string;
        external_id: string;
        key_hash: string;
        merged_at: string;
      }>(
        'select customer_id, connection_id, external_id, key_hash, merged_at from identity_merges where customer_id = any($1::uuid[])',
        [customers],
      )
    ).map((row) => [`${row.customer_id}\0${row.connection_id}\0${row.external_id}\0${row.key_hash}`, row.merged_at]),
  );
  await sql.query('delete from identity_merges where customer_id = any($1::uuid[])', [customers]);
  await insertRows(sql, {
    table: 'identity_merges',
    columns: {
      customer_id: 'uuid',
      connection_id: 'text',
      external_id: 'text',
      joined_connection_id: 'text',
      joined_external_id: 'text',
      key_type: 'text',
      key_hash: 'text',
      merged_at: 'timestamptz',
    },
    rows: groups.flatMap(({ component, customerId }) =>
      component.joins.map(({ record, joinedTo, keyType, keyHash }) => ({
        customer_id: customerId,
        connection_id: record.connectionId,
        external_id: record.externalId,
        joined_connection_id: joinedTo.connectionId,
        joined_external_id: joinedTo.externalId,
        key_type: keyType,
        key_hash: keyHash,
        merged_at:
          kept.get(`${customerId}\0${record.connectionId}\0${record.externalId}\0${keyHash}`) ?? now.toISOString(),
      })),
    ),
  });
}

const SHARED: Readonly<Record<KeyType, string>> = {
  email: 'an e-mail address',
  'user-id': 'a user id',
  'anonymous-id': 'an anonymous id',
  'vendor-merge': 'a merge',
};

/** Says which records are kept apart, one line for each crowd, under its oldest record; and no more of those that are not. */
async function quarantineCrowds(
  sql: Sql,
  nodes: readonly IdentityNode[],
  crowds: readonly Crowd[],
  now: Date,
): Promise<void> {
  await release(
    sql,
    'identify',
    nodes.map(({ connectionId, externalId }) => ({ connectionId, kind: 'contact', externalId })),
  );
  for (const { records, keyType } of crowds) {
    const [oldest] = records;
    if (!oldest) continue;
    const how = keyType === null ? 'are linked by the addresses and ids that they share' : `share ${SHARED[keyType]}`;
    await quarantine(sql, {
      connectionId: oldest.connectionId,
      stage: 'identify',
      kind: 'contact',
      externalId: oldest.externalId,
      code: 'crowd',
      message: `${records.length} records ${how}: at most ${MOST_RECORDS_OF_A_CUSTOMER} can be one customer, so each stays a customer of its own.`,
      remedy: 'Correct the shared address or id at its source, or merge the records there if they are one person.',
      payload: null,
      at: now,
    });
  }
}

/** A customer without records any more passes its playbook history and open actions to whoever has its records now. */
async function retire(
  sql: Sql,
  groups: readonly Group[],
  rowOf: (node: IdentityNode) => ContactRow,
  gone: readonly string[],
): Promise<void> {
  if (gone.length === 0) return;
  const heirs = new Map<string, string>();
  for (const { component, customerId } of groups) {
    for (const node of component.records) {
      const previous = rowOf(node).resolved_to;
      if (previous && gone.includes(previous) && !heirs.has(previous)) heirs.set(previous, customerId);
    }
  }
  for (const [previous, heir] of heirs) {
    // Of two runs of one day the one that was acted on stays, then the treated one.
    await sql.query(
      `insert into playbook_runs as present (customer_id, playbook, crossed_on, state, arm, fired_on, connection_id, action_key)
       select $2::uuid, playbook, crossed_on, state, arm, fired_on, connection_id, action_key from playbook_runs where customer_id = $1::uuid
       on conflict (customer_id, playbook, crossed_on) do update set state = excluded.state, arm = excluded.arm,
         fired_on = excluded.fired_on, connection_id = excluded.connection_id, action_key = excluded.action_key
       where present.state not in ('fired', 'done')
         and (excluded.state in ('fired', 'done') or (present.arm = 'held-out' and excluded.arm = 'treated'))`,
      [previous, heir],
    );
    await sql.query(
      `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before, receipt)
       select $2::uuid, action_key, playbook, connection_id, action, state, attempts, not_before, receipt from outbox where customer_id = $1::uuid
       on conflict (customer_id, action_key) do nothing`,
      [previous, heir],
    );
    await keepOneOpenTask(sql, heir);
  }
  for (const table of ['playbook_runs', 'outbox', 'scores', 'score_history', 'customer_stats', 'customers']) {
    await sql.query(`delete from ${table} where customer_id = any($1::uuid[])`, [gone]);
  }
}

/** Of the open tasks of a merged customer one stays: one that is under way, since it may have been done, else the first. */
async function keepOneOpenTask(sql: Sql, customerId: string): Promise<void> {
  const open = await sql.query<{ action_key: string; state: string }>(
    `select action_key, state from outbox where customer_id = $1::uuid and state in ('waiting', 'started') order by state, action_key`,
    [customerId],
  );
  const dropped = open.filter((row, index) => index > 0 && row.state === 'waiting').map((row) => row.action_key);
  if (dropped.length === 0) return;
  await sql.query(`update outbox set state = 'dropped' where customer_id = $1::uuid and action_key = any($2::text[])`, [
    customerId,
    dropped,
  ]);
  await sql.query(
    `update playbook_runs set state = 'let-go' where customer_id = $1::uuid and action_key = any($2::text[]) and state = 'fired'`,
    [customerId, dropped],
  );
}
