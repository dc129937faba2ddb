import { DataError, NotFittedError } from '../domain/errors.ts';
import { seededRandom } from '../math/random.ts';
import { stratifiedFolds } from '../models/churn/stratified-folds.ts';
import type { TreeRow } from '../models/trees/table.ts';

/** The fold of each row, and where it comes from. */
export interface ChurnFolds {
  folds: Int32Array;
  count: number;
  origin: 'given' | 'seeded';
}

const FOLDS = 5;

/**
 * Five folds by chance from a seed, each with its share of the outcomes; rows of one group stay together. Fewer where the rarer outcome has
 * fewer rows. Throws NotFittedError when there are not two of it.
 */
export function seededFolds(rows: readonly TreeRow[], groups: readonly string[], seed: number): ChurnFolds {
  const labels = rows.map(({ label = 0 }) => label);
  const events = labels.reduce((sum, label) => sum + label, 0);
  const rarer = Math.min(events, rows.length - events);
  // One fold's training rows have to be folded again, with two of each outcome.
  const count = Math.min(FOLDS, rarer >= 4 ? rarer : 0);
  if (count === 0) {
    throw new NotFittedError(
      `Of ${rows.length} rows ${events} had the outcome: at least 4 with and 4 without it are needed to learn and to judge. Add rows, or name another label.`,
    );
  }
  return { folds: stratifiedFolds(labels, count, seededRandom(seed), groups), count, origin: 'seeded' };
}

/** Folds as a file gives them. Throws DataError when a fold would leave nothing to learn from or to judge on. */
export function givenFolds(rows: readonly TreeRow[], folds: readonly number[]): ChurnFolds {
  const distinct = [...new Set(folds)].sort((a, b) => a - b);
  const expect = (good: boolean, expected: string, found: string) => {
    if (good) return;
    throw new DataError({ field: 'fold', expected, found, remedy: 'mend the file of folds, or leave it out' });
  };
  expect(distinct.length >= 2, 'at least two folds', String(distinct.length));
  for (const fold of distinct) {
    const training = rows.filter((_, row) => folds[row] !== fold);
    const events = training.filter(({ label }) => label === 1).length;
    expect(
      Math.min(events, training.length - events) >= 2,
      'at least 2 rows of each outcome outside every fold',
      `${events} with and ${training.length - events} without outside fold ${fold}`,
    );
  }
  return { folds: Int32Array.from(folds, (fold) => distinct.indexOf(fold)), count: distinct.length, origin: 'given' };
}
