import Bottleneck from 'bottleneck';
import type { Clock } from '../../core/ports/clock.ts';
import type { Lane } from '../../core/ports/connector.ts';

/** Priority of the calls of a lane: lower goes first. */
export const PRIORITY: Readonly<Record<Lane, number>> = { live: 0, batch: 5 };

/** One rule of a vendor: at most so many calls may start in any rolling window. */
export interface RollingLimit {
  calls: number;
  windowMs: number;
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
 * A limiter for one connection and one of the vendor's rules. Bottleneck keeps order, priority and concurrency; its own reservoir
 * is a fixed window, through which twice the limit passes around its edge, so the rolling window is kept here.
 *
 * @param concurrent calls that may be under way at once
 */
export function createLimiter(
  limit: RollingLimit,
  concurrent: number,
  clock: Clock = { now: () => new Date() },
): Limiter {
  const queue = new Bottleneck({ maxConcurrent: concurrent });
  const startedAt: number[] = [];
  let pausedUntil = 0;
  // Turns are taken one after another: each sees the starts of all before it.
  let turn: Promise<void> = Promise.resolve();
  const nextTurn = (): Promise<void> => {
    turn = turn.then(async () => {
      for (;;) {
        const now = clock.now().getTime();
        const oldest = startedAt.length >= limit.calls ? (startedAt[0] ?? 0) : Number.NEGATIVE_INFINITY;
        const openAt = Math.max(oldest + limit.windowMs + WINDOW_SLACK_MS, pausedUntil);
        if (openAt <= now) break;
        await new Promise((resolve) => setTimeout(resolve, openAt - now));
      }
      startedAt.push(clock.now().getTime());
      if (startedAt.length > limit.calls) startedAt.shift();
    });
    return turn;
  };
  return {
    run: (call, options = {}) =>
      queue.schedule({ priority: options.priority ?? 5 }, async () => {
        await nextTurn();
        return call();
      }),
    pauseFor: (milliseconds) => {
      pausedUntil = Math.max(pausedUntil, clock.now().getTime() + milliseconds);
    },
  };
}
