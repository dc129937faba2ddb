import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Objective } from './objectives.ts';
import type { FeatureTable, TreeRow } from './table.ts';

/**
 * The outcomes of training rows.
 *
 * @throws DataError for one that the objective cannot use; NotFittedError for fewer than two rows or no difference between them
 */
export function labelsOf(rows: readonly TreeRow[], objective: Pick<Objective, 'labels' | 'accepts'>): Float32Array {
  const labels = Float32Array.from(rows, ({ label }, row) => {
    if (label !== undefined && objective.accepts(label)) return label;
    throw new DataError({
      row,
      field: 'label',
      expected: objective.labels,
      found: String(label),
      remedy: 'leave out customers whose outcome is not known',
    });
  });
  if (rows.length < 2) {
    throw new NotFittedError(`Trees need at least 2 rows, got ${rows.length}. Wait for more history.`);
  }
  if (labels.every((label) => label === labels[0])) {
    throw new NotFittedError(
      `All ${rows.length} examples have the same outcome, so nothing tells them apart. Choose another horizon or wait for more history.`,
    );
  }
  return labels;
}

/** What each row weighs: its own weight times its class's. */
export function weightsOf(
  rows: readonly TreeRow[],
  labels: Float32Array,
  classes?: 'balanced' | { readonly negative: number; readonly positive: number },
): Float32Array {
  const weights = Float32Array.from(rows, ({ weight = 1 }, row) => {
    if (Number.isFinite(weight) && weight >= 0) return weight;
    throw new DataError({
      row,
      field: 'weight',
      expected: 'a number of 0 or more',
      found: String(weight),
      remedy: 'correct it, or leave it out for 1',
    });
  });
  if (classes === undefined) return weights;
  let { negative, positive } = classes === 'balanced' ? { negative: 0, positive: 0 } : classes;
  if (classes === 'balanced') {
    for (const [row, weight] of weights.entries()) {
      if (labels[row] === 1) positive += weight;
      else negative += weight;
    }
    const total = positive + negative;
    [negative, positive] = [total / (2 * negative), total / (2 * positive)];
  }
  return weights.map((weight, row) => weight * (labels[row] === 1 ? positive : negative));
}

/** Names of features with one and the same value in every row. */
export function constantFeatures({ features, rows, values }: FeatureTable): readonly string[] {
  const constant = features.filter((_, f) => {
    for (let row = 1; row < rows; row += 1) {
      if (!Object.is(values[row * features.length + f], values[f])) return false;
    }
    return true;
  });
  return constant.map(({ name }) => name);
}
