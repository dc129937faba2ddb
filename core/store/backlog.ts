import type { CallUsage } from '../domain/call-usage.ts';
import type { Clock } from '../ports/clock.ts';
import type { Sql } from '../ports/database.ts';
import type { Backlog } from '../ports/work.ts';
import { callUsages } from './call-usage.ts';

/** Reads how far the work is behind. Asks no vendor. */
export async function readBacklog(sql: Sql, connectionIds: readonly string[], clock: Clock): Promise<Backlog> {
  const [oldest] = await sql.query<{ at: string | null }>(
    `select min(at) as at from (
       (select received_at as at from inbox where not drained order by received_at limit 1) union all
       (select received_at from raw_deliveries order by received_at limit 1)) oldest`,
  );
  const calls: Backlog['calls'][number][] = [];
  for (const connectionId of connectionIds) {
    const last: CallUsage | undefined = (await callUsages(sql, connectionId)).at(-1);
    if (last) calls.push({ connectionId, used: last.used, limit: last.limit });
  }
  return {
    inboxLagSeconds: oldest?.at ? Math.max((clock.now().getTime() - Date.parse(oldest.at)) / 1_000, 0) : 0,
    calls,
  };
}
