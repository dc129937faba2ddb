import { setTimeout as wait } from 'node:timers/promises';
import { StaypowerError } from '../domain/errors.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { Inbox } from '../ports/inbox.ts';
import type { Logger } from '../ports/logger.ts';
import type { Subscription } from '../ports/subscription.ts';
import { INBOX_CHANNEL } from '../store/inbox.ts';
import { betweenRuns, CYCLE } from '../store/schedule.ts';
import { keepPosition, readPosition, type Topic } from '../store/subscriptions.ts';
import { pull } from './pull.ts';

/** After a failure it is tried again so soon, then twice as long each time up to the longest; between half of that and the whole. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** How often a process looks whether another one, which has the topic, is gone. */
const TAKE_OVER_MS = 5_000;

/** What following needs. */
export interface FollowContext {
  database: Database;
  connectors: readonly Connector[];
  inbox: Inbox;
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** The running subscriptions. */
export interface Following {
  /** Ends them. What was not stored yet is told again next time. */
  stop(): Promise<void>;
}

/**
 * Takes the events of every topic that a vendor lets us subscribe to into the inbox, where webhooks go too. The position moves once
 * the events are on disk: killed in between, they come again and are dropped by their key. Where events were lost it moves once what
 * changed since the last pull is pulled. One process follows a topic at a time. When the inbox is full or the vendor fails, the topic
 * rests and goes on where it was. Never throws.
 */
export function startFollowing(context: FollowContext): Following {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loops = context.connectors.flatMap((connector) => {
    const { subscription } = connector;
    return subscription === null
      ? []
      : subscription.topics.map((topic) => followAlways(context, { connector, subscription, topic }, signal));
  });
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

interface Followed {
  connector: Connector;
  subscription: Subscription;
  topic: string;
}

async function followAlways(context: FollowContext, followed: Followed, signal: AbortSignal): Promise<void> {
  const topic: Topic = { connectionId: followed.connector.connectionId, topic: followed.topic };
  let failures = 0;
  while (!signal.aborted) {
    try {
      await context.database.holding([`follow/${topic.connectionId}/${topic.topic}`], async ([mine]) => {
        if (mine === undefined) return;
        await follow(context, followed, topic, signal, () => {
          failures = 0;
        });
      });
      await rest(TAKE_OVER_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const reason = error instanceof Error ? error.message : String(error);
      const isLasting = !(error instanceof StaypowerError) || error.retry === 'never';
      context.logger[isLasting ? 'error' : 'warn']({ ...topic, failures, reason }, 'a subscription rests');
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
      await rest((pauseMs * (1 + context.random.next())) / 2, signal);
    }
  }
}

async function follow(
  { database, inbox, clock }: FollowContext,
  { subscription, connector }: Followed,
  topic: Topic,
  signal: AbortSignal,
  onBatch: () => void,
): Promise<void> {
  const from = await readPosition(database, topic);
  for await (const { messages, position, happenedAt, missed } of subscription.read(topic.topic, from, signal)) {
    if (messages.length > 0) await inbox.append(topic.connectionId, messages);
    if (missed) await catchUp(database, connector, clock);
    const hasEvents = messages.length > 0 || happenedAt !== null;
    if (position !== null) await keepPosition(database, topic, { position, hasEvents, happenedAt }, clock.now());
    onBatch();
  }
}

/** Pulls what no event told, apart from cycles, and wakes the live thread for it. Throws when the vendor cannot be read now. */
async function catchUp(database: Database, connector: Connector, clock: Clock): Promise<void> {
  const failed: Error[] = [];
  await betweenRuns(database, CYCLE, () =>
    pull(database, [connector], { clock, onUnavailable: (_connectionId, error) => failed.push(error) }),
  );
  const [unavailable] = failed;
  if (unavailable) throw unavailable;
  await database.notify(INBOX_CHANNEL);
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
