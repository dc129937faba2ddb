import { addDays, dayOf } from '../../core/domain/calendar-day.ts';
import type { CallUsage } from '../../core/domain/call-usage.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createDailyBudget } from '../http/daily-budget.ts';
import { createLimiter, type Limiter } from '../http/limiter.ts';
import type { HubSpotSettings } from './settings.ts';
import { instantAt } from './wall-clock.ts';

/** Which of HubSpot's limits a call falls under. */
export type CallKind = 'general' | 'search' | 'association';

type LimitSettings = Pick<HubSpotSettings, 'callsPer10Seconds' | 'dailyCallReserve'>;

/** HubSpot's limits for one connection. */
export interface Limits {
  /** Waits for a turn, then calls. Lower priority numbers go first. */
  run<T>(kind: CallKind, priority: number, call: () => Promise<T>): Promise<T>;
  /** HubSpot said "not now" to a call of this kind. */
  pauseFor(kind: CallKind, milliseconds: number): void;
  /** Reads what a reply says is left of the window: other processes may use the same app's calls. */
  observe(headers: Headers): void;
  /** What replies said of the account's calls of the day; null before one did, and for marketplace apps, which have no such limit. */
  usage(): CallUsage | null;
  /** The burst limit that the replies speak of; null before the first one that does. */
  granted(): number | null;
}

/** Kept free of the burst limit by batches, and by live calls: for a card or another process of ours that calls beside us. */
const MARGIN = { batch: 0.05, live: 0.02 };
/** Associations have a lower limit of their own: 150 on Professional and Enterprise, 100 (as all calls) on Free and Starter. */
const ASSOCIATIONS_PER_10_SECONDS = 150;
/** Per account, for all its apps together. */
const SEARCHES_PER_SECOND = 5;
const TEN_SECONDS_MS = 10_000;
const FEW_LEFT = 3;

/**
 * Limiters for one connection: all calls but searches share the rolling ten seconds, association reads have their own on top,
 * searches five a second. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function createLimits(settings: LimitSettings, { clock, timeZone }: { clock: Clock; timeZone: string }): Limits {
  const { callsPer10Seconds, dailyCallReserve } = settings;
  const rolling = (granted: number) => {
    const calls = Math.floor(granted * (1 - MARGIN.live));
    return { calls, windowMs: TEN_SECONDS_MS, liveCalls: calls - Math.floor(granted * (1 - MARGIN.batch)) };
  };
  // The account's day is taken to be the workspace's: which zone the account has is not in the replies.
  const resetsAt = (now: Date) => new Date(instantAt(addDays(dayOf(now.toISOString(), timeZone), 1), 0, timeZone));
  const day = createDailyBudget({ vendor: 'HubSpot', reserve: dailyCallReserve, clock, resetsAt, dailyWaitMs: 0 });
  const general = createLimiter(rolling(callsPer10Seconds), 8);
  const associations = createLimiter(rolling(Math.min(ASSOCIATIONS_PER_10_SECONDS, callsPer10Seconds)), 4);
  const search = createLimiter({ calls: SEARCHES_PER_SECOND, windowMs: 1_000 }, 2);
  const limiters: Readonly<Record<CallKind, Limiter>> = { general, search, association: associations };
  let granted: number | null = null;
  return {
    run: (kind, priority, call) => {
      day.take(priority);
      return kind === 'association'
        ? associations.run(() => general.run(call, { priority }), { priority })
        : limiters[kind].run(call, { priority });
    },
    pauseFor: (kind, milliseconds) => limiters[kind].pauseFor(milliseconds),
    observe: (headers) => {
      const left = numberIn(headers, 'x-hubspot-ratelimit-remaining');
      const daily = numberIn(headers, 'x-hubspot-ratelimit-daily');
      const dailyLeft = numberIn(headers, 'x-hubspot-ratelimit-daily-remaining');
      if (daily !== null && dailyLeft !== null) day.note(daily - dailyLeft, daily);
      granted = numberIn(headers, 'x-hubspot-ratelimit-max') ?? granted;
      // The window rolls, so that a tenth of it brings some calls back.
      if (left !== null && left < FEW_LEFT) general.pauseFor(TEN_SECONDS_MS / 10);
    },
    usage: day.usage,
    granted: () => granted,
  };
}

function numberIn(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text === null || !/^\d+$/.test(text) ? null : Number(text);
}
