import type { CallUsage } from '../domain/call-usage.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Sql } from '../ports/database.ts';
import type { Backlog } from '../ports/work.ts';
import { callUsages } from './call-usage.ts';
import { subscriptionStates } from './subscriptions.ts';

/** Reads how far the work of some connections is behind. Asks no vendor. */
export async function readBacklog(
  sql: Sql,
  connections: readonly Pick<Connector, 'connectionId' | 'subscription'>[],
  clock: Clock,
): Promise<Backlog> {
  const now = clock.now();
  const ageSeconds = (at: string | null) => (at === null ? 0 : Math.max((now.getTime() - Date.parse(at)) / 1_000, 0));
  const [oldest] = await sql.query<{ at: string | null }>(
    `select min(at) as at from (
       (select received_at as at from inbox where not drained order by received_at limit 1) union all
       (select received_at from raw_deliveries order by received_at limit 1)) oldest`,
  );
  const calls: Backlog['calls'][number][] = [];
  for (const { connectionId } of connections) {
    const last: CallUsage | undefined = (await callUsages(sql, connectionId)).at(-1);
    if (last) calls.push({ connectionId, used: last.used, limit: last.limit });
  }
  const [deliveries] = await sql.query<{ waiting: number; oldest: string | null }>(
    `select count(*)::int as waiting, min(enqueued_at) as oldest from webhook_deliveries where state = 'waiting'`,
  );
  const disabled = await sql.query<{ endpoint_id: string }>(
    `select endpoint_id from webhook_endpoints where state = 'disabled' order by endpoint_id`,
  );
  const topics = connections.flatMap(({ connectionId, subscription }) =>
    (subscription?.topics ?? []).map((topic) => ({ connectionId, topic })),
  );
  return {
    inboxLagSeconds: ageSeconds(oldest?.at ?? null),
    calls,
    webhooks: {
      waiting: deliveries?.waiting ?? 0,
      oldestSeconds: ageSeconds(deliveries?.oldest ?? null),
      disabledEndpoints: disabled.map((row) => row.endpoint_id),
    },
    subscriptions: await subscriptionStates(sql, topics, now),
  };
}
