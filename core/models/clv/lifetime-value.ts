import { gamma } from '../../math/random.ts';
import type { Random } from '../../ports/clock.ts';
import type { FittedGammaGamma } from './gamma-gamma.ts';
import type { FittedTransactionModel } from './transaction-model.ts';
import type { TransactionRow } from './transaction-row.ts';

/** What a model of spend is asked: amounts are Gamma(p, nu), with the customer's nu Gamma(shape, rate). */
export interface SpendModel<Row> {
  readonly parameters: { readonly p: number };
  /** Expected amount of a future purchase day. */
  expectedSpend(row: Row): number;
  posterior(row: Row): { shape: number; rate: number };
}

/** The models of value of a book; `spend` is a plain mean where the model of spend has nothing to learn from. */
export interface ValueModels<Spend = FittedGammaGamma> {
  transactions: FittedTransactionModel;
  spend: Spend | { mean: number };
}

/** Over which time, and in whose money. */
export interface ValueTerms {
  /** Any horizon: 365 / 7 for 12 months; Infinity for the whole residual lifetime. */
  weeks: number;
  /** Discount factor of one week; 1 for none. */
  discountPerWeek: number;
  /** Contribution margin as a share of revenue, 0..1; 1 for value in revenue. */
  margin: number;
}

/** Expected amount of the next purchase. */
export function expectedSpend<Row>({ spend }: ValueModels<SpendModel<Row>>, row: Row): number {
  return 'mean' in spend ? spend.mean : spend.expectedSpend(row);
}

/** Discounted expected money of the time to come. */
export function lifetimeValue<Spent>(
  models: ValueModels<SpendModel<Spent>>,
  row: TransactionRow & Spent,
  terms: ValueTerms,
): number {
  const { weeks, discountPerWeek, margin } = terms;
  return models.transactions.discountedPurchases(row, weeks, discountPerWeek) * expectedSpend(models, row) * margin;
}

/** Money of the time to come if the customer stays, undiscounted: posterior purchase rate while active x expected spend x time. */
export function valueIfKept<Spent>(
  models: ValueModels<SpendModel<Spent>>,
  row: TransactionRow & Spent,
  terms: Pick<ValueTerms, 'weeks' | 'margin'>,
): number {
  return models.transactions.purchaseRateWhileActive(row) * terms.weeks * expectedSpend(models, row) * terms.margin;
}

/** Simulated sums of discounted money over the horizon, in no order. */
export function simulatedMoney<Spent>(
  models: ValueModels<SpendModel<Spent>>,
  row: TransactionRow & Spent,
  terms: ValueTerms,
  draws: number,
  random: Random,
): Float64Array {
  const { weeks, discountPerWeek, margin } = terms;
  return Float64Array.from({ length: draws }, () => {
    const amount = spender(models, row, random);
    let money = 0;
    models.transactions.drawPurchases(row, weeks, random, (week) => {
      money += amount() * discountPerWeek ** week;
    });
    return money * margin;
  });
}

/** Draws the customer's own level of spend from its posterior, then amounts around it. */
function spender<Row>({ spend }: ValueModels<SpendModel<Row>>, row: Row, random: Random): () => number {
  if ('mean' in spend) return () => spend.mean;
  const { shape, rate } = spend.posterior(row);
  const { p } = spend.parameters;
  const nu = gamma(random, shape) / rate;
  return () => gamma(random, p) / nu;
}
