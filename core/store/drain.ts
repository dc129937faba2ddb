import { StaypowerError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Delivery, Inbound } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { DeliveryReaders } from '../ports/inbox.ts';
import { emptyMessagesOf } from './erased-messages.ts';
import { landRecordsOf } from './landing.ts';
import { quarantine } from './quarantine.ts';
import { type TakenApart, takeApart } from './take-apart.ts';
import { inTurn } from './turn.ts';

/** Messages read and landed in one commit. */
const MESSAGES_PER_COMMIT = 500;
/** Lanes that one process takes of a backlog; of less than a batch it takes all, so that a burst costs few calls. */
const LANES_OF_A_BACKLOG = 2;

/** What a drain is given, and whom it tells. */
export interface DrainContext {
  now: () => Date;
  /** How deliveries are taken apart; without them they wait. */
  readers?: DeliveryReaders;
  onProgress?: (read: number, total: number | null) => void;
  /** Told when the messages of a batch came, once what they say has landed. */
  onLanded?: (receivedAt: readonly string[]) => void;
  /** Told when something was left to another process: messages whose lane it has, or deliveries that it takes apart. */
  onHeldElsewhere?: () => void;
}

interface Waiting {
  delivery_key: string;
  payload: Json;
  received_at: string;
}

/**
 * Takes a connection's deliveries apart, reads the waiting messages and lands what they say, a batch per commit: those about one record
 * in the order they came. Several processes may drain at once, each in lanes of its own. A message that cannot be read goes to quarantine; one whose vendor
 * is down waits.
 */
export async function drainInbox(
  database: Database,
  connectionId: string,
  inbound: Inbound,
  context: DrainContext,
): Promise<{ pulled: number; rejected: number }> {
  const done = { pulled: 0, rejected: 0 };
  const elsewhere = new Set<number>();
  let read = 0;
  let isBacklog = false;
  // What comes later wakes its own drain.
  let apart: TakenApart = context.readers ? 'part' : 'all';
  const nameOf = (lane: number) => `inbox/${connectionId}/${lane}`;
  for (let isThrough = false; !isThrough; ) {
    // Of a backlog of messages first: what is not taken apart is small and does not get in the way.
    if (context.readers && apart === 'part' && !isBacklog) {
      apart = await takeApart(database, connectionId, context.readers, context.now);
    }
    const first = await firstLanes(database, connectionId, elsewhere);
    isBacklog = first.length === MESSAGES_PER_COMMIT;
    if (first.length === 0) {
      if (apart === 'part' && elsewhere.size === 0) continue;
      break;
    }
    const wanted = isBacklog ? [...new Set(first)].slice(0, LANES_OF_A_BACKLOG) : [...new Set(first)];
    await database.holding(wanted.map(nameOf), async (held) => {
      const lanes = wanted.filter((lane) => held.includes(nameOf(lane)));
      for (const lane of wanted) if (!lanes.includes(lane)) elsewhere.add(lane);
      if (lanes.length === 0) return;
      const batch = await database.query<Waiting>(
        `select delivery_key, payload, received_at from inbox
         where connection_id = $1 and not drained and lane = any($2::integer[]) order by seq limit ${MESSAGES_PER_COMMIT}`,
        [connectionId, lanes],
      );
      const landed = batch.length === 0 ? null : await landBatch(database, connectionId, batch, inbound, context.now);
      if (landed === null) return;
      isThrough = apart !== 'part' && !isBacklog && batch.length >= first.length;
      done.pulled += landed.pulled;
      done.rejected += landed.rejected;
      read += batch.length;
      context.onProgress?.(read, null);
      context.onLanded?.(batch.map((message) => message.received_at));
    });
  }
  if (elsewhere.size > 0 || apart === 'elsewhere') context.onHeldElsewhere?.();
  return done;
}

/** The lanes of the messages that come next, as many as one commit takes. */
async function firstLanes(
  database: Database,
  connectionId: string,
  elsewhere: ReadonlySet<number>,
): Promise<readonly number[]> {
  const rows = await database.query<{ lane: number }>(
    `select lane::integer as lane from inbox
     where connection_id = $1 and not drained and lane <> all($2::integer[]) order by seq limit ${MESSAGES_PER_COMMIT}`,
    [connectionId, [...elsewhere]],
  );
  return rows.map(({ lane }) => lane);
}

/**
 * Reads a batch at the vendor and lands it. Null when somebody else landed a part of it meanwhile (a lane is held no longer than its
 * session lives): then nothing of it is kept, since what they read may be newer.
 */
async function landBatch(
  database: Database,
  connectionId: string,
  batch: readonly Waiting[],
  inbound: Inbound,
  now: () => Date,
): Promise<{ pulled: number; rejected: number } | null> {
  const { records, rejected } = await readAll(inbound, batch);
  const keys = batch.map((message) => message.delivery_key);
  return inTurn(database, async (sql) => {
    // First of all in the turn: whoever comes second finds fewer.
    const mine = await sql.query(
      `update inbox set drained = true where connection_id = $1 and delivery_key = any($2::text[]) and not drained returning 1 as one`,
      [connectionId, keys],
    );
    if (mine.length < batch.length) throw new Overtaken();
    const landed = await landRecordsOf(sql, connectionId, records, now());
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
        at: now(),
      });
    }
    await emptyMessagesOf(sql, connectionId, landed.erased, keys);
    return { pulled: landed.changed, rejected: rejected.length };
  }).catch((error: unknown) => {
    if (error instanceof Overtaken) return null;
    throw error;
  });
}

/** Rolls back what another process has done. */
class Overtaken extends Error {}

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
