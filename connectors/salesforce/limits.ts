import type { Clock } from '../../core/ports/clock.ts';
import { createDailyBudget, type DailyBudget } from '../http/daily-budget.ts';
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
const BURST = { calls: 100, windowMs: 1_000, liveCalls: 10 };
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

/** The organisation's calls of the rolling 24 hours. */
export interface OrganisationBudget extends Pick<DailyBudget, 'take' | 'usage'> {
  /** Takes note of a reply's Sforce-Limit-Info. */
  note(header: string): void;
}

/** @param reserve share of the allocation that is not ours to use, 0..1 */
export function organisationBudget(reserve: number, clock: Clock): OrganisationBudget {
  const budget = createDailyBudget({
    vendor: 'Salesforce',
    reserve,
    clock,
    resetsAt: () => null,
    dailyWaitMs: DAILY_WAIT_MS,
  });
  return {
    note: (header) => {
      const usage = parseLimitInfo(header).find((info) => info.name === 'api-usage');
      if (usage) budget.note(usage.used, usage.limit);
    },
    take: budget.take,
    usage: budget.usage,
  };
}
