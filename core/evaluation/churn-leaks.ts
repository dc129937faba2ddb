import type { FeatureSpec, TreeRow, TreeValue } from '../models/trees/table.ts';
import { auc } from './classification.ts';

/** How well one column alone tells who leaves. */
export interface ColumnStrength {
  feature: string;
  /** Of the better of its values and of whether it is filled, either way round; 0.5 is nothing. */
  auc: number;
}

/** What is known only once the outcome is. */
const LEAKING = 0.995;
/** What may be. */
const SUSPECT = 0.95;

/** Columns of a table that tell the outcome by themselves, by what must be left out and what should be looked at. */
export interface Leaks {
  leaking: readonly ColumnStrength[];
  suspect: readonly ColumnStrength[];
}

/** Finds columns that say the outcome: its copy under another name, or one that is filled in when a customer leaves. */
export function findLeaks(rows: readonly TreeRow[], features: readonly FeatureSpec[]): Leaks {
  const strengths = columnStrengths(rows, features);
  return {
    leaking: strengths.filter((each) => each.auc >= LEAKING),
    suspect: strengths.filter((each) => each.auc >= SUSPECT && each.auc < LEAKING),
  };
}

/**
 * How well each column alone tells the outcome, in the order of the features. A category counts by the share of leavers among other
 * rows that have it, so that names that occur once say nothing.
 */
export function columnStrengths(rows: readonly TreeRow[], features: readonly FeatureSpec[]): readonly ColumnStrength[] {
  const labels = rows.map(({ label = 0 }) => label);
  return features.map(({ name, kind }, f): ColumnStrength => {
    const column = rows.map(({ values }) => values[f]);
    const filled = column.map((value) => (isMissing(value) ? 0 : 1));
    const own = kind === 'number' ? eitherWay(numbers(column), labels) : auc(sharesInOtherHalf(column, labels), labels);
    return { feature: name, auc: Math.max(own, eitherWay(filled, labels)) };
  });
}

/** AUC of the column, or of it turned round. */
function eitherWay(scores: readonly number[], labels: readonly number[]): number {
  const straight = auc(scores, labels);
  return Math.max(straight, 1 - straight);
}

/** Missing values stand in the middle, where they say least. */
function numbers(column: readonly TreeValue[]): readonly number[] {
  const known = column.filter((value) => typeof value === 'number' && !Number.isNaN(value)) as number[];
  const middle = known.toSorted((a, b) => a - b)[known.length >> 1] ?? 0;
  return column.map((value) => (isMissing(value) ? middle : Number(value)));
}

/**
 * Of each row, the share of leavers among the rows of its category in the half of the table it is not in: a share with its own outcome in
 * it, or with just that taken out, would tell of the row itself.
 */
function sharesInOtherHalf(column: readonly TreeValue[], labels: readonly number[]): readonly number[] {
  const halves = [0, 1].map((half) => {
    const counts = new Map<string, { rows: number; events: number }>();
    for (let row = half; row < column.length; row += 2) {
      const known = counts.get(String(column[row])) ?? { rows: 0, events: 0 };
      counts.set(String(column[row]), { rows: known.rows + 1, events: known.events + (labels[row] as number) });
    }
    return counts;
  });
  const rate = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  return column.map((value, row) => {
    const known = halves[1 - (row % 2)]?.get(String(value));
    return known ? known.events / known.rows : rate;
  });
}

function isMissing(value: TreeValue): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}
