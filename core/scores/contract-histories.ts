import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { ContractTerm } from '../features/contract.ts';
import {
  type ContractPeriod,
  contractPeriods,
  GRACE_DAYS,
  OPEN_PERIOD_DAYS,
  periodDays,
  termsWithin,
} from '../features/contract-periods.ts';
import { type ContractHistory, termLength } from '../models/clv/contract-value.ts';

/** The terms of a customer that had begun, and whose end had been seen, by a day: no end is used that was learned later. */
export function termsSeenBy(terms: readonly ContractTerm[], day: CalendarDay): readonly ContractTerm[] {
  return terms
    .filter(({ startsOn, endKnownOn }) => startsOn <= day && endKnownOn <= day)
    .map((term) => (term.cancelledOn !== null && term.cancelledOn > day ? { ...term, cancelledOn: null } : term));
}

/** What became of each contract of a customer by a day. Notice alone loses none: those who renew had no chance yet to say so. */
export function contractHistories(terms: readonly ContractTerm[], day: CalendarDay): readonly ContractHistory[] {
  // A renewal agreed early counts from its own first day, as a loss does.
  const periods = contractPeriods(termsSeenBy(terms, day)).filter(({ startsOn }) => startsOn <= day);
  const contracts: ContractPeriod[][] = [];
  for (const period of periods) {
    if (period.renewedAfterDays === null) contracts.push([]);
    contracts.at(-1)?.push(period);
  }
  return contracts.map((own, index) => historyOf(own, day, index < contracts.length - 1));
}

function historyOf(periods: readonly ContractPeriod[], day: CalendarDay, lapsed: boolean): ContractHistory {
  const newest = periods.at(-1) as ContractPeriod;
  const renewedAfterDays = periods.flatMap((period) =>
    period.renewedAfterDays === null ? [] : [period.renewedAfterDays],
  );
  const days = periodDays(newest);
  if (days === null) {
    const { cancelledOn } = newest;
    const began = (periods[0] as ContractPeriod).startsOn;
    return {
      length: 'open',
      renewals: Math.floor(Math.max(daysBetween(began, cancelledOn ?? day), 0) / OPEN_PERIOD_DAYS),
      lost: cancelledOn !== null,
      renewedAfterDays,
    };
  }
  const renewals = periods.reduce((sum, period) => sum + termsWithin(period), 0) - 1;
  return {
    length: termLength(days / termsWithin(newest)),
    // Of the terms within one that was seen on the way, those after the day have not begun.
    renewals: newest.endsOn !== null && newest.endsOn > day ? renewals - termsAhead(newest, day) : renewals,
    lost: lapsed || (newest.endsOn !== null && addDays(newest.endsOn, GRACE_DAYS) < day),
    renewedAfterDays,
  };
}

/** Terms within a period that begin after the day. */
function termsAhead(period: ContractPeriod, day: CalendarDay): number {
  const terms = termsWithin(period);
  const days = periodDays(period) ?? 1;
  const begun = Math.floor((terms * daysBetween(period.startsOn, day)) / days) + 1;
  return Math.max(terms - begun, 0);
}
