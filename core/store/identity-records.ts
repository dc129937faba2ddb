import type { Component, IdentityNode } from '../identity/components.ts';
import type { Sql } from '../ports/database.ts';
import { type AccountRef, markAccounts } from './account-records.ts';
import { insertRows } from './bulk.ts';
import type { ContactRow } from './identity-keys.ts';

/** Records that are one customer, and the customer's id. */
export type Group = { component: Component; customerId: string };

/** The records that carry a customer's scores: its contacts that still exist. What was written to them is kept across a move. */
export async function replaceRecords(
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
    parent_external_id: string | null;
    written: unknown;
    desired: unknown;
    attempts: number;
  }>(
    'select customer_id, connection_id, external_id, parent_external_id, written, desired, attempts from customer_records where customer_id = any($1::uuid[])',
    [customers],
  );
  const state = new Map(present.map((row) => [`${row.connection_id}\0${row.external_id}`, row]));
  await sql.query("delete from customer_records where customer_id = any($1::uuid[]) and kind = 'contact'", [customers]);
  const rows = groups.flatMap(({ component, customerId }) =>
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
  );
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
    rows,
  });
  await markAccounts(sql, accountsThatChanged(present, rows));
}

interface Member {
  customer_id: string;
  connection_id: string;
  external_id: string;
  parent_external_id: string | null;
}

/** Accounts that a record came to or left, or whose member is another customer now. */
function accountsThatChanged(before: readonly Member[], after: readonly Member[]): readonly AccountRef[] {
  const keyOf = (row: Member) =>
    [row.connection_id, row.external_id, row.parent_external_id ?? '', row.customer_id].join('\0');
  const old = new Set(before.map(keyOf));
  const now = new Set(after.map(keyOf));
  return [...before.filter((row) => !now.has(keyOf(row))), ...after.filter((row) => !old.has(keyOf(row)))].flatMap(
    ({ connection_id: connectionId, parent_external_id: externalId }) =>
      externalId === null ? [] : [{ connectionId, externalId }],
  );
}

/** Why each record belongs to its customer, with the moment at which it was first seen to. */
export async function replaceMerges(
  sql: Sql,
  groups: readonly Group[],
  before: readonly string[],
  now: Date,
): Promise<void> {
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
