import { InboxFullError } from '../domain/errors.ts';
import type { Database } from '../ports/database.ts';
import type { Inbox, InboxMessage } from '../ports/engine.ts';
import { laneOf } from './lanes.ts';

/** Above so many waiting messages senders are asked to come back later. A day of a busy portal; some 200 MB of store. */
const MOST_WAITING = 200_000;
/** How long a count of what waits is good for. */
const COUNT_EVERY_MS = 1_000;

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
 * commit is under way share the next one, so that a flood costs few commits. When more wait than workers will soon have read, new
 * ones are refused, so that the vendor keeps them: neither memory nor the store grows without end.
 *
 * @param mostWaiting how many messages may wait
 */
export function createInbox(database: Database, now: () => Date, mostWaiting = MOST_WAITING): Inbox {
  let waiting: Appending[] = [];
  let committing = false;
  let counted = { at: Number.NEGATIVE_INFINITY, depth: 0 };
  /** Counted now and then, with what was added since: a flood is noticed without asking for each message. */
  const assertRoom = async (sharing: readonly Appending[]) => {
    const at = now().getTime();
    if (Math.abs(at - counted.at) >= COUNT_EVERY_MS) {
      const [row] = await database.query<{ depth: number }>(
        'select count(*)::int as depth from (select 1 from inbox where not drained limit $1) waiting',
        [mostWaiting + 1],
      );
      counted = { at, depth: row?.depth ?? 0 };
    }
    if (counted.depth >= mostWaiting) throw new InboxFullError(counted.depth, mostWaiting);
    counted.depth += sharing.reduce((sum, { messages }) => sum + messages.length, 0);
  };
  const commit = async () => {
    committing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await assertRoom(batch);
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
      `insert into inbox (connection_id, delivery_key, payload, lane, received_at, drained, seq)
       select u.connection_id, u.delivery_key, u.payload::jsonb, u.lane, $5, false, nextval('inbox_seq')
       from unnest($1::text[], $2::text[], $3::text[], $4::integer[]) with ordinality as u(connection_id, delivery_key, payload, lane, position)
       order by u.position
       on conflict (connection_id, delivery_key) do nothing returning connection_id, delivery_key`,
      [
        rows.map((row) => row.connectionId),
        rows.map((row) => row.deliveryKey),
        rows.map((row) => JSON.stringify(row.payload)),
        rows.map((row) => laneOf(row.about ?? '')),
        now.toISOString(),
      ],
    );
    await sql.query('select pg_notify($1, $2)', [INBOX_CHANNEL, database.schema]);
    return new Set(added.map((row) => keyOf(row.connection_id, { deliveryKey: row.delivery_key })));
  });
}
