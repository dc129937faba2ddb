import { type GuardedLearner, logLoss } from '../../core/learning/guarded-learner.ts';
import { normal, seededRandom } from '../../core/math/random.ts';

const OUTCOMES = 6_000;
/** What the frozen model says: a constant and three values. */
export const FROZEN: readonly number[] = [-0.5, 1, -0.7, 0.4];
const OTHER: readonly number[] = [0.6, 0.2, 0.5, -0.6];

const straight = (weights: readonly number[], values: readonly number[]) =>
  weights.reduce((sum, weight, i) => sum + weight * (values[i] as number), 0);

/** True log-odds of an outcome by its index in the stream and its values. */
export const TRUTHS: Readonly<
  Record<
    'stationary' | 'sudden' | 'gradual' | 'recurring' | 'bent',
    (index: number, values: readonly number[]) => number
  >
> = {
  stationary: (_, values) => straight(FROZEN, values),
  sudden: (index, values) => straight(index < 2_000 ? FROZEN : OTHER, values),
  gradual: (index, values) => {
    const share = Math.min(Math.max((index - 1_000) / 3_000, 0), 1);
    return straight(
      FROZEN.map((weight, i) => weight + share * ((OTHER[i] as number) - weight)),
      values,
    );
  },
  recurring: (index, values) => straight(Math.floor(index / 1_500) % 2 === 0 ? FROZEN : OTHER, values),
  // What counts from now on is whether two values have the same sign: no straight line says it.
  bent: (index, values) =>
    index < 2_000 ? straight(FROZEN, values) : 1.5 * Math.sign((values[1] as number) * (values[2] as number)),
};

/** Mean log-loss of a guarded learner less the frozen model's over 6,000 outcomes, reviewed every 50; below 0 is better. */
export function livedWith(learner: GuardedLearner, seed: number, truth: keyof typeof TRUTHS): number {
  const random = seededRandom(seed);
  let difference = 0;
  for (let index = 0; index < OUTCOMES; index += 1) {
    const values = [1, normal(random), normal(random), normal(random)];
    const label = random.next() < 1 / (1 + Math.exp(-TRUTHS[truth](index, values))) ? 1 : 0;
    const frozen = straight(FROZEN, values);
    difference += logLoss(learner.logOdds(frozen, values), label) - logLoss(frozen, label);
    learner.learn(frozen, values, label);
    if (index % 50 === 49) learner.review();
  }
  return difference / OUTCOMES;
}
