import { v5 as uuidv5 } from 'uuid';
import { type Component, components, type IdentityNode, type KeyHolding } from '../identity/components.ts';
import type { Database, Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';
import { quarantineCrowds } from './identity-crowds.ts';
import { type ContactRow, neighbourhood, replaceKeys } from './identity-keys.ts';
import { replaceMerges, replaceRecords } from './identity-records.ts';
import { judgeContacts } from './judge-contacts.ts';
import { retire } from './retire-customers.ts';
import { inTurn } from './turn.ts';

/** Namespace of customer ids: an arbitrary constant, so that one workspace name and source key always give one id. */
const NAMESPACE = 'b6c4a1de-8f0e-5c57-9a1b-0f2d3c5e7a90';

/** Contacts resolved in one commit: few enough for a live event to pass between two. */
const CONTACTS_PER_COMMIT = 500;

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
  context: {
    workspace: string;
    now: () => Date;
    onProgress?: (done: number) => void;
    /** Told which customers may have changed by it. */
    onTouched?: (customerIds: readonly string[]) => void;
  },
): Promise<number> {
  for (let done = 0; ; ) {
    const resolved = await inTurn(database, async (sql) => {
      const batch = await sql.query<ContactRow>(
        `select connection_id, external_id, landed_seq, payload, deleted, resolved_to from source_records
         where kind = 'contact' and pending order by landed_seq limit ${CONTACTS_PER_COMMIT}`,
      );
      const touched = batch.length > 0 ? await resolve(sql, batch, context.workspace, context.now()) : [];
      return { count: batch.length, touched };
    });
    done += resolved.count;
    context.onTouched?.(resolved.touched);
    if (resolved.count > 0) context.onProgress?.(done);
    if (resolved.count < CONTACTS_PER_COMMIT) return done;
  }
}

/** Returns the customers that the batch's contacts, and those joined to them, were and are. */
async function resolve(
  sql: Sql,
  batch: readonly ContactRow[],
  workspace: string,
  now: Date,
): Promise<readonly string[]> {
  await judgeContacts(sql, batch, now);
  const { rows, holdings } = await neighbourhood(sql, batch, await replaceKeys(sql, batch));
  const nodes = rows.map(
    (row): IdentityNode => ({
      connectionId: row.connection_id,
      externalId: row.external_id,
      landedSeq: row.landed_seq,
    }),
  );
  const byId = new Map(rows.map((row) => [`${row.connection_id}\0${row.external_id}`, row]));
  const rowOf = (node: Pick<IdentityNode, 'connectionId' | 'externalId'>) =>
    byId.get(`${node.connectionId}\0${node.externalId}`) as ContactRow;
  const derived = components(nodes, holdingsThatJoin(rows, holdings));
  await quarantineCrowds(sql, nodes, derived.crowds, now);
  const isAlive = ({ records }: Component) => records.some((node) => !rowOf(node).deleted);
  const groups = derived.components.filter(isAlive).map((component) => {
    const [oldest] = component.records;
    return { component, customerId: oldest ? customerIdOf(workspace, oldest) : '' };
  });
  const gone = derived.components.filter((component) => !isAlive(component)).flatMap((component) => component.records);

  const before = new Set(rows.flatMap((row) => (row.resolved_to ? [row.resolved_to] : [])));
  const after = new Set(groups.map((group) => group.customerId));
  const moved = [
    ...groups.flatMap(({ component, customerId }) => component.records.map((node) => ({ node, customerId }))),
    ...gone.map((node) => ({ node, customerId: null })),
  ].filter(({ node, customerId }) => rowOf(node).resolved_to !== customerId);
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
  return [...new Set([...before, ...after])];
}

/**
 * The keys that join records. One that its vendor deleted joins nobody, and a customer without any other record is none, as if it had
 * never been there; but one that was merged away was deleted because it is the same person: what it held still tells.
 */
function holdingsThatJoin(rows: readonly ContactRow[], holdings: readonly KeyHolding[]): readonly KeyHolding[] {
  const key = (record: { connectionId: string; externalId: string }) => `${record.connectionId}\0${record.externalId}`;
  const merged = new Set(holdings.filter((holding) => holding.keyType === 'vendor-merge').map(key));
  const deleted = new Set(
    rows
      .filter((row) => row.deleted)
      .map((row) => key({ connectionId: row.connection_id, externalId: row.external_id })),
  );
  return holdings.filter((holding) => merged.has(key(holding)) || !deleted.has(key(holding)));
}

/** Marks the batch as resolved and moved contacts' facts as pending, also those that waited for their contact to appear. */
async function repoint(
  sql: Sql,
  batch: readonly ContactRow[],
  moved: readonly { node: IdentityNode; customerId: string | null }[],
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
       where s.connection_id = m.connection_id and s.contact_external_id = m.external_id and s.kind in ('transaction', 'event', 'contract')`,
      keys,
    );
  }
  await sql.query(
    `update source_records s set pending = false from unnest($1::text[], $2::text[]) as b(connection_id, external_id)
     where s.kind = 'contact' and s.connection_id = b.connection_id and s.external_id = b.external_id`,
    [batch.map((row) => row.connection_id), batch.map((row) => row.external_id)],
  );
}
