import { setTimeout as wait } from 'node:timers/promises';
import type { Inbound } from '../ports/connector.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { DeliveryReaders } from '../ports/inbox.ts';
import { emptyMessagesOf } from './erased-messages.ts';
import { landRecordsOf } from './landing.ts';
import { LANES } from './lanes.ts';
import { quarantine } from './quarantine.ts';
import { lastDeliveryAt } from './raw-deliveries.ts';
import { readMessages, type WaitingMessage } from './read-messages.ts';
import { type TakenApart, takeApart } from './take-apart.ts';
import { inTurn } from './turn.ts';

/** Messages read and landed in one commit. */
const MESSAGES_PER_COMMIT = 500;
/** Lanes that one process takes of a backlog; of less than a batch it takes all, so that a burst costs few calls. */
const LANES_OF_A_BACKLOG = 2;
/** Deliveries come in now when the last is no older. */
const COMING_IN_MS = 1_000;
/** Behind a flood all who read it keep the store busy for about a third of the time: the rest is for what comes in. */
const REST_PER_BUSY = 2;
const MOST_REST_MS = 1_000;

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
  /** Of a flood, how many messages are read in one go; absent reads all. */
  most?: number;
  /** Told when more waits than `most`. */
  onLeft?: () => void;
}

const ALL_LANES = Array.from({ length: LANES }, (_, lane) => lane);

/**
 * The first messages of each of some lanes, $2. Lane by lane: to look for them in the order of all would pass over whatever waits in the
 * lanes of other processes.
 */
const firstOfLanes = (most: number) =>
  `unnest($2::integer[]) as l(lane) cross join lateral (
     select seq, delivery_key, payload, received_at from inbox
     where connection_id = $1 and not drained and lane = l.lane order by seq limit ${most}) waiting`;
const WAITING_LANES = `select l.lane from ${firstOfLanes(1)} order by waiting.seq`;
const NEXT_MESSAGES = `select l.lane, delivery_key, payload, received_at from ${firstOfLanes(MESSAGES_PER_COMMIT)}
  order by seq limit ${MESSAGES_PER_COMMIT}`;

/**
 * Takes a connection's deliveries apart, reads the waiting messages and lands what they say, a batch per commit: those about one record
 * in the order they came. Several processes may drain at once, each in lanes of its own. Behind a flood it gives way to what still comes
 * in. A message that cannot be read goes to quarantine; one whose vendor is down waits.
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
  let apart = (context.readers ? 'part' : 'all') as TakenApart;
  let busyMs = 0;
  const busy = async <T>(work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work;
    busyMs += performance.now() - began;
    return result;
  };
  const nameOf = (lane: number) => `inbox/${connectionId}/${lane}`;
  /** Resolves to whether nothing waits any more that is ours to read. */
  const round = async (): Promise<boolean> => {
    // Of a backlog of messages first: what is not taken apart is small and does not get in the way.
    if (context.readers && apart === 'part' && !isBacklog) {
      apart = await busy(takeApart(database, connectionId, context.readers, context.now));
    }
    const free = ALL_LANES.filter((lane) => !elsewhere.has(lane));
    // Of less than a backlog the messages themselves are read at once: they say which lanes have something.
    const first = isBacklog ? [] : await nextMessages(database, connectionId, free);
    const waiting = isBacklog ? await waitingLanes(database, connectionId, free) : lanesOf(first);
    if (waiting.length === 0) {
      isBacklog = false;
      return apart !== 'part' || elsewhere.size > 0;
    }
    const wanted = isBacklog ? waiting.slice(0, LANES_OF_A_BACKLOG) : waiting;
    return database.holding(wanted.map(nameOf), async (held) => {
      const lanes = wanted.filter((lane) => held.includes(nameOf(lane)));
      for (const lane of wanted) if (!lanes.includes(lane)) elsewhere.add(lane);
      if (lanes.length === 0) return false;
      // Read before the lanes were held: whoever had them meanwhile makes the commit find it out.
      const batch = isBacklog
        ? await nextMessages(database, connectionId, lanes)
        : first.filter(({ lane }) => lanes.includes(lane));
      if (batch.length === 0) return false;
      const messages = await readMessages(inbound, batch);
      const landed = await busy(landBatch(database, connectionId, batch, messages, context.now));
      if (landed === null) return false;
      done.pulled += landed.pulled;
      done.rejected += landed.rejected;
      read += batch.length;
      context.onProgress?.(read, null);
      context.onLanded?.(batch.map((message) => message.received_at));
      const isAll = !isBacklog && lanes.length === waiting.length && batch.length < MESSAGES_PER_COMMIT;
      isBacklog = batch.length === MESSAGES_PER_COMMIT;
      return isAll && apart !== 'part';
    });
  };
  for (let isThrough = false; !isThrough; ) {
    if (read >= (context.most ?? Number.POSITIVE_INFINITY)) {
      context.onLeft?.();
      break;
    }
    busyMs = 0;
    isThrough = await round();
    const processes = 1 + elsewhere.size / LANES_OF_A_BACKLOG;
    const restMs = REST_PER_BUSY * processes * busyMs;
    if (isBacklog || apart === 'part') await giveWayToArrivals(database, connectionId, restMs, context.now);
  }
  if (elsewhere.size > 0 || apart === 'elsewhere') context.onHeldElsewhere?.();
  return done;
}

/** Those of some lanes in which something waits, by what waits longest. */
async function waitingLanes(
  database: Database,
  connectionId: string,
  lanes: readonly number[],
): Promise<readonly number[]> {
  const rows = lanes.length === 0 ? [] : await database.query<{ lane: number }>(WAITING_LANES, [connectionId, lanes]);
  return rows.map(({ lane }) => lane);
}

type MessageOfLane = WaitingMessage & { lane: number };

/** The next batch of some lanes, in the order the messages came. */
async function nextMessages(
  database: Database,
  connectionId: string,
  lanes: readonly number[],
): Promise<readonly MessageOfLane[]> {
  return lanes.length === 0 ? [] : database.query<MessageOfLane>(NEXT_MESSAGES, [connectionId, lanes]);
}

const lanesOf = (messages: readonly MessageOfLane[]): readonly number[] => [
  ...new Set(messages.map(({ lane }) => lane)),
];

/**
 * While a vendor sends more than is read, whoever reads rests: the store has the same disk and processors for what comes in, and a vendor
 * waits for its 2xx.
 */
async function giveWayToArrivals(sql: Sql, connectionId: string, restMs: number, now: () => Date): Promise<void> {
  const last = restMs > 0 ? await lastDeliveryAt(sql, connectionId) : null;
  if (last === null || Math.abs(now().getTime() - Date.parse(last)) > COMING_IN_MS) return;
  await wait(Math.min(restMs, MOST_REST_MS));
}

/**
 * Lands what a batch says. Null when somebody else landed a part of it meanwhile (a lane is held no longer than its session lives): then
 * nothing of it is kept, since what they read may be newer.
 */
async function landBatch(
  database: Database,
  connectionId: string,
  batch: readonly WaitingMessage[],
  { records, rejected }: Awaited<ReturnType<typeof readMessages>>,
  now: () => Date,
): Promise<{ pulled: number; rejected: number } | null> {
  const keys = batch.map((message) => message.delivery_key);
  return inTurn(database, async (sql) => {
    // First of all in the turn: whoever comes second finds fewer. By their keys: "not drained" would be taken from the index of what
    // waits, all of it, while the statistics know of little.
    const mine = await sql.query(
      `update inbox set drained = true
       where connection_id = $1 and delivery_key = any($2::text[]) and drained is distinct from true returning 1 as one`,
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
