import type { BookCustomer, Outcome } from '../backtest/book.ts';
import { seededRandom } from '../math/random.ts';
import { type SpendModel, simulatedMoney, type ValueModels } from '../models/clv/lifetime-value.ts';
import type { OrderSpendRow } from '../models/clv/order-spend.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { Random } from '../ports/clock.ts';

/** A predictive distribution: transaction models by weight (one alone with weight 1), and amounts. */
export interface PredictiveModels {
  mixture: readonly { model: FittedTransactionModel; weight: number }[];
  spend: ValueModels<SpendModel<OrderSpendRow>>['spend'];
}

/** The levels of a predictive distribution between which 80 % of what comes should lie. */
export interface IntervalLevels {
  count: { low: number; high: number };
  spend: { low: number; high: number };
}

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

/** The 10th and 90th percentile. */
const NOMINAL: IntervalLevels = { count: { low: 0.1, high: 0.9 }, spend: { low: 0.1, high: 0.9 } };

/** Customers looked at: enough for two digits, whatever the size of the book. */
const MOST_CUSTOMERS = 5_000;
const MOST_BUYERS = 1_000;
const DRAWS = 100;
const MOST_TRIES = 20_000;
const SEED = 19_970_930;
/** From a window with fewer buyers, levels cannot be told. */
const LEAST_BUYERS = 100;

/**
 * Coverage of a predictive distribution. Customers are taken at even steps through the book; the randomness of the PIT and of the
 * simulation is seeded.
 *
 * @param levels learned on a window before (`learnLevels`); the 10th and 90th percentile when left out
 */
export function intervalCoverage(
  models: PredictiveModels,
  customers: readonly BookCustomer[],
  outcomes: readonly Outcome[],
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

/**
 * The levels that held 80 % of what came in a window of the past (conformal calibration: Romano, Patterson & Candes 2019), for the
 * distribution of the same models fitted before it: no family of distributions fits every book, and where it is too narrow in one
 * window it is in the next.
 */
export function learnLevels(
  models: PredictiveModels,
  customers: readonly BookCustomer[],
  outcomes: readonly Outcome[],
  weeks: number,
): IntervalLevels {
  if (outcomes.filter(({ count }) => count > 0).length < LEAST_BUYERS) return NOMINAL;
  const spends = spendPits(models, customers, outcomes, weeks);
  const counts = countPits(models, customers, outcomes, weeks);
  const { low, high } = innerLevels(counts.map(({ pit }) => pit));
  const { high: plain } = innerLevels(counts.map(({ below }) => below));
  return {
    count: { low, high: high + TOWARDS_PLAIN * (plain - high) },
    spend: spends.length < LEAST_BUYERS ? NOMINAL.spend : innerLevels(spends),
  };
}

/**
 * A count jumps over levels: fewer than a tenth lie above the one that splits the randomised PIT, and the one above which a tenth lie
 * leaves too little inside. Between the two, nearer to the first, both shares are near their aim.
 */
const TOWARDS_PLAIN = 0.25;

function innerLevels(pits: readonly number[]): { low: number; high: number } {
  const sorted = [...pits].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { low: at(0.1), high: at(0.9) };
}

/** Randomised PIT of each count, and the probability of fewer. */
function countPits(
  { mixture }: PredictiveModels,
  customers: readonly BookCustomer[],
  outcomes: readonly Outcome[],
  weeks: number,
): readonly { pit: number; below: number }[] {
  const random = seededRandom(SEED);
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0);
  return atEvenSteps(Array.from(customers.keys()), MOST_CUSTOMERS).map((i) => {
    const { count } = outcomes[i] as Outcome;
    let [below, exactly] = [0, 0];
    for (const { model, weight } of mixture) {
      const distribution = model.distributionOfPurchases(customers[i] as BookCustomer, weeks, count);
      const share = weight / total;
      for (let n = 0; n < count; n += 1) below += share * (distribution[n] as number);
      exactly += share * (distribution[count] as number);
    }
    return { pit: below + random.next() * exactly, below };
  });
}

/** PIT of the money of those who bought, given that they buy, by simulation. */
function spendPits(
  models: PredictiveModels,
  customers: readonly BookCustomer[],
  outcomes: readonly Outcome[],
  weeks: number,
): readonly number[] {
  const buyers = Array.from(customers.keys()).filter((i) => {
    const { count, spend } = outcomes[i] as Outcome;
    return count > 0 && spend > 0;
  });
  return atEvenSteps(buyers, MOST_BUYERS).flatMap((i) => {
    const random = seededRandom(SEED + i);
    const futures: number[] = [];
    for (let tries = 0; futures.length < DRAWS && tries < MOST_TRIES; tries += 1) {
      const money = oneFuture(models, customers[i] as BookCustomer, weeks, random);
      if (money > 0) futures.push(money);
    }
    if (futures.length < DRAWS) return [];
    const { spend } = outcomes[i] as Outcome;
    return [futures.filter((money) => money < spend).length / DRAWS];
  });
}

function oneFuture(
  { mixture, spend }: PredictiveModels,
  customer: BookCustomer,
  weeks: number,
  random: Random,
): number {
  let left = random.next() * mixture.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = mixture.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const { model } = (drawn ?? mixture.at(-1)) as PredictiveModels['mixture'][number];
  const terms = { weeks, discountPerWeek: 1, margin: 1 };
  return simulatedMoney({ transactions: model, spend }, customer, terms, 1, random)[0] as number;
}

function atEvenSteps<T>(values: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(values.length / most));
  return values.filter((_, i) => i % step === 0);
}
