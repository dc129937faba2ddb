import type { FieldValue } from '../domain/fields.ts';
import type { Sql } from '../ports/database.ts';
import type { Score } from '../scores/score.ts';
import { insertRows } from './bulk.ts';

/** An account of one connection. */
export interface AccountRef {
  connectionId: string;
  externalId: string;
}

/** An account whose roll-up must be made again, with the scores of its customers. */
export interface DirtyAccount extends AccountRef {
  written: Readonly<Record<string, FieldValue>>;
  desired: Readonly<Record<string, FieldValue>> | null;
  members: readonly Score[];
}

/** Notes that something about an account's customers changed. */
export async function markAccounts(sql: Sql, accounts: readonly AccountRef[]): Promise<void> {
  const distinct = new Map(accounts.map((account) => [`${account.connectionId}\0${account.externalId}`, account]));
  if (distinct.size === 0) return;
  await insertRows(sql, {
    table: 'account_records',
    columns: {
      connection_id: 'text',
      external_id: 'text',
      dirty: 'boolean',
      written: 'jsonb',
      desired: 'jsonb',
      attempts: 'integer',
    },
    rows: [...distinct.values()].map((account) => ({
      connection_id: account.connectionId,
      external_id: account.externalId,
      dirty: true,
      written: {},
      desired: null,
      attempts: 0,
    })),
    onConflict: '(connection_id, external_id) do update set dirty = true',
  });
}

/** Whether accounts wait to be rolled up: a look without a turn, since after most events none does. */
export async function hasDirtyAccounts(sql: Sql): Promise<boolean> {
  return (await sql.query('select 1 as one from account_records where dirty limit 1')).length > 0;
}

/** Some accounts to be rolled up. A customer on several accounts of a connection is a member of the first by id. */
export async function dirtyAccounts(sql: Sql, limit: number): Promise<readonly DirtyAccount[]> {
  const accounts = await sql.query<{
    connection_id: string;
    external_id: string;
    written: Readonly<Record<string, FieldValue>>;
    desired: Readonly<Record<string, FieldValue>> | null;
  }>(
    `select connection_id, external_id, written, desired from account_records where dirty order by connection_id, external_id limit $1`,
    [limit],
  );
  const members = new Map<string, Score[]>();
  for (const [connectionId, group] of Map.groupBy(accounts, (account) => account.connection_id)) {
    const rows = await sql.query<{ parent: string; score: Score }>(
      `select r.parent, s.score from (
         select o.customer_id, min(o.parent_external_id) as parent from customer_records o
         where o.connection_id = $1 and o.kind = 'contact' and o.parent_external_id is not null and o.customer_id in (
           select customer_id from customer_records where connection_id = $1 and parent_external_id = any($2::text[]))
         group by o.customer_id) r join scores s on s.customer_id = r.customer_id
       where r.parent = any($2::text[]) order by r.parent, r.customer_id`,
      [connectionId, group.map((account) => account.external_id)],
    );
    for (const { parent, score } of rows) {
      const key = `${connectionId}\0${parent}`;
      members.set(key, [...(members.get(key) ?? []), score]);
    }
  }
  return accounts.map(({ connection_id: connectionId, external_id: externalId, written, desired }) => ({
    connectionId,
    externalId,
    written,
    desired,
    members: members.get(`${connectionId}\0${externalId}`) ?? [],
  }));
}

/** Keeps what is to be written to accounts; null leaves the record as it is. They are settled until something changes again. */
export async function settleAccounts(
  sql: Sql,
  accounts: readonly (AccountRef & { desired: Readonly<Record<string, FieldValue>> | null })[],
): Promise<void> {
  await sql.query(
    `update account_records a set dirty = false, desired = u.desired::jsonb
     from unnest($1::text[], $2::text[], $3::text[]) as u(connection_id, external_id, desired)
     where a.connection_id = u.connection_id and a.external_id = u.external_id`,
    [
      accounts.map((account) => account.connectionId),
      accounts.map((account) => account.externalId),
      accounts.map((account) => (account.desired === null ? null : JSON.stringify(account.desired))),
    ],
  );
}
