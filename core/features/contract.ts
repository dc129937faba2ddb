import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import {
  type ContractPeriod,
  contractPeriods,
  GRACE_DAYS,
  inOrder,
  lastContract,
  periodDays,
  termsWithin,
} from './contract-periods.ts';

/** One term of a customer's contract, as the store keeps it. */
export interface ContractTerm {
  startsOn: CalendarDay;
  /** Null: until further notice. */
  endsOn: CalendarDay | null;
  /** From when on the end was known: on renewal it may have been overwritten. */
  endKnownOn: CalendarDay;
  /** The day of the notice; null: none. */
  cancelledOn: CalendarDay | null;
  /** What a year of it is worth, in minor units of the reporting currency; absent where it is not known. */
  annualValueMinor?: number;
}

/** A customer's contract up to a day. Holds for every later day as long as no term starts, becomes known, or is cancelled. */
export interface ContractState {
  startedOn: CalendarDay;
  /** Terms so far, each after the end of the one before; an end that was corrected within the grace is no new one. */
  terms: number;
  /** The last day covered by the newest term; null: until further notice. Read only once it has passed where it was seen later: see `endsOn`. */
  coveredUntil: CalendarDay | null;
  /** The same as it was known on the day; null: until further notice, or not known then. */
  endsOn: CalendarDay | null;
  /** Notice of the term that began last; null: none so far. */
  cancelledOn: CalendarDay | null;
  /** The contract since its last lapse; absent where its end was not known on the day, and in statistics kept by an earlier version. */
  standing?: StandingContract;
}

/** A contract from its first term on. */
export interface StandingContract {
  startedOn: CalendarDay;
  renewals: number;
  /** Days of its newest term; null: until further notice. */
  termDays: number | null;
  /** What a year of its newest term is worth, in minor units; absent where it is not known. */
  annualValueMinor?: number;
}

/** What is known of a customer's contract on a day; null when none has begun. Terms in any order. */
export function contractAt(terms: readonly ContractTerm[], asOf: CalendarDay): ContractState | null {
  const seen = inOrder(termsKnownOn(terms, asOf));
  const [first] = seen;
  const last = seen.at(-1);
  if (!first || !last) return null;
  const periods = contractPeriods(seen);
  const coveredUntil = periods.at(-1)?.endsOn ?? null;
  const standing = first.endKnownOn > asOf ? null : standingOf(periods);
  return {
    startedOn: first.startsOn,
    terms: periods.length,
    coveredUntil,
    endsOn: first.endKnownOn > asOf ? null : coveredUntil,
    cancelledOn: last.cancelledOn,
    ...(standing && { standing }),
  };
}

function standingOf(all: readonly ContractPeriod[]): StandingContract | null {
  const periods = lastContract(all);
  const [first] = periods;
  const newest = periods.at(-1);
  if (!first || !newest) return null;
  const { annualValueMinor } = newest;
  const days = periodDays(newest);
  return {
    startedOn: first.startsOn,
    renewals: periods.reduce((sum, period) => sum + termsWithin(period), 0) - 1,
    termDays: days && days / termsWithin(newest),
    ...(annualValueMinor !== undefined && { annualValueMinor }),
  };
}

/**
 * The terms begun by a day, without what was seen or said after it. Where nothing had been seen by then, as before a first load, it is what
 * was seen first.
 */
export function termsKnownOn(terms: readonly ContractTerm[], asOf: CalendarDay): readonly ContractTerm[] {
  const begun = terms.filter(({ startsOn }) => startsOn <= asOf);
  const firstSeenOn = begun.map(({ endKnownOn }) => endKnownOn).sort()[0];
  return begun
    .filter(({ endKnownOn }) => endKnownOn <= asOf || (firstSeenOn !== undefined && endKnownOn === firstSeenOn))
    .map((term) => (term.cancelledOn !== null && term.cancelledOn > asOf ? { ...term, cancelledOn: null } : term));
}

/** Days after asOf on which the state changes otherwise than by time passing. */
export function contractNewsAfter(terms: readonly ContractTerm[], asOf: CalendarDay): readonly CalendarDay[] {
  return terms
    .flatMap(({ startsOn, endKnownOn, cancelledOn }) => [startsOn, endKnownOn, cancelledOn])
    .filter((day) => day !== null)
    .filter((day) => day > asOf);
}

/** Last days of contracts that were not renewed within the grace, as far as that can be told on asOf; ascending. */
export function lapses(terms: readonly ContractTerm[], asOf: CalendarDay): readonly CalendarDay[] {
  const found: CalendarDay[] = [];
  const ordered = inOrder(terms);
  let covered = ordered[0]?.startsOn ?? null;
  for (const [index, { startsOn, endsOn, endKnownOn }] of ordered.entries()) {
    const before = ordered[index - 1];
    // Where the start is that of the contract before, the renewal came when it was seen.
    const begins = before && startsOn <= before.startsOn ? endKnownOn : startsOn;
    if (begins > asOf) break;
    if (covered !== null && begins > addDays(covered, GRACE_DAYS)) found.push(covered);
    // What ran until further notice ends with the term that follows it.
    covered = covered === null || endsOn === null || endsOn > covered ? endsOn : covered;
  }
  if (covered !== null && addDays(covered, GRACE_DAYS) < asOf) found.push(covered);
  return found;
}

/** Days on which notice was given up to asOf; ascending. */
export function cancellations(terms: readonly ContractTerm[], asOf: CalendarDay): readonly CalendarDay[] {
  const days = terms.flatMap(({ cancelledOn }) => (cancelledOn !== null && cancelledOn <= asOf ? [cancelledOn] : []));
  return [...new Set(days)].sort();
}
