import { seededRandom } from '../math/random.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';
import { r2 } from './regression.ts';

/** Simulated customers at most: the ceiling to about two digits. */
const CUSTOMERS = 40_000;
const SEED = 2_005;

/**
 * The R2 of counts that the true parameters would reach on a book like this one: customers as old as these, simulated from the
 * fitted model and predicted by it. What a model is short of it may be bias; what the ceiling is short of 1 is chance.
 */
export function simulatedCeiling(
  model: FittedTransactionModel,
  rows: readonly TransactionRow[],
  weeks: number,
): number {
  const random = seededRandom(SEED);
  const predicted: number[] = [];
  const actual: number[] = [];
  const newcomer = { frequency: 0, recencyWeeks: 0, ageWeeks: 0 };
  const rounds = Math.max(1, Math.floor(CUSTOMERS / rows.length));
  const step = Math.max(1, Math.ceil(rows.length / CUSTOMERS));
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < rows.length; i += step) {
      const { ageWeeks } = rows[i] as TransactionRow;
      let [frequency, recencyWeeks, later] = [0, 0, 0];
      model.drawPurchases(newcomer, ageWeeks + weeks, random, (week) => {
        if (week > ageWeeks) later += 1;
        else {
          frequency += 1;
          recencyWeeks = week;
        }
      });
      predicted.push(model.expectedPurchases({ frequency, recencyWeeks, ageWeeks }, weeks));
      actual.push(later);
    }
  }
  return r2(predicted, actual);
}
