import { tableLogistic } from '../models/churn/table-logistic.ts';
import { gradientBoosting } from '../models/trees/gradient-boosting.ts';
import type { FeatureSpec, TreeRow, TreeValue } from '../models/trees/table.ts';
import type { Random } from '../ports/clock.ts';
import type { TrialOutcome } from './qini.ts';

/** One customer of a trial with what was known before it. */
export interface TrialRow extends TrialOutcome {
  /** In the order of the features. */
  values: readonly TreeValue[];
  outcome: 0 | 1;
}

/** What a learner knows beside the rows. */
export interface UpliftOptions {
  features: readonly FeatureSpec[];
  random: Random;
}

/** Says of each row by how much the treatment raises the probability of the outcome. */
export type Uplift = (rows: readonly TrialRow[]) => readonly number[];

/** A way to learn whom a treatment moves. `fit` throws NotFittedError when an arm has one outcome alone. */
export interface UpliftLearner {
  name: string;
  fit(rows: readonly TrialRow[], options: UpliftOptions): Uplift;
}

/** Shallow and slow: an effect is a small difference of large rates, and deep trees find chance. */
const BOOSTING = {
  trees: 120,
  maxDepth: 3,
  learningRate: 0.04,
  lambda: 5,
  minHessian: 10,
  rowFraction: 0.8,
  featureFraction: 0.8,
} as const;

/** Two logistic regressions, one for each arm; the uplift is their difference. L2 = 1 on standardised columns. */
export const twoModelLogistic: UpliftLearner = {
  name: 'two-model-logistic',
  fit: (rows, { features }) =>
    difference(rows, (arm) => {
      const model = tableLogistic.fit(arm, { features, l2: 1 });
      return model.predict;
    }),
};

/** The same with gradient boosting in each arm: the T-learner of Künzel et al. (2019). */
export const tLearner: UpliftLearner = {
  name: 't-learner',
  fit: (rows, options) => difference(rows, (arm) => boosted(arm, 'logistic', options)),
};

/**
 * The X-learner (Künzel et al. 2019, equations 6 to 9): each arm's outcomes less what the other arm's model expects of the same customers
 * are effects with noise; a model of them in each arm, weighed by the share of the treated.
 */
export const xLearner: UpliftLearner = {
  name: 'x-learner',
  fit: (rows, options) => {
    const [treated, control] = armsOf(rows);
    const ifTreated = boosted(treated, 'logistic', options);
    const ifNot = boosted(control, 'logistic', options);
    const effects = (arm: readonly TreeRow[], sign: 1 | -1, other: Predict) => {
      const expected = other(arm);
      return arm.map((row, i) => ({ ...row, label: sign * ((row.label ?? 0) - (expected[i] as number)) }));
    };
    const fromTreated = boosted(effects(treated, 1, ifNot), 'squared', options);
    const fromControl = boosted(effects(control, -1, ifTreated), 'squared', options);
    // Drawn by chance, so that the probability of treatment is the same for all.
    const propensity = treated.length / rows.length;
    return (asked) => {
      const [a, b] = [fromControl(asked), fromTreated(asked)];
      return a.map((each, i) => propensity * each + (1 - propensity) * (b[i] as number));
    };
  },
};

type Predict = (rows: readonly Pick<TreeRow, 'values'>[]) => readonly number[];

function boosted(
  arm: readonly TreeRow[],
  objective: 'logistic' | 'squared',
  { features, random }: UpliftOptions,
): Predict {
  const model = gradientBoosting.fit(arm, { ...BOOSTING, objective, features, random });
  return model.predict;
}

function difference(rows: readonly TrialRow[], fit: (arm: readonly TreeRow[]) => Predict): Uplift {
  const [ifTreated, ifNot] = armsOf(rows).map(fit) as [Predict, Predict];
  return (asked) => {
    const control = ifNot(asked);
    return ifTreated(asked).map((each, i) => each - (control[i] as number));
  };
}

function armsOf(rows: readonly TrialRow[]): readonly [treated: TreeRow[], control: TreeRow[]] {
  const arm = (treated: boolean) =>
    rows.filter((row) => row.treated === treated).map(({ values, outcome }): TreeRow => ({ values, label: outcome }));
  return [arm(true), arm(false)];
}
