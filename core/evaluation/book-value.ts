import type { BookCustomer } from '../backtest/book.ts';
import { seededRandom } from '../math/random.ts';
import { DISCOUNT_PER_WEEK, YEAR_WEEKS } from '../models/clv/discounting.ts';
import {
  lifetimeValue,
  type SpendModel,
  simulatedMoney,
  type ValueModels,
  valueIfKept,
} from '../models/clv/lifetime-value.ts';
import type { OrderSpendRow } from '../models/clv/order-spend.ts';

/** The money of today's customers over a horizon, discounted at 10 % a year. */
export interface BookValue {
  months: number;
  total: number;
  /** 80 % interval of what chance alone can do with the total. */
  low: number;
  high: number;
  /** If nobody left, undiscounted. */
  ifKept: number;
}

const MONTHS = [3, 12, 36] as const;
/** Customers simulated for an interval, and how often; the spread of the sum is scaled to the book. */
const SIMULATED_CUSTOMERS = 500;
const FUTURES = 60;
const SEED = 1_987;
/** 90th percentile of the standard normal. */
const Z90 = 1.2815515655446004;

/**
 * What a book is worth over 3, 12 and 36 months.
 *
 * @param margin contribution margin as a share of revenue, 0..1; 1 for value in revenue
 */
export function bookValues(
  models: ValueModels<SpendModel<OrderSpendRow>>,
  customers: readonly BookCustomer[],
  margin: number,
): readonly BookValue[] {
  return MONTHS.map((months) => {
    const terms = { weeks: (YEAR_WEEKS * months) / 12, discountPerWeek: DISCOUNT_PER_WEEK, margin };
    const sum = (of: (customer: BookCustomer) => number) => customers.reduce((all, each) => all + of(each), 0);
    const total = sum((customer) => lifetimeValue(models, customer, terms));
    const spread = Z90 * spreadOfSum(models, customers, terms);
    return {
      months,
      total,
      low: Math.max(total - spread, 0),
      high: total + spread,
      ifKept: sum((customer) => valueIfKept(models, customer, terms)),
    };
  });
}

/** Standard deviation of the sum of the customers' money: customers are independent, so variances add up. */
export function spreadOfSum(
  models: ValueModels<SpendModel<OrderSpendRow>>,
  customers: readonly BookCustomer[],
  terms: { weeks: number; discountPerWeek: number; margin: number },
): number {
  const random = seededRandom(SEED);
  const step = Math.max(1, Math.ceil(customers.length / SIMULATED_CUSTOMERS));
  const sample = customers.filter((_, i) => i % step === 0);
  const variance = sample.reduce((sum, customer) => {
    const futures = simulatedMoney(models, customer, terms, FUTURES, random);
    const mean = futures.reduce((all, each) => all + each, 0) / FUTURES;
    return sum + futures.reduce((all, each) => all + (each - mean) ** 2, 0) / (FUTURES - 1);
  }, 0);
  return Math.sqrt((variance * customers.length) / Math.max(sample.length, 1));
}
