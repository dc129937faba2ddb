import { CLEAR, type WriteRow } from '../domain/fields.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { OpenedRecords } from '../ports/uninstall.ts';
import { inTurn } from './turn.ts';

/** The vendor's ids of tasks and tickets that were opened through a connection. */
export async function openedRecords(sql: Sql, connectionId: string): Promise<OpenedRecords> {
  const rows = await sql.query<{ kind: string; id: string }>(
    `select action->>'kind' as kind, receipt->>'externalId' as id from outbox
     where connection_id = $1 and state = 'done' and action->>'kind' in ('task', 'ticket') and receipt->>'externalId' is not null order by 2`,
    [connectionId],
  );
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ id }) => id);
  return { tasks: of('task'), tickets: of('ticket') };
}

/** What steps of playbooks did that is not taken back: contacts put into a list or campaign, and traits told of a company. */
export interface LeftBehind {
  kind: 'list' | 'group';
  /** Id of the list or campaign; "" for companies. */
  listId: string;
  /** Contacts in the list, or companies. */
  count: number;
  /** Names of the traits. */
  traits: readonly string[];
}

/** What of a connection is left behind, lists by their ids, then companies. */
export async function leftBehind(sql: Sql, connectionId: string): Promise<readonly LeftBehind[]> {
  const lists = await sql.query<{ list_id: string; count: number }>(
    `select action->>'listId' as list_id, count(distinct action->>'contactExternalId')::int as count from outbox
     where connection_id = $1 and state = 'done' and action->>'kind' = 'list' and receipt->>'externalId' is not null group by 1 order by 1`,
    [connectionId],
  );
  const [groups] = await sql.query<{ count: number; traits: readonly string[] | null }>(
    `select count(distinct action->>'groupId')::int as count, array_agg(distinct trait order by trait) as traits
     from outbox, jsonb_object_keys(action->'traits') as trait
     where connection_id = $1 and state = 'done' and action->>'kind' = 'group'`,
    [connectionId],
  );
  return [
    ...lists.map((row): LeftBehind => ({ kind: 'list', listId: row.list_id, count: row.count, traits: [] })),
    ...(groups && groups.count > 0
      ? [{ kind: 'group', listId: '', count: groups.count, traits: groups.traits ?? [] } as const]
      : []),
  ];
}

/** Contacts of a connection with the names of ours on them: scores that were written or may have been, and audiences. */
const CARRIERS = `select external_id, array_agg(distinct name order by name) as names from (
    select external_id, jsonb_object_keys(written || coalesce(desired, '{}')) as name from customer_records where connection_id = $1
    union all
    select action->>'contactExternalId', 'audience_' || (action->>'name') from outbox
    where connection_id = $1 and state = 'done' and action->>'kind' = 'audience'
  ) as carried group by external_id`;

/** How many contacts of a connection carry values of ours, as far as we know. */
export async function countCarriers(sql: Sql, connectionId: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>(`select count(*)::int as count from (${CARRIERS}) as carriers`, [
    connectionId,
  ]);
  return row?.count ?? 0;
}

/** Some contacts of a connection that carry values of ours, with all of them to be cleared. */
export async function carriersToClear(sql: Sql, connectionId: string, limit: number): Promise<readonly WriteRow[]> {
  const rows = await sql.query<{ external_id: string; names: readonly string[] }>(
    `${CARRIERS} order by external_id limit $2`,
    [connectionId, limit],
  );
  return rows.map((row) => ({
    recordKind: 'contact',
    externalId: row.external_id,
    parentExternalId: null,
    values: Object.fromEntries(row.names.map((name) => [name, CLEAR])),
  }));
}

/**
 * Forgets what was written to some records of a connection, or to all of them with null: what is written to it again begins anew. With
 * all of them go waiting actions and what an undo would need.
 */
export function forgetWritten(
  database: Database,
  connectionId: string,
  externalIds: readonly string[] | null,
): Promise<void> {
  return inTurn(database, async (sql) => {
    const some = '($2::text[] is null or external_id = any($2::text[]))';
    await sql.query(
      `update customer_records set written = '{}', desired = null, attempts = 0 where connection_id = $1 and ${some}`,
      [connectionId, externalIds],
    );
    await sql.query(
      `update outbox set state = 'dropped' where connection_id = $1 and action->>'kind' = 'audience'
         and ($2::text[] is null or action->>'contactExternalId' = any($2::text[]))`,
      [connectionId, externalIds],
    );
    if (externalIds !== null) return;
    await sql.query(
      `update account_records set written = '{}', desired = null, attempts = 0 where connection_id = $1`,
      [connectionId],
    );
    await sql.query('delete from written_values where connection_id = $1', [connectionId]);
    await sql.query(
      `update outbox set state = 'dropped' where connection_id = $1 and state in ('waiting', 'started')`,
      [connectionId],
    );
  });
}

/** Whether tokens of a connection made by OAuth are kept. */
export async function hasTokens(sql: Sql, connectionId: string): Promise<boolean> {
  return (await sql.query('select 1 from connection_grants where connection_id = $1', [connectionId])).length > 0;
}

/** Throws the tokens of a connection away. */
export async function forgetTokens(sql: Sql, connectionId: string): Promise<void> {
  await sql.query('delete from connection_grants where connection_id = $1', [connectionId]);
  await sql.query('delete from sign_ins where connection_id = $1', [connectionId]);
}
