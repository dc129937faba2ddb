import Bottleneck from 'bottleneck';
import type { Clock } from '../../core/ports/clock.ts';
import type { Lane } from '../../core/ports/connector.ts';

/** Priority of the calls of a lane: lower goes first. */
export const PRIORITY: Readonly<Record<Lane, number>> = { live: 0, batch: 5 };

/** One rule of a vendor: at most so many calls may start in any rolling window. */
export interface RollingLimit {
  calls: number;
  windowMs: number;
  /** Of these calls, those that the live lane alone may use: what a batch has filled does not make it wait. 0 where absent. */
  liveCalls?: number;
}

/** Lets calls of one connection through no faster than the vendor allows. */
export interface Limiter {
  /** Waits for a turn, then runs `call`. Lower priority numbers go first (0 live, 5 batch; default 5). */
  run<T>(call: () => Promise<T>, options?: { priority?: number }): Promise<T>;
  /** Holds every further call back: the vendor said "not now". */
  pauseFor(milliseconds: number): void;
}

/** What a rolling window is stretched by: calls leave us evenly and may arrive bunched. */
const WINDOW_SLACK_MS = 250;

/**
 * A limiter for one connection and one of the vendor's rules, with two lanes: a live call waits neither in the queue of a batch nor
 * for the calls that a batch has used up. Bottleneck keeps order and concurrency of a lane; its own reservoir is a fixed window,
 * through which twice the limit passes around its edge, so the rolling window, which both lanes share, is kept here.
 *
 * @param concurrent calls of a lane that may be under way at once
 */
export function createLimiter(
  limit: RollingLimit,
  concurrent: number,
  clock: Clock = { now: () => new Date() },
): Limiter {
  const windowMs = limit.windowMs + WINDOW_SLACK_MS;
  const startedAt: number[] = [];
  let pausedUntil = 0;
  const openAt = (most: number): number => {
    const oldest = startedAt.length >= most ? startedAt[startedAt.length - most] : undefined;
    return Math.max(oldest === undefined ? 0 : oldest + windowMs, pausedUntil);
  };
  const lanes = {
    live: createLane(limit.calls, concurrent),
    batch: createLane(limit.calls - (limit.liveCalls ?? 0), concurrent),
  };
  const nextTurn = (lane: CallLane): Promise<void> => {
    lane.turn = lane.turn.then(async () => {
      for (;;) {
        const waitMs = openAt(lane.calls) - clock.now().getTime();
        if (waitMs <= 0) break;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      startedAt.push(clock.now().getTime());
      if (startedAt.length > limit.calls) startedAt.shift();
    });
    return lane.turn;
  };
  return {
    run: (call, options = {}) => {
      const lane = (options.priority ?? PRIORITY.batch) < PRIORITY.batch ? lanes.live : lanes.batch;
      return lane.queue.schedule(async () => {
        await nextTurn(lane);
        return call();
      });
    },
    pauseFor: (milliseconds) => {
      pausedUntil = Math.max(pausedUntil, clock.now().getTime() + milliseconds);
    },
  };
}

interface CallLane {
  /** Calls that may have started in the window, of both lanes together, for one more of this lane. */
  calls: number;
  queue: Bottleneck;
  /** Turns of a lane are taken one after another: each sees the starts of all before it. */
  turn: Promise<void>;
}

function createLane(calls: number, concurrent: number): CallLane {
  return { calls, queue: new Bottleneck({ maxConcurrent: concurrent }), turn: Promise.resolve() };
}
