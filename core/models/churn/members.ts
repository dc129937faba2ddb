import type { Json } from '../../domain/json.ts';
import type { Random } from '../../ports/clock.ts';
import type { FitDiagnostics, ModelArtifact } from '../../ports/model.ts';
import { gradientBoosting } from '../trees/gradient-boosting.ts';
import { type FittedRandomForest, randomForest } from '../trees/random-forest.ts';
import type { FeatureSpec, ScoringNotice, TreeRow } from '../trees/table.ts';
import type { Imbalance } from './imbalance.ts';
import { type FittedTableLogistic, tableLogistic } from './table-logistic.ts';

/** Where it is known how long customers have been here: when they left, or at the end of what is known. */
export interface Tenure {
  /** Name of a feature of numbers of zero or more. */
  readonly feature: string;
  /** In its unit: leaving is leaving within so much before the end of the tenure. */
  readonly horizon: number;
}

/** What a member is fitted with. */
export interface MemberContext {
  /** For the survival models alone. */
  readonly tenure?: Tenure | undefined;
  readonly features: readonly FeatureSpec[];
  readonly random: Random;
  readonly threads: number;
}

/** A fitted member: uncalibrated log-odds of label 1. */
export interface FittedMember {
  readonly diagnostics: FitDiagnostics;
  logOdds(rows: readonly TreeRow[]): readonly number[];
  notices(rows: readonly TreeRow[]): readonly ScoringNotice[];
  /** Of the training rows, in their order, by parts of the model that did not see them; for members that have such parts. */
  readonly outOfBag?: readonly number[];
  /** The regression behind it, for its coefficients. */
  readonly regression?: FittedTableLogistic;
  save(): ModelArtifact;
}

/** One way to tell churn from a table. */
export interface Member {
  readonly name: string;
  /** The treatment of a rare outcome, given what was asked for. */
  treatment(asked: Imbalance): Imbalance;
  fit(rows: readonly TreeRow[], context: MemberContext): FittedMember;
  load(artifact: Json): FittedMember;
}

const LOGISTIC: Member = {
  name: 'logistic',
  // Weights would leave the order of customers as it is and make the standard errors of its odds ratios wrong.
  treatment: (asked) => (asked === 'class-weights' ? 'none' : asked),
  fit: (rows, { features }) => ofLogistic(tableLogistic.fit(rows, { features, l2: 1 })),
  load: (artifact) => ofLogistic(tableLogistic.load(artifact)),
};

function ofLogistic(regression: FittedTableLogistic): FittedMember {
  const { diagnostics, logOdds, notices, save } = regression;
  return { diagnostics, logOdds, notices, save, regression };
}

const FOREST_TREES = 300;

const FOREST: Member = {
  name: 'random-forest',
  treatment: (asked) => asked,
  fit: (rows, { features, random, threads }) =>
    ofForest(
      randomForest.fit(rows, {
        features,
        predicts: 'probability',
        trees: FOREST_TREES,
        maxDepth: 16,
        minLeaf: 3,
        featuresPerNode: Math.max(1, Math.round(Math.sqrt(features.length))),
        random,
        threads,
      }),
    ),
  load: (artifact) => ofForest(randomForest.load(artifact)),
};

function ofForest(forest: FittedRandomForest): FittedMember {
  const { diagnostics, notices, save } = forest;
  return {
    diagnostics,
    notices,
    save,
    logOdds: (rows) => forest.predict(rows).map(forestLogOdds),
    outOfBag: Array.from(forest.outOfBag, forestLogOdds),
  };
}

/** A forest all of one mind may still err: half a tree is taken off. */
function forestLogOdds(probability: number): number {
  const least = 0.5 / FOREST_TREES;
  const safe = Math.min(Math.max(probability, least), 1 - least);
  return Math.log(safe / (1 - safe));
}

/**
 * Three sizes of boosting: which one fits a table is a matter of how far its columns work together, and is told by predictions out of
 * fold. On Telco depth 3 is better than 6 by .014 AUC, on Iranian 6 than 3 by .014.
 */
const BOOSTINGS = [
  { name: 'boosting, depth 3', maxDepth: 3, trees: 200, learningRate: 0.05, lambda: 5, minHessian: 5 },
  { name: 'boosting, depth 4', maxDepth: 4, trees: 200, learningRate: 0.08, lambda: 1, minHessian: 1 },
  { name: 'boosting, depth 6', maxDepth: 6, trees: 300, learningRate: 0.05, lambda: 1, minHessian: 1 },
].map(({ name, ...size }): Member => {
  const of = (boosting: ReturnType<typeof gradientBoosting.fit>): FittedMember => {
    const { diagnostics, notices, save, margins } = boosting;
    return { diagnostics, notices, save, logOdds: margins };
  };
  return {
    name,
    treatment: (asked) => asked,
    fit: (rows, { features, random, threads }) =>
      of(
        gradientBoosting.fit(rows, {
          ...size,
          features,
          objective: 'logistic',
          rowFraction: 0.8,
          featureFraction: 0.8,
          random,
          threads,
        }),
      ),
    load: (artifact) => of(gradientBoosting.load(artifact)),
  };
});

/** The members of any table, in the order of their weights. */
export const MEMBERS: readonly Member[] = [LOGISTIC, FOREST, ...BOOSTINGS];

/** Whether a member is one of the sizes of boosting. */
export function isBoosting(name: string): boolean {
  return BOOSTINGS.some((each) => each.name === name);
}
