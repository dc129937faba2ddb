import { seededRandom } from '../../math/random.ts';
import type { Random } from '../../ports/clock.ts';
import { type SpendModel, simulatedMoney, type ValueTerms } from './lifetime-value.ts';
import type { OrderAmounts } from './order-spend.ts';
import type { FittedTransactionModel } from './transaction-model.ts';
import type { TransactionRow } from './transaction-row.ts';

/** What a predictive distribution is asked about: when a customer bought, and for how much in all. */
export type PredictiveRow = TransactionRow & OrderAmounts;

/** A predictive distribution: transaction models by weight (one alone with weight 1), and amounts. */
export interface PredictiveModels<Row = PredictiveRow> {
  mixture: readonly { model: FittedTransactionModel; weight: number }[];
  spend: SpendModel<Row> | { mean: number };
}

/** Levels of a predictive distribution. */
export interface Levels {
  low: number;
  high: number;
}

/** The 10th and 90th percentile. */
export const NOMINAL_LEVELS: Levels = { low: 0.1, high: 0.9 };

/** Simulated futures behind an interval; the same random numbers for everybody, so that nobody's interval depends on others. */
const DRAWS = 200;
/** Seed of the futures behind every interval. */
export const INTERVAL_SEED = 20_261_124;

/**
 * 10th and 90th percentile of the discounted money of the time to come (finite horizons), by simulation from the posterior of the
 * models: rate, dropout and amounts. low <= `mean` <= high.
 *
 * @param levels where in the distribution of money, given that a customer buys, a tenth and nine tenths of what came have lain
 */
export function moneyInterval<Spent>(
  models: PredictiveModels<Spent>,
  row: TransactionRow & Spent,
  terms: ValueTerms,
  mean: number,
  levels: Levels = NOMINAL_LEVELS,
): { low: number; high: number } {
  const random = seededRandom(INTERVAL_SEED);
  const money = Float64Array.from({ length: DRAWS }, () => simulatedFuture(models, row, terms, random)).sort();
  const buying = money.filter((each) => each > 0);
  const none = 1 - buying.length / DRAWS;
  const at = (share: number) => {
    if (share <= none) return 0;
    const level = levelOf((share - none) / (1 - none), levels);
    return buying[Math.round(level * (buying.length - 1))] ?? 0;
  };
  return { low: Math.min(at(0.1), mean), high: Math.max(at(0.9), mean) };
}

/** Money of one simulated future, by a model drawn by weight. */
export function simulatedFuture<Spent>(
  { mixture, spend }: PredictiveModels<Spent>,
  row: TransactionRow & Spent,
  terms: ValueTerms,
  random: Random,
): number {
  let left = random.next() * mixture.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = mixture.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const { model } = (drawn ?? mixture.at(-1)) as PredictiveModels['mixture'][number];
  return simulatedMoney({ transactions: model, spend }, row, terms, 1, random)[0] as number;
}

/** The level that holds a share of what comes: .1 below `low`, .9 below `high`, in straight lines between and beyond. */
function levelOf(share: number, { low, high }: Levels): number {
  if (share < 0.1) return (share / 0.1) * low;
  if (share <= 0.9) return low + ((share - 0.1) / 0.8) * (high - low);
  return high + ((share - 0.9) / 0.1) * (1 - high);
}
