import { DataError, NotFittedError } from '../domain/errors.ts';
import type { FeatureSpec, TreeRow } from '../models/trees/table.ts';
import type { ChurnFolds } from './churn-folds.ts';
import { findLeaks } from './churn-leaks.ts';

/** Below so many rows with the outcome a figure moves by several points from seed to seed. */
const FEW_EVENTS = 50;

/** Throws DataError for a row without an outcome; NotFittedError when all have the same. */
export function checkOutcomes(rows: readonly TreeRow[]): void {
  for (const [row, { label }] of rows.entries()) {
    if (label === 0 || label === 1) continue;
    throw new DataError({
      row,
      field: 'label',
      expected: '0 or 1',
      found: String(label),
      remedy: 'leave out customers whose outcome is not known',
    });
  }
  const events = rows.filter(({ label }) => label === 1).length;
  if (events > 0 && events < rows.length) return;
  throw new NotFittedError(
    `All ${rows.length} rows have the same outcome, so nothing tells them apart. Add customers who ${events === 0 ? 'left' : 'stayed'}.`,
  );
}

/** The table without the columns that say the outcome, and what is to be said of them. */
export function withoutLeaks(table: readonly TreeRow[], features: readonly FeatureSpec[]) {
  const { leaking, suspect } = findLeaks(table, features);
  const names = new Set(leaking.map(({ feature }) => feature));
  const kept = [...features.keys()].filter((f) => !names.has(features[f]?.name ?? ''));
  const varies = kept.some((f) => table.some(({ values }) => !Object.is(values[f], table[0]?.values[f])));
  if (!varies) {
    throw new NotFittedError(
      'No column is left to learn from: all are the same in every row, or say the outcome. Add columns that were known before the outcome.',
    );
  }
  const warnings = [
    ...leaking.map(
      ({ feature, auc }) =>
        `Column "${feature}" says the outcome by itself (AUC ${auc.toFixed(3)}), as only what is known afterwards does: it was left out.`,
    ),
    ...suspect.map(
      ({ feature, auc }) =>
        `Column "${feature}" alone has an AUC of ${auc.toFixed(3)}: make sure that it was known before the outcome. If not, leave it out: all figures rest on it.`,
    ),
  ];
  const rows = names.size === 0 ? table : table.map((row) => ({ ...row, values: kept.map((f) => row.values[f]) }));
  return { rows, features: kept.map((f) => features[f] as FeatureSpec), warnings };
}

/** In how many rows which columns say nothing; empty when all do. */
export function missingValues(rows: readonly TreeRow[], features: readonly FeatureSpec[]): readonly string[] {
  const lacking = features.flatMap(({ name }, f) => {
    const count = rows.filter(({ values }) => values[f] == null || Number.isNaN(values[f])).length;
    return count === 0 ? [] : [`${name} (${count})`];
  });
  if (lacking.length === 0) return [];
  return [
    `Values are missing in rows of ${lacking.join(', ')}: trees send them a way of their own, linear models take the median and mark them.`,
  ];
}

/** What is to be said of copies of rows and of a rare outcome. */
export function remarks(duplicates: number, events: number, { origin }: ChurnFolds): readonly string[] {
  const said: string[] = [];
  if (duplicates > 0) {
    said.push(
      origin === 'seeded'
        ? `${duplicates} rows say the same as others; such rows were kept in one fold, so that none is judged by a model that saw its like.`
        : `${duplicates} rows say the same as others. Where the folds given part them, figures are too good.`,
    );
  }
  if (events < FEW_EVENTS) said.push(`Only ${events} rows had the outcome: figures move by chance.`);
  return said;
}
