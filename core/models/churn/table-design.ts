import { DataError } from '../../domain/errors.ts';
import type { FeatureSpec, ScoringNotice, TreeRow, TreeValue } from '../trees/table.ts';

/**
 * How a table is written out for a linear model, as learned from training rows. Plain JSON. A missing number takes the median and, where
 * training rows lacked it, a column of its own says so; a category becomes a column of 0 and 1 for each level but the first.
 */
export type DesignFeature =
  | { readonly name: string; readonly kind: 'number'; readonly median: number; readonly missing: boolean }
  | {
      readonly name: string;
      readonly kind: 'category';
      /** In order of their characters; the first is the reference. */
      readonly levels: readonly string[];
      /** Of each level but the first, the share of training rows: what a category never seen counts as. */
      readonly shares: readonly number[];
    };

/** The level of rows without a category. */
const MISSING_LEVEL = '(missing)';
/** Most levels with a column of their own; rarer ones count as never seen. */
const MOST_LEVELS = 100;

/** Learns the design of a table. Throws DataError for a value that is none of its feature's kind. */
export function learnDesign(
  rows: readonly TreeRow[],
  features: readonly FeatureSpec[],
): { design: readonly DesignFeature[]; warnings: readonly string[] } {
  const warnings: string[] = [];
  const design = features.map(({ name, kind }, f): DesignFeature => {
    if (kind === 'number') {
      const present = rows.map(({ values }, row) => numberOf(values[f], row, name)).filter((each) => each !== null);
      if (present.length === 0) warnings.push(`${name} is empty in every row and says nothing: leave it out.`);
      return { name, kind, median: median(present), missing: present.length > 0 && present.length < rows.length };
    }
    const counts = new Map<string, number>();
    for (const { values } of rows) {
      const level = levelOf(values[f]);
      counts.set(level, (counts.get(level) ?? 0) + 1);
    }
    const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([level]) => level);
    if (ranked.length > MOST_LEVELS) {
      warnings.push(
        `${name} has ${ranked.length} categories: the ${MOST_LEVELS} most frequent were used by the linear model. Group them.`,
      );
    }
    const levels = ranked.slice(0, MOST_LEVELS).sort();
    return {
      name,
      kind,
      levels,
      shares: levels.slice(1).map((level) => (counts.get(level) ?? 0) / rows.length),
    };
  });
  return { design, warnings };
}

/** Names of the columns that a row is written out in; a level's is the feature's followed by "=" and the level. */
export function designNames(design: readonly DesignFeature[]): readonly string[] {
  return design.flatMap((feature) =>
    feature.kind === 'category'
      ? feature.levels.slice(1).map((level) => `${feature.name}=${level}`)
      : feature.missing
        ? [feature.name, `${feature.name}=${MISSING_LEVEL}`]
        : [feature.name],
  );
}

/**
 * Writes rows out in columns. A category that training did not see counts as the average customer, and is noted.
 *
 * @throws DataError for a wrong number of values, text where a number is due, or an infinite number
 */
export function writeOut(
  rows: readonly TreeRow[],
  design: readonly DesignFeature[],
): { columns: readonly (readonly number[])[]; notices: readonly ScoringNotice[] } {
  const notices: ScoringNotice[] = [];
  const places = design.map(
    (feature) => new Map(feature.kind === 'category' ? feature.levels.map((level, at) => [level, at]) : []),
  );
  const columns = rows.map(({ values }, row) => {
    if (values.length !== design.length) {
      throw new DataError({
        row,
        field: 'values',
        expected: `${design.length} values, one for each feature`,
        found: String(values.length),
        remedy: 'give every feature a value; null for one that is missing',
      });
    }
    const written: number[] = [];
    for (const [f, feature] of design.entries()) {
      if (feature.kind === 'number') {
        const number = numberOf(values[f], row, feature.name);
        written.push(number ?? feature.median);
        if (feature.missing) written.push(number === null ? 1 : 0);
        continue;
      }
      const level = levelOf(values[f]);
      const at = places[f]?.get(level);
      if (at === undefined) {
        const what =
          level === MISSING_LEVEL ? 'no category, which training never met' : 'a category that training did not see';
        notices.push({ row, field: feature.name, message: `${feature.name} has ${what}; it counts as average.` });
        written.push(...feature.shares);
      } else for (let k = 1; k < feature.levels.length; k += 1) written.push(k === at ? 1 : 0);
    }
    return written;
  });
  return { columns, notices };
}

function levelOf(value: TreeValue): string {
  return isMissing(value) ? MISSING_LEVEL : String(value);
}

function numberOf(value: TreeValue, row: number, field: string): number | null {
  if (isMissing(value)) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new DataError({
    row,
    field,
    expected: 'a finite number, or null for missing',
    found: typeof value === 'string' ? `text of ${value.length} characters` : String(value),
    remedy: 'declare the feature a category, or mend the column',
  });
}

function isMissing(value: TreeValue): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
