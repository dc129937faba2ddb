import type { Sql } from '../ports/database.ts';
import type { Position } from '../ports/subscription.ts';
import type { SubscriptionState } from '../ports/work.ts';

/** A topic of a connection. */
export interface Topic {
  connectionId: string;
  topic: string;
}

/** Where a topic's events are stored up to; null = never subscribed. */
export async function readPosition(sql: Sql, { connectionId, topic }: Topic): Promise<Position | null> {
  const [row] = await sql.query<{ position: string }>(
    'select position from subscription_positions where connection_id = $1 and topic = $2',
    [connectionId, topic],
  );
  return row?.position ?? null;
}

/**
 * Moves the position, once everything up to it is in the inbox.
 *
 * @param happenedAt when the newest event up to it happened, by the vendor; null where nothing did, or it says no time
 */
export async function keepPosition(
  sql: Sql,
  { connectionId, topic }: Topic,
  { position, hasEvents, happenedAt }: { position: Position; hasEvents: boolean; happenedAt: string | null },
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into subscription_positions as before (connection_id, topic, position, kept_at, event_taken_at, event_happened_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (connection_id, topic) do update set position = excluded.position, kept_at = excluded.kept_at,
       event_taken_at = coalesce(excluded.event_taken_at, before.event_taken_at),
       event_happened_at = case when excluded.event_taken_at is null then before.event_happened_at else excluded.event_happened_at end`,
    [connectionId, topic, position, now.toISOString(), hasEvents ? now.toISOString() : null, happenedAt],
  );
}

/** A topic that was followed, and when its vendor was last heard of, ISO 8601: while somebody follows it, every few minutes. */
export interface FollowedTopic extends Topic {
  heardAt: string;
}

/** A vendor that is not heard of for longer is not connected: Salesforce says every 270 seconds that nothing is new. */
const HEARD_WITHIN_MS = 6 * 60_000;

/** How topics are followed. One that was never heard of is not connected. */
export async function subscriptionStates(
  sql: Sql,
  topics: readonly Topic[],
  now: Date,
): Promise<readonly SubscriptionState[]> {
  if (topics.length === 0) return [];
  const rows = await sql.query<{
    connection_id: string;
    topic: string;
    kept_at: string;
    event_taken_at: string | null;
    event_happened_at: string | null;
  }>('select connection_id, topic, kept_at, event_taken_at, event_happened_at from subscription_positions');
  const seconds = (from: string, to: number) => Math.max((to - Date.parse(from)) / 1_000, 0);
  return topics.map(({ connectionId, topic }) => {
    const row = rows.find((each) => each.connection_id === connectionId && each.topic === topic);
    const { kept_at = null, event_taken_at: takenAt = null, event_happened_at: happenedAt = null } = row ?? {};
    return {
      connectionId,
      topic,
      connected: kept_at !== null && now.getTime() - Date.parse(kept_at) <= HEARD_WITHIN_MS,
      lastEventSeconds: takenAt === null ? null : seconds(takenAt, now.getTime()),
      lagSeconds: takenAt === null || happenedAt === null ? null : seconds(happenedAt, Date.parse(takenAt)),
    };
  });
}

/** The topics that were followed, by connection. */
export function followedTopics(sql: Sql): Promise<readonly FollowedTopic[]> {
  return sql.query<FollowedTopic>(
    `select connection_id as "connectionId", topic, kept_at as "heardAt" from subscription_positions
     order by connection_id, topic`,
  );
}
