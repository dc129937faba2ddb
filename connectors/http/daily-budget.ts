import type { CallUsage } from '../../core/domain/call-usage.ts';
import { RateLimitError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { PRIORITY } from './limiter.ts';

/** Keeps one connection within its part of the calls that all apps of an account share in a day. */
export interface DailyBudget {
  /** Takes note of what a reply says was used, ours included. */
  note(used: number, limit: number): void;
  /** Counts a call of ours that is about to go out. Throws RateLimitError (scope daily) when what is left is not ours to use. */
  take(priority: number): void;
  /** What the vendor said last; null before it did. */
  usage(): CallUsage | null;
}

const HOUR_MS = 3_600_000;
/** What is known is believed for so long; then one call goes out to see. */
const BELIEVED_MS = 15 * 60_000;
/** How far the look at the others' calls goes back, and the least it must. */
const LOOK_BACK_MS = HOUR_MS;
const LEAST_LOOK_BACK_MS = 5 * 60_000;

/**
 * A budget as a share of what is left: others keep the reserve, or what they are on the way to use until the reset if that is more
 * (half of the day's calls at most). Batches stop there; live calls may go on into half of the reserve. What others use is what the vendor counted beyond our own calls.
 *
 * @param reserve share of the day's calls that is not ours to use, 0..1
 * @param resetsAt when counting starts again; null for a rolling day, of which an hour's worth of the others is kept free
 */
export function createDailyBudget(options: {
  vendor: string;
  reserve: number;
  clock: Clock;
  resetsAt: (now: Date) => Date | null;
  /** How long to wait when nothing is left and no reset is known. */
  dailyWaitMs: number;
}): DailyBudget {
  const { vendor, reserve, clock, resetsAt, dailyWaitMs } = options;
  let known: CallUsage | null = null;
  let ownCalls = 0;
  let seen: { atMs: number; used: number; own: number }[] = [];

  const othersPerMs = (nowMs: number): number => {
    const first = seen[0];
    const last = seen.at(-1);
    if (first === undefined || last === undefined || nowMs - first.atMs < LEAST_LOOK_BACK_MS) return 0;
    return Math.max(0, last.used - first.used - (last.own - first.own)) / (nowMs - first.atMs);
  };
  return {
    note: (used, limit) => {
      const now = clock.now();
      const nowMs = now.getTime();
      // A new day, or calls of yesterday that left the window: what was seen before says nothing of this one.
      if (known !== null && used < known.used) seen = [];
      seen = [...seen.filter((each) => nowMs - each.atMs <= LOOK_BACK_MS)];
      const last = seen.at(-1);
      // One a minute is enough to see a rate by.
      if (last === undefined || nowMs - last.atMs >= 60_000) seen.push({ atMs: nowMs, used, own: ownCalls });
      known = { used, limit, at: now.toISOString(), resetsAt: resetsAt(now)?.toISOString() ?? null };
    },
    take: (priority) => {
      const now = clock.now();
      const nowMs = now.getTime();
      if (known !== null && nowMs - Date.parse(known.at) <= BELIEVED_MS) {
        const left = known.limit - known.used;
        const aheadMs = known.resetsAt === null ? HOUR_MS : Math.max(0, Date.parse(known.resetsAt) - nowMs);
        const forOthers = Math.max(known.limit * reserve, Math.min(othersPerMs(nowMs) * aheadMs, known.limit / 2));
        const kept = priority < PRIORITY.batch ? (known.limit * reserve) / 2 : forOthers;
        if (left <= kept) {
          throw new RateLimitError(
            `${vendor}: ${left} of ${known.limit} API calls of the day are left, and ${Math.ceil(kept)} are kept for others. Wait, lower dailyCallReserve, or buy more calls.`,
            { scope: 'daily', retryAfterMs: known.resetsAt === null ? dailyWaitMs : aheadMs },
          );
        }
      }
      ownCalls += 1;
    },
    usage: () => known,
  };
}
