import type { Action } from '../domain/actions.ts';
import type { Sql } from '../ports/database.ts';

/** A contact record on which something can be done. */
export interface Target {
  customer_id: string;
  connection_id: string;
  external_id: string;
  owner_id: string | null;
  parent_external_id: string | null;
}

/**
 * The record an action is about: one with an owner before one without, in the order of the connections.
 *
 * @param first the connection of the playbook's sequence: a sequence runs where it is set up
 */
export async function targetsOf(
  sql: Sql,
  ids: readonly string[],
  connections: readonly string[],
  first: string | null,
): Promise<ReadonlyMap<string, Target>> {
  const rows = await recordsOf(sql, ids, connections);
  const order = (row: Target) =>
    row.connection_id === first
      ? -1
      : connections.indexOf(row.connection_id) + (row.owner_id === null ? connections.length : 0);
  const targets = new Map<string, Target>();
  for (const row of rows.toSorted((a, b) => order(a) - order(b) || (a.external_id < b.external_id ? -1 : 1))) {
    if (!targets.has(row.customer_id)) targets.set(row.customer_id, row);
  }
  return targets;
}

/** Contact records of customers on some connections, in the order of their ids. */
export function recordsOf(
  sql: Sql,
  ids: readonly string[],
  connections: readonly string[],
): Promise<readonly Target[]> {
  return sql.query<Target>(
    `select customer_id, connection_id, external_id, owner_id, parent_external_id from customer_records
     where customer_id = any($1::uuid[]) and kind = 'contact' and connection_id = any($2::text[]) order by external_id`,
    [ids, connections],
  );
}

/** Puts an action into the outbox; the same key once. */
export async function queueAction(
  sql: Sql,
  playbook: string,
  customerId: string,
  connectionId: string,
  action: Action,
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
     values ($1::uuid, $2, $3, $4, $5::jsonb, 'waiting', 0, $6)
     on conflict (customer_id, action_key) do nothing`,
    [customerId, action.key, playbook, connectionId, JSON.stringify(action), now.toISOString()],
  );
}
