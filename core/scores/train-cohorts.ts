import type { CalendarDay } from '../domain/calendar-day.ts';
import { addDays } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import {
  type CohortPeriod,
  firstDayOf,
  lastCompleteDay,
  MOST_COHORTS,
  periodFor,
  periodIndex,
  periodName,
} from '../evaluation/cohort-periods.ts';
import { type Cohort, cohortTriangle } from '../evaluation/cohorts.ts';
import { type ContractTerm, termsKnownOn } from '../features/contract.ts';
import { isContractual, type LeavingRule } from './leaving.ts';
import { roundMoney } from './numbers.ts';
import type { TrainingCustomer } from './train.ts';
import { trainingBook } from './training-book.ts';

/** Customers by when they came, followed period by period up to a day. Money in major units of the book's currency. */
export interface CohortReport {
  /** The last day of the last period that is over. */
  until: CalendarDay;
  period: CohortPeriod;
  /** What staying is: an order in the period, or a contract on its last day. */
  staying: 'ordered' | 'under-contract';
  /** Customers looked at, the older cohorts' included, and how many of them are in an older cohort than is listed. */
  customers: number;
  older: number;
  /** The newest 24, the earliest first. */
  cohorts: readonly CohortRow[];
}

/** A row of the triangle; the first number of each list is of the period in which they came. */
export interface CohortRow {
  name: string;
  customers: number;
  /** Share of them, 0..1. */
  stayed: readonly number[];
  /** Money for each of them, in each period, and up to its end. */
  revenue: readonly number[];
  revenueSoFar: readonly number[];
}

/** Counts the triangles of a training's customers; null without a customer in a period that is over. */
export function trainCohorts(
  sample: readonly TrainingCustomer[],
  { asOf, currency, rule }: { asOf: CalendarDay; currency: string; rule: LeavingRule },
): CohortReport | null {
  const book = trainingBook(sample, currency);
  const contracts = isContractual(rule);
  const firstDay = contracts ? firstStart(sample, asOf) : (book?.firstDay ?? null);
  if (firstDay === null || firstDay > asOf) return null;
  const period = periodFor(firstDay, asOf);
  const until = lastCompleteDay(asOf, period);
  const all = contracts
    ? contractTriangle(sample, until, { period, currency })
    : book && cohortTriangle(book, until, period);
  if (!all || all.length === 0) return null;
  const customers = (cohorts: readonly Cohort[]) => cohorts.reduce((sum, each) => sum + each.customers, 0);
  const listed = all.slice(-MOST_COHORTS);
  return {
    until,
    period,
    staying: contracts ? 'under-contract' : 'ordered',
    customers: customers(all),
    older: customers(all) - customers(listed),
    cohorts: listed.map((cohort) => rowOf(cohort, currency)),
  };
}

function rowOf({ period, customers, active, revenue }: Cohort, currency: string): CohortRow {
  let sum = 0;
  const soFar = revenue.map((money) => {
    sum += money;
    return sum;
  });
  const each = (money: number) => roundMoney(money / customers, currency);
  return {
    name: period,
    customers,
    stayed: active.map((share) => Number(share.toFixed(4))),
    revenue: revenue.map(each),
    revenueSoFar: soFar.map(each),
  };
}

function firstStart(sample: readonly TrainingCustomer[], asOf: CalendarDay): CalendarDay | null {
  const starts = sample.flatMap(({ terms }) => termsKnownOn(terms, asOf).map(({ startsOn }) => startsOn));
  return starts.reduce<CalendarDay | null>((first, day) => (first === null || day < first ? day : first), null);
}

/** By the start of the first contract; staying is to be covered on the last day of a period, money is what was paid in it. */
function contractTriangle(
  sample: readonly TrainingCustomer[],
  until: CalendarDay,
  { period, currency }: { period: CohortPeriod; currency: string },
): readonly Cohort[] {
  const last = periodIndex(until, period);
  const cohorts = new Map<number, { customers: number; covered: number[]; revenue: number[] }>();
  for (const customer of sample) {
    const terms = termsKnownOn(customer.terms, until);
    const [first] = terms.map(({ startsOn }) => startsOn).sort();
    if (first === undefined) continue;
    const start = periodIndex(first, period);
    const empty = () => Array.from({ length: last - start + 1 }, () => 0);
    const cohort = cohorts.get(start) ?? { customers: 0, covered: empty(), revenue: empty() };
    cohorts.set(start, cohort);
    cohort.customers += 1;
    for (const age of cohort.covered.keys()) {
      if (isCovered(terms, addDays(firstDayOf(start + age + 1, period), -1)))
        cohort.covered[age] = (cohort.covered[age] as number) + 1;
    }
    for (const { day, amountMinor } of customer.purchasesAt(until)) {
      const age = Math.max(periodIndex(day, period) - start, 0);
      cohort.revenue[age] = (cohort.revenue[age] as number) + toMajor(amountMinor, currency);
    }
  }
  return [...cohorts]
    .sort(([a], [b]) => a - b)
    .map(([start, { customers, covered, revenue }]) => ({
      period: periodName(start, period),
      customers,
      active: covered.map((count) => count / customers),
      revenue,
    }));
}

function isCovered(terms: readonly ContractTerm[], day: CalendarDay): boolean {
  return terms.some(({ startsOn, endsOn }) => startsOn <= day && (endsOn === null || endsOn >= day));
}
