import type { Sql } from '../ports/database.ts';
import { newWatch, type Watch } from '../quality/watch.ts';

/** The running statistics of some connections, by id; new ones where there are none yet. */
export async function readWatches(sql: Sql, connectionIds: readonly string[]): Promise<ReadonlyMap<string, Watch>> {
  const rows = await sql.query<{ connection_id: string; watch: Watch }>(
    'select connection_id, watch from quality_watches where connection_id = any($1::text[])',
    [connectionIds],
  );
  const known = new Map(rows.map((row) => [row.connection_id, row.watch]));
  return new Map(connectionIds.map((connectionId) => [connectionId, known.get(connectionId) ?? newWatch()]));
}

/** Keeps the running statistics of a connection. */
export async function keepWatch(sql: Sql, connectionId: string, watch: Watch): Promise<void> {
  await sql.query(
    `insert into quality_watches (connection_id, watch) values ($1, $2::json)
     on conflict (connection_id) do update set watch = excluded.watch`,
    [connectionId, JSON.stringify(watch)],
  );
}
