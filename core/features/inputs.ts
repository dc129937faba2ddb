import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import type { ContractState, StandingContract } from './contract.ts';
import { OPEN_PERIOD_DAYS } from './contract-periods.ts';
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
  /** Null where the end was not known on the day. */
  standing: StandingInputs | null;
}

/** A customer's contract since its last lapse, on a day. */
export interface StandingInputs {
  renewals: number;
  /** Days of the newest term. Until further notice: of the period after which it comes up for renewal. */
  termDays: number;
  /** Covered for certain; until further notice, to the end of the period. */
  daysLeft: number;
  untilFurtherNotice: boolean;
  /** What a year of it is worth, in major units; null where it is not known. */
  annualValue: number | null;
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
    contract: stats.contract ? contractInputs(stats.contract, asOf, currency) : null,
  };
}

function contractInputs(state: ContractState, asOf: CalendarDay, currency: string): ContractInputs {
  const { startedOn, terms, endsOn, coveredUntil, cancelledOn, standing } = state;
  return {
    tenureDays: daysBetween(startedOn, asOf),
    terms,
    daysToEnd: endsOn === null ? null : daysBetween(asOf, endsOn),
    noticeGiven: cancelledOn !== null,
    endedDays: coveredUntil === null ? 0 : Math.max(daysBetween(coveredUntil, asOf), 0),
    standing: standing ? standingInputs(standing, { endsOn, asOf, currency }) : null,
  };
}

function standingInputs(
  { startedOn, renewals, termDays, annualValueMinor }: StandingContract,
  { endsOn, asOf, currency }: { endsOn: CalendarDay | null; asOf: CalendarDay; currency: string },
): StandingInputs {
  const annualValue = annualValueMinor === undefined ? null : toMajor(annualValueMinor, currency);
  if (termDays !== null && endsOn !== null) {
    const daysLeft = Math.max(daysBetween(asOf, endsOn), 0);
    return { renewals, termDays, daysLeft, untilFurtherNotice: false, annualValue };
  }
  const standingDays = Math.max(daysBetween(startedOn, asOf), 0);
  return {
    renewals: Math.floor(standingDays / OPEN_PERIOD_DAYS),
    termDays: OPEN_PERIOD_DAYS,
    daysLeft: OPEN_PERIOD_DAYS - (standingDays % OPEN_PERIOD_DAYS),
    untilFurtherNotice: true,
    annualValue,
  };
}
