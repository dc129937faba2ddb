import type { Clock, Random } from '../../core/ports/clock.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { DeliveryQueue, DueDelivery, Receiver } from '../../core/ports/outbound.ts';
import type { Post } from './post.ts';
import { judge } from './retry.ts';
import { signedHeaders } from './sign.ts';

/** Calls to one endpoint that may be under way at a time, each about another customer. */
const CALLS_PER_ENDPOINT = 8;
/** Where a wake-up got lost (a broken database connection), the queue is looked at after so long. */
const LOOK_AGAIN_MS = 30_000;
/** A pass is not followed by another sooner, whatever the clocks of store and process say. */
const LEAST_PAUSE_MS = 50;

/** What the sender works with. */
export interface SenderContext {
  queue: DeliveryQueue;
  post: Post;
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** A running sender. */
export interface Sender {
  /** Resolves once nothing that was due at the call waits any more. */
  settled(): Promise<void>;
  /** Ends the calls under way; what they were about is sent again, under the same id. */
  stop(): Promise<void>;
}

/**
 * Sends what waits, each customer's events in order at each endpoint, as it comes and as pauses end. Never throws: what fails is in
 * the delivery log, and tried again.
 */
export async function startSender(context: SenderContext): Promise<Sender> {
  const { queue, clock, logger } = context;
  const ended = new AbortController();
  let wanted = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const run = async () => {
    let failed = false;
    while (wanted && !ended.signal.aborted) {
      wanted = false;
      failed = false;
      try {
        await queue.alone(() => sendDue(context, ended.signal));
      } catch (error) {
        failed = true;
        logger.error(
          { error: error instanceof Error ? error.message : String(error) },
          'webhooks wait: sending failed',
        );
      }
    }
    running = null;
    // What failed as a whole (no store, no key) does not pass by asking again at once.
    await wakeAtNext(failed ? LOOK_AGAIN_MS : LEAST_PAUSE_MS);
  };
  const wake = () => {
    wanted = true;
    running ??= run();
  };
  const wakeAtNext = async (leastMs: number) => {
    const next = await queue.nextAt().catch(() => null);
    if (ended.signal.aborted) return;
    if (timer) clearTimeout(timer);
    const inMs = next === null ? LOOK_AGAIN_MS : Date.parse(next) - clock.now().getTime();
    timer = setTimeout(wake, Math.min(Math.max(inMs, leastMs), LOOK_AGAIN_MS));
    timer.unref();
  };

  const unlisten = await queue.listen(wake);
  wake();
  return {
    settled: async () => {
      wake();
      while (running) await running;
    },
    stop: async () => {
      ended.abort();
      if (timer) clearTimeout(timer);
      await unlisten();
      await running;
    },
  };
}

/** Sends until nothing is due and nothing is under way. */
async function sendDue(context: SenderContext, signal: AbortSignal): Promise<void> {
  const { queue } = context;
  const underWay = new Map<string, { endpointId: string; call: Promise<void> }>();
  const keyOf = ({ endpointId, customerId }: DueDelivery) => `${endpointId} ${customerId}`;
  while (!signal.aborted) {
    for (const receiver of await queue.receivers()) {
      const calls = [...underWay.values()].filter(({ endpointId }) => endpointId === receiver.endpointId).length;
      const free = CALLS_PER_ENDPOINT - calls;
      if (free <= 0) continue;
      // Those under way are still due: room for them beside the new ones.
      const due = await queue.due(receiver.endpointId, free + calls);
      for (const delivery of due.filter((each) => !underWay.has(keyOf(each))).slice(0, free)) {
        const key = keyOf(delivery);
        const call = sendOne(context, receiver, delivery, signal).finally(() => underWay.delete(key));
        underWay.set(key, { endpointId: receiver.endpointId, call });
      }
    }
    if (underWay.size === 0) return;
    await Promise.race([...underWay.values()].map(({ call }) => call));
  }
  await Promise.allSettled([...underWay.values()].map(({ call }) => call));
}

async function sendOne(
  { queue, post, clock, random, logger }: SenderContext,
  receiver: Receiver,
  delivery: DueDelivery,
  signal: AbortSignal,
): Promise<void> {
  const outcome = await post(
    receiver.url,
    {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Staypower-Webhooks/1',
        ...signedHeaders(delivery.eventId, delivery.body, receiver.secrets, clock.now()),
      },
      body: delivery.body,
    },
    signal,
  );
  // Stopped, not failed: it stays as it was, to be sent again.
  if (outcome.status === null && signal.aborted) return;
  const judged = judge(outcome, delivery, receiver, clock.now(), random.next());
  await queue.settle(delivery, judged.verdict, judged.receiver);
  const { endpointId, eventId } = delivery;
  if (judged.verdict.state !== 'delivered') {
    logger.warn(
      { endpointId, eventId, status: outcome.status, error: judged.verdict.error },
      'a webhook was not taken',
    );
  }
  if (judged.receiver && 'disabled' in judged.receiver) {
    logger.warn(
      { endpointId },
      'a webhook endpoint is gone and was disabled: "staypower webhook replay" enables it again',
    );
  }
}
