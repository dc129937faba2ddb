import type { Book, BookCustomer } from '../backtest/book.ts';
import { addDays, type CalendarDay, dayNumber, daysBetween } from '../domain/calendar-day.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';

/** Cumulative repeat purchases by week, as the tracking plot of the literature shows them (Fader, Hardie & Lee 2005, figure 3). */
export interface Tracking {
  /** End of each week. */
  weekEnds: readonly CalendarDay[];
  actual: readonly number[];
  /** By model name. */
  expected: Readonly<Record<string, readonly number[]>>;
}

/** Customers by repeat purchases in the calibration, the last class open (their figure 2). */
export interface Frequencies {
  /** 0, 1, ..., the last meaning "or more". */
  purchases: readonly number[];
  actual: readonly number[];
  expected: Readonly<Record<string, readonly number[]>>;
}

/** Customers with this many repeat purchases in the calibration (their figure 4). */
export interface ConditionalMean {
  purchases: number;
  /** True for the last class: this many or more. */
  open: boolean;
  customers: number;
  expected: number;
  actual: number;
}

/** Repeat purchases a class of its own up to this many. */
const LAST_CLASS = 7;

/** The weekly course of the book's repeat purchases, of the customers of the calibration's end. */
export function trackingOf(
  book: Book,
  customers: readonly BookCustomer[],
  models: readonly FittedTransactionModel[],
  holdoutEnd: CalendarDay,
): Tracking {
  const start = dayNumber(book.firstDay);
  const weeks = Math.floor((daysBetween(book.firstDay, holdoutEnd) + 1) / 7);
  const weekly = new Float64Array(weeks + 1);
  /** Customers by the day of their first purchase: all that a newcomer's expectation depends on. */
  const joined = new Map<number, number>();
  for (const customer of customers) {
    const days = book.daysOf(customer.customerId, holdoutEnd);
    for (const { day } of days.slice(1)) {
      const week = Math.floor((day - start) / 7);
      if (week < weeks) weekly[week] = (weekly[week] as number) + 1;
    }
    const first = dayNumber(customer.firstDay);
    joined.set(first, (joined.get(first) ?? 0) + 1);
  }
  let running = 0;
  const actual = Array.from({ length: weeks }, (_, week) => {
    running += weekly[week] as number;
    return running;
  });
  const weekEnds = actual.map((_, week) => addDays(book.firstDay, week * 7 + 6));
  const expected = models.map((model) => {
    // Ages are whole days: each is asked for once.
    const known = new Map<number, number>();
    const newcomer = (days: number) => {
      const value = known.get(days) ?? model.expectedPurchasesOfNewcomer(days / 7);
      known.set(days, value);
      return value;
    };
    const course = weekEnds.map((end) => {
      let sum = 0;
      for (const [first, count] of joined) {
        const age = dayNumber(end) - first;
        if (age > 0) sum += count * newcomer(age);
      }
      return sum;
    });
    return [model.name, course] as const;
  });

  return { weekEnds, actual, expected: Object.fromEntries(expected) };
}

/** How many customers with 0, 1, 2, ... repeat purchases there are, and should be. */
export function frequenciesOf(
  customers: readonly BookCustomer[],
  models: readonly FittedTransactionModel[],
): Frequencies {
  const purchases = Array.from({ length: LAST_CLASS + 1 }, (_, n) => n);
  const actual = purchases.map(() => 0);
  /** Customers by age in days. */
  const ages = new Map<number, number>();
  for (const { frequency, ageWeeks } of customers) {
    const at = Math.min(frequency, LAST_CLASS);
    actual[at] = (actual[at] ?? 0) + 1;
    ages.set(ageWeeks, (ages.get(ageWeeks) ?? 0) + 1);
  }
  const newcomer = { frequency: 0, recencyWeeks: 0, ageWeeks: 0 };
  const expected = models.map((model) => {
    const counts = purchases.map(() => 0);
    for (const [ageWeeks, count] of ages) {
      const distribution = model.distributionOfPurchases(newcomer, ageWeeks, LAST_CLASS - 1);
      let rest = 1;
      for (const [n, probability] of distribution.entries()) {
        counts[n] = (counts[n] ?? 0) + count * probability;
        rest -= probability;
      }
      counts[LAST_CLASS] = (counts[LAST_CLASS] ?? 0) + count * rest;
    }
    return [model.name, counts] as const;
  });
  return { purchases, actual, expected: Object.fromEntries(expected) };
}

/** Mean purchases in the holdout by repeat purchases before it, expected and actual. */
export function conditionalMeans(
  customers: readonly BookCustomer[],
  expected: ArrayLike<number>,
  outcomes: readonly ValueOutcome[],
): readonly ConditionalMean[] {
  const classes = Array.from({ length: LAST_CLASS + 1 }, (_, purchases) => ({
    purchases,
    open: purchases === LAST_CLASS,
    customers: 0,
    expected: 0,
    actual: 0,
  }));
  for (const [i, { frequency }] of customers.entries()) {
    const each = classes[Math.min(frequency, LAST_CLASS)];
    if (!each) continue;
    each.customers += 1;
    each.expected += expected[i] as number;
    each.actual += outcomes[i]?.count ?? 0;
  }
  return classes
    .filter((each) => each.customers > 0)
    .map((each) => ({ ...each, expected: each.expected / each.customers, actual: each.actual / each.customers }));
}
