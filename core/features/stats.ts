import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { Channel } from '../domain/records.ts';
import { type ContractState, type ContractTerm, contractAt } from './contract.ts';
import type { DataFaults } from './data-faults.ts';
import { type Rhythm, rhythmOf } from './rhythm.ts';
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
  /** The same by kind of event (`eventKey`); absent in statistics kept by an earlier version. */
  named?: Readonly<Record<string, DecayedCount>>;
  /** Null when nothing ever happened; absent in statistics kept by an earlier version. */
  rhythm?: Rhythm | null;
  /** Null without a contract; absent in statistics kept by an earlier version. */
  contract?: ContractState | null;
  doubles: number;
  unmatchedRefunds: number;
  /** What is wrong with the data; null where nothing was found, absent in statistics kept by an earlier version. */
  faults?: DataFaults | null;
}

/** An event as the statistics need it. */
export interface DatedEvent {
  channel: Channel;
  day: CalendarDay;
  /** The vendor's or the tracking plan's word for it; without it the event counts for its channel alone. */
  name?: string;
}

/** Kinds of event kept apart for one customer; what comes beyond counts for its channel alone. */
const MOST_NAMES = 40;

/** How statistics and the ledger of points call a kind of event. */
export function eventKey(channel: EngagementChannel, name: string): string {
  return `${channel}/${name}`;
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
 * asOf are left out, and terms of contracts not yet begun. Logged calls and to-dos (`task`) count as meetings.
 */
export function summarise(
  purchases: readonly PurchaseDay[],
  events: readonly DatedEvent[],
  asOf: CalendarDay,
  settled: { doubles: number; unmatched: number },
  terms: readonly ContractTerm[] = [],
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
    .sort((a, b) => compare(a.day, b.day) || compare(a.name ?? '', b.name ?? ''));
  const named = new Map<string, DecayedCount>();
  for (const event of known) {
    stats.events += 1;
    stats.lastEvent = event.day;
    const channel = event.channel === 'task' ? 'meeting' : event.channel;
    stats.channels[channel] = oneMore(stats.channels[channel], event.day);
    if (event.name === undefined) continue;
    const key = eventKey(channel, event.name);
    if (named.has(key) || named.size < MOST_NAMES) named.set(key, oneMore(named.get(key), event.day));
  }
  stats.named = Object.fromEntries(named);
  stats.rhythm = rhythmOf([...purchases, ...known].map(({ day }) => day));
  stats.contract = contractAt(terms, asOf);
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
  stats.channels.purchase = oneMore(stats.channels.purchase, purchase.day);
}

function oneMore(before: DecayedCount | undefined, day: CalendarDay): DecayedCount {
  const { short, long } = before ? decayedTo(before, day) : { short: 0, long: 0 };
  return { anchor: day, short: short + 1, long: long + 1 };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
