import { DataError } from '../../domain/errors.ts';
import type { Feature } from './tree.ts';

/** What a row may hold for one feature. null, undefined and NaN are missing. */
export type TreeValue = number | string | boolean | null | undefined;

/** One customer: values in the order of the features, and for training the outcome. */
export interface TreeRow {
  readonly values: readonly TreeValue[];
  /** The outcome; needed to fit, not read to predict. See the objective for what it may be. */
  readonly label?: number;
  /** Counts as this many rows; 1 when left out. */
  readonly weight?: number;
}

/** A feature as the caller states it. */
export interface FeatureSpec {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** 1: the prediction may not fall when this number rises; -1: may not rise. */
  readonly monotone?: 1 | -1;
}

/** Rows as numbers: row-major f32, NaN for missing, a category's code for a category. */
export interface FeatureTable {
  readonly features: readonly Feature[];
  readonly rows: number;
  readonly values: Float32Array;
}

/** Most categories of one feature; rarer ones are treated as missing. */
const MAX_CATEGORIES = 255;

/**
 * Learns the categories of each feature from training rows, the most frequent first.
 *
 * @returns the features, and a sentence for each whose rarest categories were left out
 */
export function learnFeatures(
  rows: readonly TreeRow[],
  specs: readonly FeatureSpec[],
): { features: readonly Feature[]; warnings: readonly string[] } {
  const warnings: string[] = [];
  const features = specs.map((spec, f): Feature => {
    if (spec.kind === 'number') return { name: spec.name, kind: 'number' };
    const counts = new Map<string, number>();
    for (const row of rows) {
      const category = categoryOf(row.values[f]);
      if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1);
    }
    const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([category]) => category);
    if (ranked.length > MAX_CATEGORIES) {
      warnings.push(
        `${spec.name} has ${ranked.length} categories: the ${MAX_CATEGORIES} most frequent were used, the others treated as missing. Group them.`,
      );
    }
    return { name: spec.name, kind: 'category', categories: ranked.slice(0, MAX_CATEGORIES) };
  });
  return { features, warnings };
}

/** Something in rows to be scored that the model had to work around. */
export interface ScoringNotice {
  /** 0-based. */
  readonly row: number;
  readonly field: string;
  /** A sentence. */
  readonly message: string;
}

/**
 * Turns rows into numbers. A category never seen at training is treated as missing and noted.
 *
 * @throws DataError naming row and field for a wrong number of values, text where a number is due, or an infinite number
 */
export function encodeRows(
  rows: readonly TreeRow[],
  features: readonly Feature[],
): FeatureTable & { notices: readonly ScoringNotice[] } {
  const width = features.length;
  const values = new Float32Array(rows.length * width);
  const notices: ScoringNotice[] = [];
  const codes = features.map(
    (feature) =>
      new Map(feature.kind === 'category' ? feature.categories.map((category, code) => [category, code]) : []),
  );
  for (const [row, { values: given }] of rows.entries()) {
    if (given.length !== width) {
      throw new DataError({
        row,
        field: 'values',
        expected: `${width} values, one for each feature`,
        found: String(given.length),
        remedy: 'give every feature a value; null for one that is missing',
      });
    }
    for (const [f, feature] of features.entries()) {
      const value = given[f];
      let number: number;
      if (feature.kind === 'number') number = numberOf(value, row, feature.name);
      else {
        const category = categoryOf(value);
        const code = category === undefined ? undefined : codes[f]?.get(category);
        if (category !== undefined && code === undefined) {
          const message = `${feature.name} has a category that training did not see; it was treated as missing.`;
          notices.push({ row, field: feature.name, message });
        }
        number = code ?? Number.NaN;
      }
      values[row * width + f] = number;
    }
  }
  return { features, rows: rows.length, values, notices };
}

function categoryOf(value: TreeValue): string | undefined {
  if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return undefined;
  return String(value);
}

function numberOf(value: TreeValue, row: number, field: string): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'boolean') return value ? 1 : 0;
  // Beyond f32's range a number would turn infinite and be told apart from nothing.
  if (typeof value === 'number' && (Number.isNaN(value) || Number.isFinite(Math.fround(value)))) return value;
  throw new DataError({
    row,
    field,
    expected: 'a number (below 3.4e38), or null for missing',
    found: typeof value === 'string' ? `text of ${value.length} characters` : String(value),
    remedy: 'declare the feature a category, or mend the column',
  });
}
