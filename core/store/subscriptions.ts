import type { Sql } from '../ports/database.ts';
import type { Position } from '../ports/subscription.ts';

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

/** Moves the position, once everything up to it is in the inbox. */
export async function keepPosition(
  sql: Sql,
  { connectionId, topic }: Topic,
  position: Position,
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into subscription_positions (connection_id, topic, position, kept_at) values ($1, $2, $3, $4)
     on conflict (connection_id, topic) do update set position = excluded.position, kept_at = excluded.kept_at`,
    [connectionId, topic, position, now.toISOString()],
  );
}

/** A topic that was followed, and when its vendor was last heard of, ISO 8601: while somebody follows it, every few minutes. */
export interface FollowedTopic extends Topic {
  heardAt: string;
}

/** The topics that were followed, by connection. */
export function followedTopics(sql: Sql): Promise<readonly FollowedTopic[]> {
  return sql.query<FollowedTopic>(
    `select connection_id as "connectionId", topic, kept_at as "heardAt" from subscription_positions
     order by connection_id, topic`,
  );
}
