import { StaypowerError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Delivery, Inbound } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { Inbox, InboxMessage } from '../ports/engine.ts';
import { emptyMessagesOf } from './erased-messages.ts';
import { landRecordsOf } from './landing.ts';
import { quarantine } from './quarantine.ts';
import { inTurn } from './turn.ts';

/** Messages read and landed in one commit. */
const MESSAGES_PER_COMMIT = 500;

/** Channel that tells a waiting drain, in any process, that messages were landed. */
export const INBOX_CHANNEL = 'staypower_inbox';

/** Messages that wait for the next commit, and who waits with them. */
interface Appending {
  connectionId: string;
  messages: readonly InboxMessage[];
  done: (added: number) => void;
  failed: (error: unknown) => void;
}

/**
 * The inbox of a workspace: on disk before `append` resolves, each delivery key of a connection once. Messages that come while a
 * commit is under way share the next one, so that a flood costs few commits.
 */
export function createInbox(database: Database, now: () => Date): Inbox {
  let waiting: Appending[] = [];
  let committing = false;
  const commit = async () => {
    committing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const added = await insertMessages(database, batch, now());
        for (const each of batch) {
          each.done(each.messages.filter((message) => added.delete(keyOf(each.connectionId, message))).length);
        }
      } catch (error) {
        for (const each of batch) each.failed(error);
      }
    }
    committing = false;
  };
  return {
    append: (connectionId, messages) =>
      new Promise((done, failed) => {
        waiting.push({ connectionId, messages, done, failed });
        if (!committing) void commit();
      }),
  };
}

const keyOf = (connectionId: string, message: Pick<InboxMessage, 'deliveryKey'>) =>
  `${connectionId}\0${message.deliveryKey}`;

/** Inserts in one commit and wakes the live thread; returns the keys that were new. */
async function insertMessages(database: Database, batch: readonly Appending[], now: Date): Promise<Set<string>> {
  const unique = new Map<string, InboxMessage & { connectionId: string }>();
  for (const { connectionId, messages } of batch) {
    for (const message of messages) {
      const key = keyOf(connectionId, message);
      if (!unique.has(key)) unique.set(key, { ...message, connectionId });
    }
  }
  const rows = [...unique.values()];
  if (rows.length === 0) return new Set();
  return database.transaction(async (sql) => {
    const added = await sql.query<{ connection_id: string; delivery_key: string }>(
      `insert into inbox (connection_id, delivery_key, payload, received_at, drained, seq)
       select u.connection_id, u.delivery_key, u.payload::jsonb, $4, false, nextval('inbox_seq')
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as u(connection_id, delivery_key, payload, position)
       order by u.position
       on conflict (connection_id, delivery_key) do nothing returning connection_id, delivery_key`,
      [
        rows.map((row) => row.connectionId),
        rows.map((row) => row.deliveryKey),
        rows.map((row) => JSON.stringify(row.payload)),
        now.toISOString(),
      ],
    );
    await sql.query('select pg_notify($1, $2)', [INBOX_CHANNEL, database.schema]);
    return new Set(added.map((row) => keyOf(row.connection_id, { deliveryKey: row.delivery_key })));
  });
}

interface Waiting {
  delivery_key: string;
  payload: Json;
  received_at: string;
}

/**
 * Reads a connection's waiting messages in the order they came and lands what they say, a batch per commit. A message that
 * cannot be read goes to quarantine; one whose vendor is down waits.
 */
export async function drainInbox(
  database: Database,
  connectionId: string,
  inbound: Inbound,
  context: { now: () => Date; onProgress?: (read: number, total: number | null) => void },
): Promise<{ pulled: number; rejected: number }> {
  const done = { pulled: 0, rejected: 0 };
  for (let read = 0; ; ) {
    const batch = await database.query<Waiting>(
      `select delivery_key, payload, received_at from inbox where connection_id = $1 and not drained order by seq limit ${MESSAGES_PER_COMMIT}`,
      [connectionId],
    );
    if (batch.length === 0) return done;
    const { records, rejected } = await readAll(inbound, batch);
    await inTurn(database, async (sql) => {
      const landed = await landRecordsOf(sql, connectionId, records, context.now());
      done.pulled += landed.changed;
      for (const fault of rejected) {
        await quarantine(sql, {
          connectionId,
          stage: 'inbox',
          kind: 'message',
          externalId: fault.externalId,
          code: 'data',
          message: fault.message,
          remedy: fault.remedy,
          payload: fault.payload,
          at: context.now(),
        });
      }
      const keys = batch.map((message) => message.delivery_key);
      await sql.query('update inbox set drained = true where connection_id = $1 and delivery_key = any($2::text[])', [
        connectionId,
        keys,
      ]);
      await emptyMessagesOf(sql, connectionId, landed.erased, keys);
    });
    done.rejected += rejected.length;
    read += batch.length;
    context.onProgress?.(read, null);
  }
}

interface Unreadable {
  externalId: string;
  message: string;
  remedy: string;
  payload: string;
}

/** Reads a batch; when one message breaks the reader, each is read alone so that only that one is set aside. */
async function readAll(
  inbound: Inbound,
  batch: readonly Waiting[],
): Promise<{ records: Awaited<ReturnType<Inbound['read']>>['records']; rejected: readonly Unreadable[] }> {
  const delivery = (message: Waiting): Delivery => ({ payload: message.payload, receivedAt: message.received_at });
  try {
    const page = await inbound.read(batch.map(delivery));
    return {
      records: page.records,
      rejected: page.rejected.map((fault) => ({
        externalId: fault.externalId,
        message: `${fault.field}: expected ${fault.expected}, found ${JSON.stringify(fault.found)}`,
        remedy: fault.remedy,
        payload: fault.payload,
      })),
    };
  } catch (error) {
    if (error instanceof StaypowerError && error.retry !== 'never') throw error;
    const [only] = batch;
    if (batch.length === 1 && only) {
      return {
        records: [],
        rejected: [
          {
            externalId: only.delivery_key,
            message: error instanceof Error ? error.message : 'the message could not be read',
            remedy: 'Look at the payload; mend the mapping or the sender and replay it.',
            payload: JSON.stringify(only.payload),
          },
        ],
      };
    }
    const middle = batch.length >> 1;
    const left = await readAll(inbound, batch.slice(0, middle));
    const right = await readAll(inbound, batch.slice(middle));
    return { records: [...left.records, ...right.records], rejected: [...left.rejected, ...right.rejected] };
  }
}
