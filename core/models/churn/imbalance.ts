import type { Random } from '../../ports/clock.ts';
import type { FeatureSpec, TreeRow } from '../trees/table.ts';
import { smote } from './smote.ts';

/** What is done about a rare outcome: both classes weigh the same, invented rows of the rarer one (SMOTE), or nothing. */
export type Imbalance = 'class-weights' | 'smote' | 'none';

/** Training rows, treated. Never give it rows that a model is judged on: the treatment stays inside the training fold. */
export function balanced(
  rows: readonly TreeRow[],
  features: readonly FeatureSpec[],
  imbalance: Imbalance,
  random: Random,
): readonly TreeRow[] {
  switch (imbalance) {
    case 'none':
      return rows;
    case 'smote':
      return smote(rows, features, random);
    case 'class-weights':
      return weighted(rows);
  }
}

function weighted(rows: readonly TreeRow[]): readonly TreeRow[] {
  let [events, total] = [0, 0];
  for (const { label, weight = 1 } of rows) {
    total += weight;
    if (label === 1) events += weight;
  }
  if (events === 0 || events === total) return rows;
  const [rare, common] = [total / (2 * events), total / (2 * (total - events))];
  return rows.map((row) => ({ ...row, weight: (row.weight ?? 1) * (row.label === 1 ? rare : common) }));
}
