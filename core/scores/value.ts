import type { Inputs } from '../features/inputs.ts';
import { beta, gamma, seededRandom } from '../math/random.ts';
import type { FittedBetaGeometric } from '../models/clv/beta-geometric.ts';
import type { FittedGammaGamma } from '../models/clv/gamma-gamma.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';

/** 12 months = 365 days, a week = 7 days. */
export const YEAR_WEEKS = 365 / 7;
/** 10 % a year, effective. */
const DISCOUNT_PER_WEEK = 1.1 ** (-7 / 365);
/** Simulated years behind an interval; the same random numbers for everybody, so that nobody's interval depends on others. */
const DRAWS = 200;
const SEED = 20_261_124;

/** The models of value of a book; `spend` is a plain mean where the Gamma-Gamma model has nothing to learn from. */
export interface ValueModels {
  transactions: FittedBetaGeometric;
  spend: FittedGammaGamma | { mean: number };
}

/** The three numbers of the literature from a customer's inputs. */
export function transactionRow(inputs: Pick<Inputs, 'purchases' | 'ageDays' | 'silenceDays'>): TransactionRow {
  const frequency = Math.max(inputs.purchases - 1, 0);
  const ageWeeks = inputs.ageDays / 7;
  return {
    frequency,
    ageWeeks,
    recencyWeeks: frequency === 0 ? 0 : Math.max(inputs.ageDays - inputs.silenceDays, 0) / 7,
  };
}

/** Expected amount of the next purchase. */
export function expectedSpend(models: ValueModels, inputs: Inputs): number {
  return 'mean' in models.spend ? models.spend.mean : models.spend.expectedSpend(inputs);
}

/** Discounted expected revenue of the next 365 days. */
export function clv12m(models: ValueModels, inputs: Inputs): number {
  const row = transactionRow(inputs);
  return models.transactions.discountedPurchases(row, YEAR_WEEKS, DISCOUNT_PER_WEEK) * expectedSpend(models, inputs);
}

/** Revenue of the next 365 days if the customer stays: posterior purchase rate while active x expected spend x a year. */
export function valueIfKept12m(models: ValueModels, inputs: Inputs): number {
  const { shape, rate } = models.transactions.posteriorWhileActive(transactionRow(inputs));
  return (shape / rate) * YEAR_WEEKS * expectedSpend(models, inputs);
}

/** 10th and 90th percentile of the discounted money of the next 365 days, by simulation from the posterior; high >= `mean`. */
export function interval12m(models: ValueModels, inputs: Inputs, mean: number): { low: number; high: number } {
  const row = transactionRow(inputs);
  const [alive] = models.transactions.predict([row]);
  const active = models.transactions.posteriorWhileActive(row);
  const random = seededRandom(SEED);
  const years = Float64Array.from({ length: DRAWS }, () => {
    if (random.next() >= (alive?.probabilityAlive ?? 0)) return 0;
    const rate = gamma(random, active.shape) / active.rate;
    const dropout = beta(random, active.a, active.b);
    const amount = spender(models, inputs, random);
    let money = 0;
    for (let week = 0; ; ) {
      week -= Math.log(1 - random.next()) / rate;
      if (!(week < YEAR_WEEKS)) return money;
      money += amount() * DISCOUNT_PER_WEEK ** week;
      if (random.next() < dropout) return money;
    }
  }).sort();
  const at = (share: number) => years[Math.round(share * (DRAWS - 1))] ?? 0;
  return { low: Math.min(at(0.1), mean), high: Math.max(at(0.9), mean) };
}

function spender(models: ValueModels, inputs: Inputs, random: ReturnType<typeof seededRandom>): () => number {
  if ('mean' in models.spend) {
    const { mean } = models.spend;
    return () => mean;
  }
  const { shape, rate } = models.spend.posterior(inputs);
  const { p } = models.spend.parameters;
  const nu = gamma(random, shape) / rate;
  return () => gamma(random, p) / nu;
}
