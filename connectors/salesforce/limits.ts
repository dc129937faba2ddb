import { RateLimitError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createLimiter, type Limiter } from '../http/limiter.ts';

/** One pair of the Sforce-Limit-Info header. */
export interface LimitInfo {
  /** e.g. "api-usage" or "per-app-api-usage". */
  name: string;
  used: number;
  limit: number;
}

/** Calls at once: a Developer organisation takes five long ones. */
const CONCURRENT_CALLS = 5;
/** Salesforce has no documented burst limit; this keeps a run from looking like an attack. */
const BURST = { calls: 100, windowMs: 1_000 };
/** What is known of the daily allocation is believed for so long; then one call goes out to see. */
const BELIEVED_MS = 15 * 60_000;
/** The allocation is a rolling 24 hours: an hour brings some of it back. */
const DAILY_WAIT_MS = 60 * 60_000;

/**
 * Reads `api-usage=10018/100000; per-app-api-usage=17/250(appName=x)`: a list, in any order.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
export function parseLimitInfo(header: string): readonly LimitInfo[] {
  return header.split(';').flatMap((pair) => {
    const parts = /^\s*([\w-]+)=(\d+)\/(\d+)/.exec(pair);
    return parts ? [{ name: parts[1] ?? '', used: Number(parts[2]), limit: Number(parts[3]) }] : [];
  });
}

/** The limiter of one connection. */
export function callLimiter(): Limiter {
  return createLimiter(BURST, CONCURRENT_CALLS);
}

/** What is left of the organisation's calls of 24 hours. */
export interface DailyBudget {
  /** Takes note of a reply's Sforce-Limit-Info. */
  note(header: string): void;
  /** Throws RateLimitError (scope daily) when only the reserve is left. */
  assertLeft(): void;
}

/** @param reserve share of the allocation that is not ours to use, 0..1 */
export function createDailyBudget(reserve: number, clock: Clock): DailyBudget {
  let known: { left: number; limit: number; atMs: number } | null = null;
  return {
    note: (header) => {
      const usage = parseLimitInfo(header).find((info) => info.name === 'api-usage');
      if (usage) known = { left: usage.limit - usage.used, limit: usage.limit, atMs: clock.now().getTime() };
    },
    assertLeft: () => {
      if (known === null || known.left > known.limit * reserve) return;
      if (clock.now().getTime() - known.atMs > BELIEVED_MS) return;
      throw new RateLimitError(
        `Salesforce: ${known.left} of ${known.limit} API calls of these 24 hours are left, and ${Math.ceil(known.limit * reserve)} are kept for others. Wait, lower dailyCallReserve, or buy more calls.`,
        { scope: 'daily', retryAfterMs: DAILY_WAIT_MS },
      );
    },
  };
}
