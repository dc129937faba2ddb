import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { Channel } from '../domain/records.ts';
import type { PurchaseDay } from './settle.ts';

/** Channels that engagement is made of: what people do, and what they buy. */
export const ENGAGEMENT_CHANNELS = ['web', 'email', 'meeting', 'product', 'support', 'purchase'] as const;
export type EngagementChannel = (typeof ENGAGEMENT_CHANNELS)[number];

/** Half-lives in days of the two memories kept of each channel: what is going on, and what is usual. */
export const SHORT_HALF_LIFE_DAYS = 14;
export const LONG_HALF_LIFE_DAYS = 60;

/** An exponentially decayed count, worth `short` and `long` on day `anchor`; its value on any later day is in closed form. */
export interface DecayedCount {
  anchor: CalendarDay;
  short: number;
  long: number;
}

/**
 * Sufficient statistics of one customer up to a day: all that scores need. They hold for every later day too as long as nothing
 * happens, which is what makes scoring a silent customer cost nothing. Amounts in minor units as plain numbers (exact to 2^53).
 */
export interface CustomerStats {
  firstPurchase: CalendarDay | null;
  lastPurchase: CalendarDay | null;
  /** Purchase days in all, the first included. */
  purchaseDays: number;
  totalMinor: number;
  /** Repeat purchase days with an amount above zero, and their sum: what Gamma-Gamma reads. */
  repeatSpendDays: number;
  repeatSpendMinor: number;
  /** Sum and sum of squares of the days between purchase days. */
  gapDays: number;
  gapDaysSquared: number;
  lastEvent: CalendarDay | null;
  events: number;
  channels: Partial<Record<EngagementChannel, DecayedCount>>;
  doubles: number;
  unmatchedRefunds: number;
}

/** An event as the statistics need it. */
export interface DatedEvent {
  channel: Channel;
  day: CalendarDay;
}

/** The value of a decayed count on a day at or after its anchor. */
export function decayedTo(count: DecayedCount, day: CalendarDay): { short: number; long: number } {
  const days = daysBetween(count.anchor, day);
  return {
    short: count.short * 2 ** (-days / SHORT_HALF_LIFE_DAYS),
    long: count.long * 2 ** (-days / LONG_HALF_LIFE_DAYS),
  };
}

/**
 * Summarises what happened up to the as-of day. Purchase days as `settle` gives them (ascending); events in any order, those after
 * asOf are left out. Logged calls and to-dos (`task`) count as meetings.
 */
export function summarise(
  purchases: readonly PurchaseDay[],
  events: readonly DatedEvent[],
  asOf: CalendarDay,
  settled: { doubles: number; unmatched: number },
): CustomerStats {
  const stats: CustomerStats = {
    firstPurchase: null,
    lastPurchase: null,
    purchaseDays: 0,
    totalMinor: 0,
    repeatSpendDays: 0,
    repeatSpendMinor: 0,
    gapDays: 0,
    gapDaysSquared: 0,
    lastEvent: null,
    events: 0,
    channels: {},
    doubles: settled.doubles,
    unmatchedRefunds: settled.unmatched,
  };
  for (const purchase of purchases) addPurchase(stats, purchase);

  const known = events
    .filter((event) => event.day <= asOf)
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  for (const event of known) {
    stats.events += 1;
    stats.lastEvent = event.day;
    count(stats, event.channel === 'task' ? 'meeting' : event.channel, event.day);
  }
  return stats;
}

function addPurchase(stats: CustomerStats, purchase: PurchaseDay): void {
  const amount = Number(purchase.amountMinor);
  if (stats.lastPurchase !== null) {
    const gap = daysBetween(stats.lastPurchase, purchase.day);
    stats.gapDays += gap;
    stats.gapDaysSquared += gap * gap;
    if (amount > 0) {
      stats.repeatSpendDays += 1;
      stats.repeatSpendMinor += amount;
    }
  }
  stats.firstPurchase ??= purchase.day;
  stats.lastPurchase = purchase.day;
  stats.purchaseDays += 1;
  stats.totalMinor += amount;
  count(stats, 'purchase', purchase.day);
}

function count(stats: CustomerStats, channel: EngagementChannel, day: CalendarDay): void {
  const before = stats.channels[channel];
  const { short, long } = before ? decayedTo(before, day) : { short: 0, long: 0 };
  stats.channels[channel] = { anchor: day, short: short + 1, long: long + 1 };
}
