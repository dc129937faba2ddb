import type { Book, BookCustomer } from '../backtest/book.ts';
import { addDays, type CalendarDay, daysBetween, fromDayNumber } from '../domain/calendar-day.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import { expectedSpend, type SpendModel, type ValueModels } from '../models/clv/lifetime-value.ts';
import type { OrderSpendRow } from '../models/clv/order-spend.ts';
import { spreadOfSum } from './book-value.ts';
import { type CohortPeriod, periodIndex, periodName } from './cohort-periods.ts';

/** Customers by the month, or quarter, of their first purchase, followed by as long periods. */
export interface Cohort {
  /** "2026-03", or "2026 Q1". */
  period: string;
  customers: number;
  /** Share of them who bought in the period of their first purchase, the one after, ...; the triangle of retention. */
  active: readonly number[];
  /** Their money in the same periods. */
  revenue: readonly number[];
}

/** Retention and revenue triangles of a book, as known on a day. */
export function cohortTriangle(book: Book, asOf: CalendarDay, period: CohortPeriod = 'month'): readonly Cohort[] {
  const indexOf = (day: number) => periodIndex(fromDayNumber(day), period);
  const last = periodIndex(asOf, period);
  const cohorts = new Map<number, { customers: number; active: number[]; revenue: number[] }>();
  for (const customerId of book.customerIds) {
    const days = book.daysOf(customerId, asOf);
    const [first] = days;
    if (!first) continue;
    const start = indexOf(first.day);
    const cohort = cohorts.get(start) ?? {
      customers: 0,
      active: Array.from({ length: last - start + 1 }, () => 0),
      revenue: Array.from({ length: last - start + 1 }, () => 0),
    };
    cohorts.set(start, cohort);
    cohort.customers += 1;
    let seen = -1;
    for (const { day, amount } of days) {
      const age = indexOf(day) - start;
      cohort.revenue[age] = (cohort.revenue[age] ?? 0) + amount;
      if (age !== seen) cohort.active[age] = (cohort.active[age] ?? 0) + 1;
      seen = age;
    }
  }
  return [...cohorts]
    .sort(([a], [b]) => a - b)
    .map(([start, { customers, active, revenue }]) => ({
      period: periodName(start, period),
      customers,
      active: active.map((count) => count / customers),
      revenue,
    }));
}

/** What was expected of a cohort in the holdout, and what came. */
export interface CohortForecast {
  month: string;
  customers: number;
  expectedCount: number;
  actualCount: number;
  expectedSpend: number;
  actualSpend: number;
}

/** Forecast against actual by month of first purchase; predictions and outcomes in the order of the customers. */
export function forecastByCohort(
  customers: readonly BookCustomer[],
  predicted: { counts: ArrayLike<number>; spends: ArrayLike<number> },
  outcomes: readonly ValueOutcome[],
): readonly CohortForecast[] {
  const cohorts = new Map<string, CohortForecast>();
  for (const [i, { firstDay }] of customers.entries()) {
    const month = firstDay.slice(0, 7);
    const cohort = cohorts.get(month) ?? {
      month,
      customers: 0,
      expectedCount: 0,
      actualCount: 0,
      expectedSpend: 0,
      actualSpend: 0,
    };
    cohort.customers += 1;
    cohort.expectedCount += predicted.counts[i] as number;
    cohort.expectedSpend += predicted.spends[i] as number;
    cohort.actualCount += outcomes[i]?.count ?? 0;
    cohort.actualSpend += outcomes[i]?.spend ?? 0;
    cohorts.set(month, cohort);
  }
  return [...cohorts.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
}

/** Money of a month to come from the customers of today, undiscounted; new customers are not in it. */
export interface MonthForecast {
  from: CalendarDay;
  /** Inclusive. */
  to: CalendarDay;
  expected: number;
  /** 80 % interval of what chance alone can do; the parameters' own uncertainty is not in it. */
  low: number;
  high: number;
  /** The same customers in the same days a year before; in the days just before, as many, where the book is younger. */
  seasonalNaive: number;
  /** What came; null for a month that is not over. */
  actual: number | null;
}

const MONTH_DAYS = 30;
/** 90th percentile of the standard normal. */
const Z90 = 1.2815515655446004;

/**
 * Portfolio forecast of the customers of a day by 30-day months.
 *
 * @param knownUntil outcomes are read up to this day
 */
export function portfolioForecast(
  book: Book,
  customers: readonly BookCustomer[],
  models: ValueModels<SpendModel<OrderSpendRow>>,
  options: { asOf: CalendarDay; months: number; knownUntil: CalendarDay },
): readonly MonthForecast[] {
  const { asOf, months, knownUntil } = options;
  const spends = customers.map((customer) => expectedSpend(models, customer));
  const cumulative = (weeks: number) =>
    customers.reduce(
      (sum, customer, i) => sum + models.transactions.expectedPurchases(customer, weeks) * (spends[i] as number),
      0,
    );
  const old = daysBetween(book.firstDay, asOf) >= 365 + MONTH_DAYS;
  // Of the first month for every month; later ones, in which more have left, vary less.
  const spread = spreadOfSum(models, customers, { weeks: MONTH_DAYS / 7, discountPerWeek: 1, margin: 1 });
  const forecast: MonthForecast[] = [];
  let before = 0;
  for (let month = 1; month <= months; month += 1) {
    const [from, to] = [addDays(asOf, (month - 1) * MONTH_DAYS + 1), addDays(asOf, month * MONTH_DAYS)];
    const total = cumulative((month * MONTH_DAYS) / 7);
    const expected = total - before;
    before = total;
    const back = old ? 365 : MONTH_DAYS * month;
    const naive = book.outcomesOf(customers, addDays(from, -back - 1), earlier(addDays(to, -back), asOf));
    const came = to <= knownUntil ? book.outcomesOf(customers, addDays(from, -1), to) : null;
    forecast.push({
      from,
      to,
      expected,
      low: Math.max(expected - Z90 * spread, 0),
      high: expected + Z90 * spread,
      seasonalNaive: naive.reduce((sum, each) => sum + each.spend, 0),
      actual: came === null ? null : came.reduce((sum, each) => sum + each.spend, 0),
    });
  }
  return forecast;
}

function earlier(a: CalendarDay, b: CalendarDay): CalendarDay {
  return a < b ? a : b;
}
