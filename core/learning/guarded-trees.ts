import { NotFittedError } from '../domain/errors.ts';
import { seededRandom } from '../math/random.ts';
import { gradientBoosting } from '../models/trees/gradient-boosting.ts';
import type { FeatureSpec } from '../models/trees/table.ts';
import { guard } from './guard.ts';
import { type GuardedLearner, logLoss } from './guarded-learner.ts';
import { chooseHalfLife, type HalfLife, recencyWeight } from './half-life.ts';

interface Case {
  at: number;
  values: readonly number[];
  label: 0 | 1;
}

/** Trees are grown anew after so many outcomes, from so many at most. */
const GROWS_EVERY = 500;
const REMEMBERS = 4_000;
/** In outcomes. */
const HALF_LIVES = [250, 500, 1_000, 2_000];
/** The newest outcomes that half-lives are chosen on, in two windows. */
const CHOSEN_ON = 500;
/** Small trees in small steps: they are grown from a thousand outcomes, and have to be worth more than a straight line. */
const BOOSTING = {
  objective: 'logistic',
  trees: 60,
  maxDepth: 3,
  learningRate: 0.1,
  lambda: 2,
  minHessian: 3,
  rowFraction: 0.8,
  featureFraction: 1,
} as const;

/**
 * Boosted trees that are grown anew from what came lately, behind the guard of the online logistic regression: outcomes count by a half-life,
 * chosen on windows inside the past against all counting alike. They read the values and what the frozen model says.
 *
 * @param names of the values
 * @param seed of the rows drawn for each tree
 */
export function guardedTrees(
  names: readonly string[],
  seed: number,
): GuardedLearner & { readonly chosen: HalfLife | null } {
  const features: readonly FeatureSpec[] = [...names, 'frozen log-odds'].map((name) => ({ name, kind: 'number' }));
  const cases: Case[] = [];
  const guarded = guard();
  let seen = 0;
  let chosen: HalfLife | null = null;
  let grown: ((values: readonly number[]) => number) | null = null;

  const grow = (past: readonly Case[], weights: readonly number[]) => {
    const rows = past.map(({ values, label }, index) => ({ values, label, weight: weights[index] as number }));
    try {
      const trees = gradientBoosting.fit(rows, { ...BOOSTING, features, random: seededRandom(seed) });
      return (values: readonly number[]) => trees.margins([{ values }])[0] as number;
    } catch (error) {
      // All of one outcome: nothing to learn yet.
      if (error instanceof NotFittedError) return null;
      throw error;
    }
  };
  const growAnew = () => {
    const first = Math.max(cases.length - CHOSEN_ON, 0);
    const middle = first + CHOSEN_ON / 2;
    chosen = chooseHalfLife(cases, {
      halfLives: HALF_LIVES,
      windows: [
        [first, middle],
        [middle, cases.length],
      ],
      at: ({ at }) => at,
      fit: (past, weights) => {
        const logOdds = grow(past, weights);
        return logOdds && (({ values, label }) => logLoss(logOdds(values), label));
      },
    });
    const { halfLife } = chosen;
    grown = grow(
      cases,
      cases.map(({ at }) => recencyWeight(seen - at, halfLife)),
    );
  };
  const ofTrees = (frozen: number, values: readonly number[]) => grown?.([...values, frozen]) ?? frozen;
  return {
    get serving() {
      return guarded.serving;
    },
    get chosen() {
      return chosen;
    },
    logOdds: (frozen, values) => (guarded.serving === 'online' ? ofTrees(frozen, values) : frozen),
    learn: (frozen, values, label) => {
      guarded.judge(logLoss(frozen, label), logLoss(ofTrees(frozen, values), label));
      cases.push({ at: seen, values: [...values, frozen], label });
      if (cases.length > REMEMBERS) cases.shift();
      seen += 1;
      if (seen % GROWS_EVERY === 0) growAnew();
    },
    review: guarded.review,
  };
}
