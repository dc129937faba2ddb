import { seededRandom } from '../math/random.ts';
import type { CalibrationMethod } from '../models/churn/calibrate.ts';
import {
  type ChurnModelName,
  churnModelsFor,
  classifierOf,
  type FittedChurnClassifier,
  trainMembers,
} from '../models/churn/churn-classifier.ts';
import type { Imbalance } from '../models/churn/imbalance.ts';
import type { Tenure } from '../models/churn/members.ts';
import { capacityThreshold, leastCostThreshold } from '../models/churn/thresholds.ts';
import type { Importance } from '../models/trees/permutation-importance.ts';
import type { FeatureSpec, TreeRow } from '../models/trees/table.ts';
import type { ChurnFolds } from './churn-folds.ts';
import { importanceInFold, importanceOverFolds } from './churn-importance.ts';

/** What a threshold may be chosen for, beside the F1. */
export interface ThresholdWishes {
  /** What a false alarm and a missed leaver cost. */
  costs?: { falseAlarm: number; miss: number } | undefined;
  /** Share of the customers that can be acted on, above 0 and at most 1. */
  capacityShare?: number | undefined;
}

/** How models are fitted in every fold. */
export interface FoldOptions extends ThresholdWishes {
  features: readonly FeatureSpec[];
  /** With one, survival models take part. */
  tenure?: Tenure | undefined;
  seed: number;
  imbalance: Imbalance;
  calibration: CalibrationMethod;
  threads: number;
  /** Called after each fold, and after the fit to all rows, with how many of them are done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What may be optimised by a threshold. */
export type ThresholdBy = 'f1' | 'cost' | 'capacity';

/** What a model said of each row without having seen it. */
export interface OutOfFold {
  probabilities: number[];
  /** The threshold that each row is judged at, chosen on the training rows of its fold. */
  thresholds: Partial<Record<ThresholdBy, number[]>>;
}

/** Rows that a model of another fold had to work around, by sentence. */
export type Notices = Map<string, number>;

/**
 * Fits every churn model without each fold, and asks it about that fold. Nothing of the fold is used for anything before.
 *
 * @returns also what the forest loses without each column
 * @param groups rows with the same entry are never parted, inside the training rows neither
 */
export function crossValidateChurn(
  rows: readonly TreeRow[],
  { folds, count }: ChurnFolds,
  groups: readonly string[],
  options: FoldOptions,
): { models: Record<ChurnModelName, OutOfFold>; notices: Notices; importance: readonly Importance[] } {
  const names = churnModelsFor(options.tenure);
  const models = Object.fromEntries(
    names.map((name) => [name, { probabilities: new Array(rows.length).fill(0), thresholds: {} }]),
  ) as unknown as Record<ChurnModelName, OutOfFold>;
  const notices: Notices = new Map();
  const importances: (readonly Importance[])[] = [];
  for (let fold = 0; fold < count; fold += 1) {
    const test = [...folds.keys()].filter((row) => folds[row] === fold);
    const asked = test.map((row) => rows[row] as TreeRow);
    const outside = (_: unknown, row: number) => folds[row] !== fold;
    const members = trainMembers(rows.filter(outside), {
      ...options,
      groups: groups.filter(outside),
      random: seededRandom(options.seed),
    });
    for (const name of names) {
      const fitted = classifierOf(members, name, options.calibration);
      const said = fitted.predict(asked);
      const thresholds = thresholdsOf(fitted, members.labels, options);
      for (const [position, row] of test.entries()) {
        models[name].probabilities[row] = said[position] as number;
        for (const [by, threshold] of thresholds) {
          models[name].thresholds[by] ??= new Array(rows.length).fill(Number.POSITIVE_INFINITY);
          (models[name].thresholds[by] as number[])[row] = threshold;
        }
      }
      if (name === 'random-forest') importances.push(importanceInFold(fitted, asked, options.features, options.seed));
      // All members read the same columns: one tells for all.
      if (name !== 'logistic') continue;
      for (const { message } of fitted.notices(asked)) notices.set(message, (notices.get(message) ?? 0) + 1);
    }
    options.onProgress?.(fold + 1, count + 1);
  }
  return { models, notices, importance: importanceOverFolds(importances) };
}

/** The thresholds of a fitted model, by its own out-of-fold predictions of its training rows. */
export function thresholdsOf(
  { outOfFold, threshold }: FittedChurnClassifier,
  labels: readonly (0 | 1)[],
  { costs, capacityShare }: ThresholdWishes,
): ReadonlyMap<ThresholdBy, number> {
  const found = new Map<ThresholdBy, number>([['f1', threshold]]);
  if (costs) found.set('cost', leastCostThreshold(outOfFold, labels, costs).threshold);
  if (capacityShare !== undefined) {
    found.set('capacity', capacityThreshold(outOfFold, capacityShare * labels.length).threshold);
  }
  return found;
}
