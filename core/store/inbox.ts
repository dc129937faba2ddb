import { hashOf } from '../domain/stable-json.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Inbox, InboxMessage } from '../ports/inbox.ts';
import { insertRows } from './bulk.ts';
import { groupCommit } from './group-commit.ts';
import { laneOf } from './lanes.ts';
import { bytesWaiting, keepDeliveries, packDeliveries } from './raw-deliveries.ts';
import { createRoom } from './room.ts';

/** How much may wait: above it senders are asked to come back later. */
const MOST = {
  /** A day of a busy portal; some 200 MB of store. */
  messages: 200_000,
  /** Of deliveries on disk: some fifty million changes of HubSpot. */
  bytes: 1_000_000_000,
};
/** Drains are told at once, and again after a pause: in a flood, where hardly one of them finds nothing, they are told less often. */
const WAKE_PAUSE_MS = { first: 10, most: 80 };
/** A flood is when so many deliveries come in a pause. */
const FLOOD = 5;

/** Channel that tells a waiting drain, in any process, that messages were landed. */
export const INBOX_CHANNEL = 'staypower_inbox';

/**
 * The inbox of a workspace: on disk before `keep` and `append` resolve, each delivery key of a connection once. What comes while a
 * commit is under way shares the next one. When more waits than workers will soon have read, new ones are refused, so that the vendor
 * keeps them: neither memory nor the store grows without end.
 *
 * @param most how many messages, and bytes of deliveries on disk, may wait
 */
export function createInbox(database: Database, now: () => Date, most: Partial<typeof MOST> = {}): Inbox {
  const { messages: mostMessages, bytes: mostBytes } = { ...MOST, ...most };
  const room = createRoom({
    most: mostMessages,
    count: () => messagesWaiting(database, mostMessages),
    nameOf: (count) => `${count} messages`,
    now,
  });
  const roomOfDeliveries = createRoom({
    most: mostBytes,
    count: () => bytesWaiting(database),
    nameOf: (bytes) => `${Math.round(bytes / 1e6)} MB of deliveries`,
    now,
  });
  const wake = withPauses(() => database.notify(INBOX_CHANNEL));
  const commitMessages = groupCommit<Appended, number>(
    async (batch) => {
      await room(batch.reduce((sum, { messages }) => sum + messages.length, 0));
      const receivedAt = now().toISOString();
      const rows = batch.flatMap(({ connectionId, messages }) =>
        messages.map((message) => ({ ...message, connectionId, receivedAt, drained: false })),
      );
      const added =
        rows.length === 0
          ? new Set()
          : await database.transaction(async (sql) => {
              const keys = await insertMessages(sql, rows);
              await sql.notify(INBOX_CHANNEL);
              return keys;
            });
      return batch.map(
        ({ connectionId, messages }) =>
          messages.filter((message) => added.delete(keyOf({ connectionId, ...message }))).length,
      );
    },
    // Two that insert the same keys in another order would wait for each other.
    { atATime: 1 },
  );
  const commitDeliveries = groupCommit<Parameters<Inbox['keep']>[0], void>(
    async (batch) => {
      const packed = packDeliveries(batch);
      await roomOfDeliveries(packed.reduce((sum, { bodies }) => sum + bodies.length, 0));
      await keepDeliveries(database, packed, now());
      // Not waited for: a process that dies here leaves them to the look that drains take by themselves.
      wake(batch.length);
      return batch.map(() => undefined);
    },
    { atATime: 2 },
  );
  return {
    keep: (delivery) => commitDeliveries(delivery),
    append: (connectionId, messages) => commitMessages({ connectionId, messages }),
  };
}

/**
 * Tells of deliveries at once, and again of whatever comes in a pause after it, when that ends. Pauses double for as long as a flood lasts.
 * What fails is left.
 */
function withPauses(tell: () => Promise<void>): (deliveries: number) => void {
  let pauseMs = WAKE_PAUSE_MS.first;
  let isResting = false;
  let arrived = 0;
  const now = () => {
    isResting = true;
    arrived = 0;
    void tell().catch(() => undefined);
    setTimeout(() => {
      isResting = false;
      pauseMs = arrived < FLOOD ? WAKE_PAUSE_MS.first : Math.min(2 * pauseMs, WAKE_PAUSE_MS.most);
      if (arrived > 0) now();
    }, pauseMs);
  };
  return (deliveries) => {
    arrived += deliveries;
    if (!isResting) now();
  };
}

interface Appended {
  connectionId: string;
  messages: readonly InboxMessage[];
}

async function messagesWaiting(sql: Sql, most: number): Promise<number> {
  const [row] = await sql.query<{ depth: number }>(
    'select count(*)::int as depth from (select 1 from inbox where not drained limit $1) waiting',
    [most + 1],
  );
  return row?.depth ?? 0;
}

/** A message on its way into the inbox. */
export interface NewMessage extends InboxMessage {
  connectionId: string;
  receivedAt: string;
  /** True for what nobody is to read: it is kept to be known again. */
  drained: boolean;
}

/** An index takes no key of many hundred characters. */
const LONGEST_KEY = 500;

const keptKey = (deliveryKey: string) => (deliveryKey.length > LONGEST_KEY ? hashOf(deliveryKey) : deliveryKey);

/** Names a message among those of all connections. */
const keyOf = ({ connectionId, deliveryKey }: Pick<NewMessage, 'connectionId' | 'deliveryKey'>) =>
  `${connectionId}\0${keptKey(deliveryKey)}`;

const INBOX_COLUMNS = {
  connection_id: 'text',
  delivery_key: 'text',
  payload: 'jsonb',
  lane: 'integer',
  received_at: 'timestamptz',
  drained: 'boolean',
} as const;

/** Inserts messages within the caller's commit, in their order; returns connection and key of those that were new. */
export async function insertMessages(sql: Sql, messages: readonly NewMessage[]): Promise<Set<string>> {
  const unique = new Map<string, NewMessage>();
  for (const message of messages) {
    const key = keyOf(message);
    if (!unique.has(key)) unique.set(key, message);
  }
  const rows = [...unique.values()];
  const added = await insertRows<typeof INBOX_COLUMNS, Pick<NewMessage, 'connectionId' | 'deliveryKey'>>(sql, {
    table: 'inbox',
    columns: INBOX_COLUMNS,
    computed: { seq: "nextval('inbox_seq')" },
    rows: rows.map((row) => ({
      connection_id: row.connectionId,
      delivery_key: keptKey(row.deliveryKey),
      payload: row.payload,
      lane: laneOf(row.about ?? ''),
      received_at: row.receivedAt,
      drained: row.drained,
    })),
    onConflict: '(connection_id, delivery_key) do nothing',
    returning: 'connection_id as "connectionId", delivery_key as "deliveryKey"',
  });
  return new Set(added.map(keyOf));
}
