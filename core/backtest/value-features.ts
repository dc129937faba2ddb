import { type CalendarDay, dayNumber } from '../domain/calendar-day.ts';
import type { LearnedValueRow } from '../models/clv/learned-value.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { Book, BookCustomer, NetDay } from './book.ts';

/**
 * What the learned value models see beside the expectations, in this order. Times are logarithms of weeks and money is relative to
 * the customer's own or to what is usual, so that a feature means the same in a short and in a long history.
 */
export const VALUE_FEATURES = [
  'log repeat purchases',
  'log silence',
  'silence over own usual gap',
  'share of the life up to the last purchase',
  'log expected purchases a week',
  'log chance of no purchase',
  'purchases lately over the rate of life',
  'money lately over the rate of life',
  'last amount over own mean',
  'first amount over own mean',
  'log mean amount over expected amount',
  'log expected amount over the book’s',
  'irregularity of gaps',
] as const;

/** The models whose expectations a learned model starts from. */
export interface BaseModels {
  transactions: FittedTransactionModel;
  /** Expected amount of a purchase day. */
  spendOf(customer: BookCustomer): number;
}

/** Rows of the learned models, in the order of the customers; facts up to `asOf` alone. */
export function valueRows(
  base: BaseModels,
  question: { book: Book; asOf: CalendarDay; weeks: number; customers: readonly BookCustomer[] },
): readonly LearnedValueRow[] {
  const { book, asOf, weeks, customers } = question;
  const amounts = customers.map((customer) => Math.max(base.spendOf(customer), LEAST_AMOUNT));
  const usual = amounts.reduce((sum, each) => sum + each, 0) / Math.max(amounts.length, 1);
  return customers.map((customer, i) => {
    const amount = amounts[i] as number;
    const expectedCount = Math.max(base.transactions.expectedPurchases(customer, weeks), LEAST_COUNT);
    const none = base.transactions.probabilityOfNoPurchase(customer, weeks);
    const probabilityOfPurchase = Math.min(Math.max(1 - none, LEAST_COUNT), 1, expectedCount);
    const values = featuresOf(customer, book.daysOf(customer.customerId, asOf), dayNumber(asOf), {
      perWeek: expectedCount / weeks,
      chanceOfNone: 1 - probabilityOfPurchase,
      amount,
      usualAmount: usual,
    });
    return { values, expectedCount, probabilityOfPurchase, expectedSpend: expectedCount * amount };
  });
}

/** Expectations below this are as good as none, and have no logarithm worth learning from. */
const LEAST_COUNT = 1e-4;
const LEAST_AMOUNT = 1e-6;
/** Purchase days that "lately" means. */
const LATELY_WEEKS = 8;

function featuresOf(
  customer: BookCustomer,
  days: readonly NetDay[],
  asOf: number,
  expected: { perWeek: number; chanceOfNone: number; amount: number; usualAmount: number },
): readonly number[] {
  const { frequency, recencyWeeks, ageWeeks, meanPurchase } = customer;
  const silence = ageWeeks - recencyWeeks;
  const usualGap = frequency > 0 ? recencyWeeks / frequency : ageWeeks;
  const lately = days.filter((each) => asOf - each.day < LATELY_WEEKS * 7);
  const spentLately = lately.reduce((sum, each) => sum + each.amount, 0);
  const weeksOfLife = Math.max(ageWeeks, LATELY_WEEKS);
  const share = Math.min(LATELY_WEEKS / weeksOfLife, 1);
  const purchases = frequency + 1;
  return [
    Math.log1p(frequency),
    Math.log1p(silence),
    Math.log1p(silence / (usualGap + 1)),
    ageWeeks > 0 ? recencyWeeks / ageWeeks : 0,
    Math.log(expected.perWeek),
    Math.log(expected.chanceOfNone + 1e-3),
    Math.log((lately.length + 0.5) / (purchases * share + 0.5)),
    Math.log(
      (spentLately + meanPurchase / 2 + LEAST_AMOUNT) /
        (purchases * meanPurchase * share + meanPurchase / 2 + LEAST_AMOUNT),
    ),
    logRatio(days.at(-1)?.amount ?? 0, meanPurchase),
    logRatio(days[0]?.amount ?? 0, meanPurchase),
    logRatio(meanPurchase, expected.amount),
    logRatio(expected.amount, expected.usualAmount),
    irregularity(days),
  ];
}

/** Logarithm of a ratio, bounded: an amount near 0 is no signal without end. */
function logRatio(a: number, b: number): number {
  return Math.log((a + LEAST_AMOUNT) / (b + LEAST_AMOUNT) + 0.02);
}

/** Standard deviation of the gaps over their mean; 1, that of chance, where there are too few. */
function irregularity(days: readonly NetDay[]): number {
  if (days.length < 4) return 1;
  const gaps = days.slice(1).map((each, i) => each.day - (days[i] as NetDay).day);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
}
