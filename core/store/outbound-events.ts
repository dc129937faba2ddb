import type { EventType, NewEvent } from '../domain/outbound-event.ts';
import { hashOf } from '../domain/stable-json.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { EventLog, StoredEvent } from '../ports/outbound.ts';
import { insertRows } from './bulk.ts';

/** Channel that tells senders and streams, in any process, that there are events. */
export const EVENTS_CHANNEL = 'staypower_events';

/**
 * Writes events, and a delivery of each to every endpoint that subscribed to its type. Belongs into the transaction of what the
 * events tell, in turn with all other writers or `afterOthers`: only then do sequence numbers rise in the order of the commits.
 */
export async function appendEvents(sql: Sql, given: readonly NewEvent[], at: Date): Promise<void> {
  if (given.length === 0) return;
  const endpoints = await sql.query<{ endpoint_id: string; event_types: readonly EventType[] }>(
    `select endpoint_id, event_types from webhook_endpoints where state = 'enabled' order by endpoint_id`,
  );
  const receivers = ({ type, onlyTo }: Pick<NewEvent, 'type' | 'onlyTo'>) =>
    endpoints.filter(({ endpoint_id, event_types }) =>
      onlyTo === undefined ? event_types.includes(type) : endpoint_id === onlyTo,
    );
  const kept = given.filter((event) => !event.initial || receivers(event).length > 0);
  if (kept.length === 0) return;
  const numbers = await sql.query<{ seq: bigint }>(
    `select nextval('outbound_seq') as seq from generate_series(1, $1::int)`,
    [kept.length],
  );
  const occurredAt = at.toISOString();
  const rows = kept.map((event, index) => {
    const { type, customerId, data } = event;
    const seq = numbers[index]?.seq ?? 0n;
    const body = JSON.stringify({ type, timestamp: occurredAt, data });
    // The number alone would be given again after a backup was restored, to another event.
    const eventId = `msg_${hashOf([String(seq), customerId, body])}`;
    return {
      customer_id: customerId,
      event_id: eventId,
      seq,
      event_type: type,
      occurred_at: occurredAt,
      body,
      to: receivers(event),
    };
  });
  await insertRows(sql, {
    table: 'outbound_events',
    columns: {
      customer_id: 'uuid',
      event_id: 'text',
      seq: 'bigint',
      event_type: 'text',
      occurred_at: 'timestamptz',
      body: 'text',
    },
    rows,
  });
  await insertRows(sql, {
    table: 'webhook_deliveries',
    columns: {
      customer_id: 'uuid',
      event_id: 'text',
      endpoint_id: 'text',
      seq: 'bigint',
      state: 'text',
      attempts: 'integer',
      enqueued_at: 'timestamptz',
      not_before: 'timestamptz',
    },
    rows: rows.flatMap((row) =>
      row.to.map(({ endpoint_id }) => ({
        ...row,
        endpoint_id,
        state: 'waiting',
        attempts: 0,
        enqueued_at: occurredAt,
        not_before: occurredAt,
      })),
    ),
  });
  await sql.notify(EVENTS_CHANNEL);
}

/** The events of a workspace, as those who follow them read them. */
export function createEventLog(database: Database): EventLog {
  return {
    after: (seq, limit) => eventsAfter(database, seq, limit),
    last: () => lastEvent(database),
    listen: (wake) => database.listen(EVENTS_CHANNEL, wake),
  };
}

/** Events after a sequence number, in order. */
export async function eventsAfter(sql: Sql, seq: bigint, limit: number): Promise<readonly StoredEvent[]> {
  const rows = await sql.query<{ seq: bigint; event_id: string; event_type: EventType; body: string }>(
    'select seq, event_id, event_type, body from outbound_events where seq > $1 order by seq limit $2',
    [seq, limit],
  );
  return rows.map((row) => ({ seq: row.seq, eventId: row.event_id, type: row.event_type, body: row.body }));
}

/** The sequence number of the newest event; 0 when there is none. */
export async function lastEvent(sql: Sql): Promise<bigint> {
  const [row] = await sql.query<{ seq: bigint }>('select coalesce(max(seq), 0)::bigint as seq from outbound_events');
  return row?.seq ?? 0n;
}
