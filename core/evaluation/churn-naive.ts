import { tableLogistic } from '../models/churn/table-logistic.ts';
import { bestF1Threshold } from '../models/churn/thresholds.ts';
import type { FeatureSpec, TreeRow } from '../models/trees/table.ts';
import type { ChurnFolds } from './churn-folds.ts';
import { columnStrengths } from './churn-leaks.ts';
import { type ChurnMetrics, churnMetrics } from './churn-metrics.ts';

/** What any model must beat, on the same folds. */
export interface NaiveRow {
  name: string;
  metrics: ChurnMetrics;
}

type Naive = (training: readonly TreeRow[]) => (rows: readonly TreeRow[]) => readonly number[];

/** Everybody at the base rate, and a logistic regression on the one column that tells most: both learned on the training rows. */
export function naiveChurn(
  rows: readonly TreeRow[],
  features: readonly FeatureSpec[],
  split: ChurnFolds,
): readonly NaiveRow[] {
  const baseRate: Naive = (training) => {
    const rate = training.reduce((sum, { label = 0 }) => sum + label, 0) / training.length;
    return (asked) => asked.map(() => rate);
  };
  const single: Naive = (training) => {
    const best = strongest(training, features);
    const alone = ({ values, label }: TreeRow): TreeRow => ({ values: [values[best]], label: label as number });
    const fitted = tableLogistic.fit(training.map(alone), { features: [features[best] as FeatureSpec], l2: 1 });
    return (asked) => fitted.predict(asked.map(alone));
  };
  const name = features[strongest(rows, features)]?.name;
  return [
    { name: 'base-rate', metrics: judge(rows, split, baseRate) },
    { name: `best-single-column (${name})`, metrics: judge(rows, split, single) },
  ];
}

function strongest(rows: readonly TreeRow[], features: readonly FeatureSpec[]): number {
  const strengths = columnStrengths(rows, features).map(({ auc }) => auc);
  return strengths.indexOf(Math.max(...strengths));
}

function judge(rows: readonly TreeRow[], { folds, count }: ChurnFolds, naive: Naive): ChurnMetrics {
  const labels = rows.map(({ label = 0 }) => label);
  const probabilities = new Array<number>(rows.length).fill(0);
  const thresholds = new Array<number>(rows.length).fill(0);
  for (let fold = 0; fold < count; fold += 1) {
    const training = rows.filter((_, row) => folds[row] !== fold);
    const predict = naive(training);
    const { threshold } = bestF1Threshold(
      predict(training),
      training.map(({ label = 0 }) => label),
    );
    const test = [...folds.keys()].filter((row) => folds[row] === fold);
    const said = predict(test.map((row) => rows[row] as TreeRow));
    for (const [position, row] of test.entries()) {
      probabilities[row] = said[position] as number;
      thresholds[row] = threshold;
    }
  }
  return churnMetrics({ probabilities, labels, folds, thresholds });
}
