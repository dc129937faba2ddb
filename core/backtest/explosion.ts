import type { TransactionRow } from '../models/clv/transaction-row.ts';
import { LEAST_AGE_WEEKS } from './members.ts';

/** Customers leave: nobody's buy this many times more often, on the whole, than if all went on as they have so far. */
const EXPLODED = 2;

/**
 * Names expectations that have come loose from what the book has seen; empty when they have not.
 *
 * @param counts purchases expected of each customer in the next `weeks`
 */
export function explosionOf(
  name: string,
  counts: Float64Array,
  customers: readonly TransactionRow[],
  weeks: number,
): readonly string[] {
  const expected = counts.reduce((sum, count) => sum + count, 0) / weeks;
  const repeats = customers.reduce((sum, { frequency }) => sum + frequency, 0);
  const gapWeeks = customers.reduce((sum, { recencyWeeks }) => sum + recencyWeeks, 0) / Math.max(repeats, 1);
  const soFar = customers.reduce(
    (sum, { frequency, ageWeeks }) => sum + (frequency + 1) / (Math.max(ageWeeks, LEAST_AGE_WEEKS) + gapWeeks),
    0,
  );
  return expected > EXPLODED * soFar
    ? [
        `${name}: It expects ${expected.toFixed(1)} purchases a week of customers who would make ${soFar.toFixed(1)} if all went on as so far: do not use it on this book.`,
      ]
    : [];
}
