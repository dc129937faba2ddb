import { seededRandom } from '../math/random.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import {
  type Levels,
  NOMINAL_LEVELS,
  type PredictiveModels,
  type PredictiveRow,
  simulatedFuture,
} from '../models/clv/predictive.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { EnsembleWeights } from './ensemble.ts';
import { type Answer, spendOfOrders } from './members.ts';

/** The levels of a predictive distribution between which 80 % of what comes should lie. */
export interface IntervalLevels {
  count: Levels;
  /** Of the money of those who buy. */
  spend: Levels;
}

/** The 10th and 90th percentile. */
export const NOMINAL: IntervalLevels = { count: NOMINAL_LEVELS, spend: NOMINAL_LEVELS };

/** Customers looked at: enough for two digits, whatever the size of the book. */
const MOST_CUSTOMERS = 5_000;
const MOST_BUYERS = 1_000;
const DRAWS = 100;
const MOST_TRIES = 20_000;
const SEED = 19_970_930;
/** From a window with fewer buyers, levels cannot be told. */
const LEAST_BUYERS = 100;

/**
 * The levels that held 80 % of what came in a window of the past (conformal calibration: Romano, Patterson & Candes 2019), for the
 * distribution of the same models fitted before it: no family of distributions fits every book, and where it is too narrow in one
 * window it is in the next.
 */
function learnLevels(
  models: PredictiveModels,
  customers: readonly PredictiveRow[],
  outcomes: readonly ValueOutcome[],
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
export function countPits(
  { mixture }: PredictiveModels,
  customers: readonly PredictiveRow[],
  outcomes: readonly ValueOutcome[],
  weeks: number,
): readonly { pit: number; below: number }[] {
  const random = seededRandom(SEED);
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0);
  return atEvenSteps(Array.from(customers.keys()), MOST_CUSTOMERS).map((i) => {
    const { count } = outcomes[i] as ValueOutcome;
    let [below, exactly] = [0, 0];
    for (const { model, weight } of mixture) {
      const distribution = model.distributionOfPurchases(customers[i] as PredictiveRow, weeks, count);
      const share = weight / total;
      for (let n = 0; n < count; n += 1) below += share * (distribution[n] as number);
      exactly += share * (distribution[count] as number);
    }
    return { pit: below + random.next() * exactly, below };
  });
}

/** PIT of the money of those who bought, given that they buy, by simulation. */
export function spendPits(
  models: PredictiveModels,
  customers: readonly PredictiveRow[],
  outcomes: readonly ValueOutcome[],
  weeks: number,
): readonly number[] {
  const buyers = Array.from(customers.keys()).filter((i) => {
    const { count, spend } = outcomes[i] as ValueOutcome;
    return count > 0 && spend > 0;
  });
  const terms = { weeks, discountPerWeek: 1, margin: 1 };
  return atEvenSteps(buyers, MOST_BUYERS).flatMap((i) => {
    const random = seededRandom(SEED + i);
    const futures: number[] = [];
    for (let tries = 0; futures.length < DRAWS && tries < MOST_TRIES; tries += 1) {
      const money = simulatedFuture(models, customers[i] as PredictiveRow, terms, random);
      if (money > 0) futures.push(money);
    }
    if (futures.length < DRAWS) return [];
    const { spend } = outcomes[i] as ValueOutcome;
    return [futures.filter((money) => money < spend).length / DRAWS];
  });
}

function atEvenSteps<T>(values: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(values.length / most));
  return values.filter((_, i) => i % step === 0);
}

/** The transaction models by their weight at counts, also where it is another member's; by equal ones where learned and naive ways have it all. */
export function mixtureOf(
  answers: readonly (Answer | null)[],
  { counts }: Pick<EnsembleWeights, 'counts'>,
): PredictiveModels['mixture'] {
  const weights = new Map<FittedTransactionModel, number>();
  for (const [m, answer] of answers.entries()) {
    const model = answer?.transactions ?? answer?.value?.transactions;
    if (model) weights.set(model, (weights.get(model) ?? 0) + (counts[m] as number));
  }
  const mixture = [...weights].map(([model, weight]) => ({ model, weight }));
  return mixture.some(({ weight }) => weight > 0) ? mixture : mixture.map(({ model }) => ({ model, weight: 1 }));
}

/** Levels of the intervals from the newest window inside the past, for the models in the weights given; nominal without a window. */
export function levelsOfNewest(weights: Pick<EnsembleWeights, 'counts' | 'newest'>): IntervalLevels {
  const { newest } = weights;
  if (newest === null) return NOMINAL;
  const { question, answers, outcomes } = newest;
  const models = { mixture: mixtureOf(answers, weights), spend: spendOfOrders(question.customers) };
  return learnLevels(models, question.customers, outcomes, question.weeks);
}
