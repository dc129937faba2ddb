import { countPits, type IntervalLevels, NOMINAL, spendPits } from '../backtest/interval-levels.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import type { PredictiveModels, PredictiveRow } from '../models/clv/predictive.ts';

/** How often what came lay where the predictive distribution said. */
export interface IntervalCoverage {
  /**
   * Share of customers whose randomised PIT of the count lies between the levels: .8 when the distribution is right. Plain coverage
   * cannot say it: the shortest interval of a count that is mostly 0 covers far more than 80 %.
   */
  countPitInside: number;
  /** Share of customers with more purchases than the distribution has at its high level: at most .1 when it is right. */
  countAboveHigh: number;
  /** Of those who bought, the share whose money lay between the levels of it, given that they buy; null when none did. */
  buyersSpendInside: number | null;
  levels: IntervalLevels;
}

/**
 * Coverage of a predictive distribution. Customers are taken at even steps through the book; the randomness of the PIT and of the
 * simulation is seeded.
 *
 * @param levels learned on a window before (`learnLevels`); the 10th and 90th percentile when left out
 */
export function intervalCoverage(
  models: PredictiveModels,
  customers: readonly PredictiveRow[],
  outcomes: readonly ValueOutcome[],
  weeks: number,
  levels: IntervalLevels = NOMINAL,
): IntervalCoverage {
  const counts = countPits(models, customers, outcomes, weeks);
  const spends = spendPits(models, customers, outcomes, weeks);
  const share = <T>(of: readonly T[], which: (each: T) => boolean) => of.filter(which).length / of.length;
  const { count, spend } = levels;
  return {
    countPitInside: share(counts, ({ pit }) => pit > count.low && pit < count.high),
    // More than the smallest count at which the distribution reaches the level.
    countAboveHigh: share(counts, ({ below }) => below >= count.high),
    buyersSpendInside: spends.length === 0 ? null : share(spends, (pit) => pit >= spend.low && pit <= spend.high),
    levels,
  };
}
