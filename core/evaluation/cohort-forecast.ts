import type { BacktestWindow } from '../backtest/backtest-windows.ts';
import type { BookCustomer } from '../backtest/book.ts';
import { daysBetween } from '../domain/calendar-day.ts';
import type { SpendModel, ValueModels } from '../models/clv/lifetime-value.ts';
import type { OrderSpendRow } from '../models/clv/order-spend.ts';
import { spreadOfSum } from './book-value.ts';
import { type CohortPeriod, MOST_COHORTS, periodIndex, periodName } from './cohort-periods.ts';

/** A window of the past: who was a customer on its first day, what was foretold then of each, and what came. */
export interface ForetoldWindow {
  window: BacktestWindow;
  customers: readonly BookCustomer[];
  /** Money in the window, undiscounted, in the order of the customers. */
  expected: ArrayLike<number>;
  actual: ArrayLike<number>;
  /** What chance is simulated from. */
  models: ValueModels<SpendModel<OrderSpendRow>>;
}

/** Money of some customers in a window: what was foretold on its first day with an 80 % interval, and what came. */
export interface ForetoldMoney {
  customers: number;
  expected: number;
  low: number;
  high: number;
  actual: number;
}

/** How a model's forecast of the past fared, by when customers came. */
export interface CohortForecast {
  window: BacktestWindow;
  period: CohortPeriod;
  /** The earliest first; what is older than `MOST_COHORTS` of them is one, called "before" the next. */
  cohorts: readonly (ForetoldMoney & { name: string })[];
  total: ForetoldMoney;
  /** Of the cohorts, how many came inside their interval. */
  inside: number;
  /** Sum of the cohorts' absolute errors by what came; null where nothing came. */
  weightedError: number | null;
  /** By how much chance alone was stretched, for what an earlier window missed by; 1 where there is none to learn it from. */
  stretch: number;
}

/** 90th percentile of the standard normal. */
const Z90 = 1.2815515655446004;

/**
 * Forecast against actual by when customers came. The interval of a sum is what chance can do with it, by simulation; models are wrong beyond chance,
 * by how much a window that was over before this one began tells.
 *
 * @param earlier a window that ended by the first day of `told`; null where there is none
 */
export function cohortForecast(
  told: ForetoldWindow,
  earlier: ForetoldWindow | null,
  period: CohortPeriod,
): CohortForecast {
  const stretch = earlier === null ? 1 : stretchOf(cohortsOf(earlier, period));
  const parts = cohortsOf(told, period).map(({ name, rows, spread }) => ({
    name,
    ...foretold(told, rows, stretch * spread),
  }));
  const total = foretold(
    told,
    Array.from(told.customers.keys()),
    stretch * spreadOfSum(told.models, told.customers, termsOf(told)),
  );
  const missed = parts.reduce((sum, { expected, actual }) => sum + Math.abs(expected - actual), 0);
  return {
    window: told.window,
    period,
    cohorts: parts,
    total,
    inside: parts.filter(({ low, high, actual }) => actual >= low && actual <= high).length,
    weightedError: total.actual > 0 ? missed / total.actual : null,
    stretch,
  };
}

interface CohortRows {
  name: string;
  rows: readonly number[];
  /** Standard deviation of the sum by chance alone. */
  spread: number;
  expected: number;
  actual: number;
}

function cohortsOf(told: ForetoldWindow, period: CohortPeriod): readonly CohortRows[] {
  const newest = told.customers.reduce((latest, { firstDay }) => Math.max(latest, periodIndex(firstDay, period)), 0);
  const oldest = newest - MOST_COHORTS + 1;
  const byCohort = Map.groupBy(told.customers.keys(), (row) =>
    Math.max(periodIndex((told.customers[row] as BookCustomer).firstDay, period), oldest - 1),
  );
  return [...byCohort]
    .sort(([a], [b]) => a - b)
    .map(([index, rows]) => ({
      name: index < oldest ? `before ${periodName(oldest, period)}` : periodName(index, period),
      rows,
      spread: spreadOfSum(
        told.models,
        rows.map((row) => told.customers[row] as BookCustomer),
        termsOf(told),
      ),
      expected: sumOf(told.expected, rows),
      actual: sumOf(told.actual, rows),
    }));
}

/** Root of the mean squared error in standard deviations of chance; at least 1: chance is always there. */
function stretchOf(cohorts: readonly CohortRows[]): number {
  const errors = cohorts.filter(({ spread }) => spread > 0).map((each) => (each.actual - each.expected) / each.spread);
  return Math.max(1, Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / Math.max(errors.length, 1)));
}

function foretold(told: ForetoldWindow, rows: readonly number[], spread: number): ForetoldMoney {
  const expected = sumOf(told.expected, rows);
  return {
    customers: rows.length,
    expected,
    low: Math.max(expected - Z90 * spread, 0),
    high: expected + Z90 * spread,
    actual: sumOf(told.actual, rows),
  };
}

function sumOf(values: ArrayLike<number>, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (values[row] as number), 0);
}

function termsOf({ window: { from, to } }: ForetoldWindow) {
  return { weeks: daysBetween(from, to) / 7, discountPerWeek: 1, margin: 1 };
}
