import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { ContractTerm } from './contract.ts';

/** A renewal may be late by so many days (DECISIONS: "no renewal by contract end + 30 days' grace"). */
export const GRACE_DAYS = 30;

/** A contract until further notice comes up for renewal after so many days. */
export const OPEN_PERIOD_DAYS = 30;

const YEAR_DAYS = 365;

/** One term as it was lived: it begins after the one before it has ended, whatever start the source shows. */
export interface ContractPeriod {
  startsOn: CalendarDay;
  /** Its last day; null: until further notice. */
  endsOn: CalendarDay | null;
  cancelledOn: CalendarDay | null;
  /** What a year of it is worth in minor units; absent where it is not known. */
  annualValueMinor?: number;
  /** From when on its end was known; later than its start where a CRM showed it on the way. */
  endKnownOn: CalendarDay;
  /** Days between the end of the period before and this renewal, 0..30; null: the first of a contract. */
  renewedAfterDays: number | null;
}

/** Terms as non-overlapping periods, ascending. An end that differs from the one before by no more than the grace corrects it. */
export function contractPeriods(terms: readonly ContractTerm[]): readonly ContractPeriod[] {
  const periods: ContractPeriod[] = [];
  let before: ContractTerm | null = null;
  for (const term of inOrder(terms)) {
    const last = periods.at(-1);
    const overwritten = before !== null && term.startsOn <= before.startsOn;
    before = term;
    if (last && overwritten && corrects(last, term)) {
      periods[periods.length - 1] = { ...last, ...said(term), endsOn: term.endsOn };
      continue;
    }
    if (last?.endsOn != null && term.endsOn !== null && term.endsOn <= last.endsOn) continue;
    periods.push(following(periods, term, overwritten));
  }
  return periods;
}

/** The periods of the contract that began last, up to the newest: what lies before a lapse is another contract. */
export function lastContract(periods: readonly ContractPeriod[]): readonly ContractPeriod[] {
  const first = periods.findLastIndex(({ renewedAfterDays }) => renewedAfterDays === null);
  return periods.slice(Math.max(first, 0));
}

/** Days of a period, both ends included; null: until further notice. */
export function periodDays({ startsOn, endsOn }: ContractPeriod): number | null {
  return endsOn === null ? null : Math.max(daysBetween(startsOn, endsOn) + 1, 1);
}

/**
 * Terms in a period. One that was seen on the way, its end overwritten on every renewal before, is taken for as many as it has years: it began with
 * the first, and the renewals in between were not on record.
 */
export function termsWithin(period: ContractPeriod): number {
  const days = periodDays(period);
  return days === null || period.endKnownOn <= period.startsOn ? 1 : Math.max(Math.round(days / YEAR_DAYS), 1);
}

/** Terms by their start, then by when their end was seen, then by their end: the last word on a start comes last. */
export function inOrder(terms: readonly ContractTerm[]): readonly ContractTerm[] {
  const key = ({ startsOn, endsOn, endKnownOn }: ContractTerm) => `${startsOn}\0${endKnownOn}\0${endsOn ?? '9'}`;
  return [...terms].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** Whether a later word on the same start says when the period ends, and not that it was renewed. */
function corrects(last: ContractPeriod, term: ContractTerm): boolean {
  if (last.endsOn === null) return true;
  return term.endsOn !== null && term.endsOn <= addDays(last.endsOn, GRACE_DAYS);
}

/** The period that a term adds, after whatever covers the customer so far; closes one that ran until further notice. */
function following(periods: ContractPeriod[], term: ContractTerm, overwritten: boolean): ContractPeriod {
  const last = periods.at(-1);
  // Where the start is that of the contract before, the renewal came when it was seen.
  const begins = overwritten ? term.endKnownOn : term.startsOn;
  if (!last) return { startsOn: term.startsOn, endsOn: term.endsOn, ...said(term), renewedAfterDays: null };
  const covered = last.endsOn ?? addDays(begins, -1);
  if (last.endsOn === null) periods[periods.length - 1] = { ...last, endsOn: covered };
  const lateDays = Math.max(daysBetween(covered, begins) - 1, 0);
  const lapsed = begins > addDays(covered, GRACE_DAYS);
  const next = addDays(covered, 1);
  return {
    startsOn: begins > next && (lapsed || !overwritten) ? begins : next,
    endsOn: term.endsOn,
    ...said(term),
    renewedAfterDays: lapsed ? null : lateDays,
  };
}

function said({ cancelledOn, endKnownOn, annualValueMinor }: ContractTerm) {
  return { cancelledOn, endKnownOn, ...(annualValueMinor !== undefined && { annualValueMinor }) };
}
