import { seededRandom } from '../math/random.ts';
import type { FittedChurnClassifier } from '../models/churn/churn-classifier.ts';
import { type Importance, permutationImportance } from '../models/trees/permutation-importance.ts';
import type { FeatureSpec, TreeRow } from '../models/trees/table.ts';
import { auc } from './classification.ts';

/** Shuffles of each column in each fold. */
const REPEATS = 2;
/** Normal quantile of .95. */
const Z95 = 1.6448536269514722;

/** What AUC a model loses when a column is shuffled among rows that it has not seen: the rows of one fold. */
export function importanceInFold(
  fitted: FittedChurnClassifier,
  rows: readonly TreeRow[],
  features: readonly FeatureSpec[],
  seed: number,
): readonly Importance[] {
  return permutationImportance({
    rows,
    features: features.map(({ name }) => name),
    repeats: REPEATS,
    random: seededRandom(seed),
    predict: fitted.predict,
    score: auc,
  });
}

/** The mean over folds with its 90 % interval, by what lies between the folds; most important first. A fold with one outcome has none. */
export function importanceOverFolds(folds: readonly (readonly Importance[])[]): readonly Importance[] {
  const losses = Map.groupBy(folds.flat(), ({ feature }) => feature);
  return [...losses]
    .map(([feature, each]): Importance => {
      const means = each.map(({ mean }) => mean).filter((mean) => !Number.isNaN(mean));
      const mean = means.reduce((sum, loss) => sum + loss, 0) / means.length;
      const variance = means.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / Math.max(means.length - 1, 1);
      const margin = Z95 * Math.sqrt(variance / means.length);
      return { feature, mean, low: mean - margin, high: mean + margin };
    })
    .sort((a, b) => b.mean - a.mean);
}
