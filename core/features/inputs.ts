import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import type { ContractState } from './contract.ts';
import { type CustomerStats, decayedTo, ENGAGEMENT_CHANNELS, type EngagementChannel } from './stats.ts';

/**
 * What the models see of a customer on a day: plain numbers, all from facts up to that day. Days, and money in major units.
 * Silence, age and purchases are independent of one another, so that any mix of two customers' inputs is a possible customer.
 */
export interface Inputs {
  /** Purchase days in all; 0 for a prospect. */
  purchases: number;
  ageDays: number;
  silenceDays: number;
  /** Mean days between purchase days; 0 when there is no repeat. */
  meanGapDays: number;
  spendDays: number;
  meanSpend: number;
  /** Money of all purchase days, the first included. */
  totalSpend: number;
  /** Decayed counts by channel, of the short and the long memory. */
  short: Readonly<Record<EngagementChannel, number>>;
  long: Readonly<Record<EngagementChannel, number>>;
  /** The same by kind of event (`eventKey`). */
  named: Readonly<Record<string, { short: number; long: number }>>;
  /** Null without a contract. */
  contract: ContractInputs | null;
}

/** A customer's contract on a day. */
export interface ContractInputs {
  tenureDays: number;
  terms: number;
  /** To its last day, negative once that has passed; null: until further notice, or not known then. */
  daysToEnd: number | null;
  noticeGiven: boolean;
  /** Days since nothing covers the customer any more; 0 while something does. */
  endedDays: number;
}

/** The inputs of a customer on a day at or after the last fact in its statistics. */
export function inputsAt(stats: CustomerStats, asOf: CalendarDay, currency: string): Inputs {
  const repeats = Math.max(stats.purchaseDays - 1, 0);
  const short = {} as Record<EngagementChannel, number>;
  const long = {} as Record<EngagementChannel, number>;
  for (const channel of ENGAGEMENT_CHANNELS) {
    const count = stats.channels[channel];
    const now = count ? decayedTo(count, asOf) : { short: 0, long: 0 };
    short[channel] = now.short;
    long[channel] = now.long;
  }
  const named = Object.fromEntries(
    Object.entries(stats.named ?? {}).map(([key, count]) => [key, decayedTo(count, asOf)]),
  );
  return {
    purchases: stats.purchaseDays,
    ageDays: stats.firstPurchase ? daysBetween(stats.firstPurchase, asOf) : 0,
    silenceDays: stats.lastPurchase ? daysBetween(stats.lastPurchase, asOf) : 0,
    meanGapDays: repeats > 0 ? stats.gapDays / repeats : 0,
    spendDays: stats.repeatSpendDays,
    meanSpend: stats.repeatSpendDays > 0 ? toMajor(stats.repeatSpendMinor, currency) / stats.repeatSpendDays : 0,
    totalSpend: toMajor(stats.totalMinor, currency),
    short,
    long,
    named,
    contract: stats.contract ? contractInputs(stats.contract, asOf) : null,
  };
}

function contractInputs(
  { startedOn, terms, endsOn, coveredUntil, cancelledOn }: ContractState,
  asOf: CalendarDay,
): ContractInputs {
  return {
    tenureDays: daysBetween(startedOn, asOf),
    terms,
    daysToEnd: endsOn === null ? null : daysBetween(asOf, endsOn),
    noticeGiven: cancelledOn !== null,
    endedDays: coveredUntil === null ? 0 : Math.max(daysBetween(coveredUntil, asOf), 0),
  };
}
