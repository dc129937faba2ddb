import { DataError } from '../../domain/errors.ts';
import type { CovariateValue, SurvivalRow } from './survival-row.ts';

/** What a column of a table holds. A category becomes one column of 0 and 1 for each level but the first, which is the reference. */
export type Covariate =
  | { readonly name: string; readonly kind: 'number' }
  | { readonly name: string; readonly kind: 'category'; readonly levels: readonly string[] };

/** A column as a model sees it: a number, or whether a category has this level. */
export interface DesignColumn {
  /** The covariate's name, for a level followed by "=" and the level. */
  readonly name: string;
  /** Index into the covariates. */
  readonly covariate: number;
  /** For a category: 1 where it is this level, else 0. */
  readonly level?: string;
}

/** Whether a value is none. */
export function isMissing(value: CovariateValue | undefined): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

/**
 * The covariates of a table by what its values are: where most are numbers, numbers; else a category with its levels in order of
 * their characters. Values are checked only when a model is fitted.
 */
export function describeCovariates(names: readonly string[], rows: readonly SurvivalRow[]): readonly Covariate[] {
  return names.map((name, index) => {
    const present = rows.map(({ values }) => values[index]).filter((value) => !isMissing(value));
    const texts = present.filter((value) => typeof value === 'string');
    if (texts.length * 2 <= present.length) return { name, kind: 'number' };
    return { name, kind: 'category', levels: [...new Set(texts)].sort() };
  });
}

/** The columns that covariates are written out in. */
export function designColumns(covariates: readonly Covariate[]): readonly DesignColumn[] {
  return covariates.flatMap((covariate, index): DesignColumn[] =>
    covariate.kind === 'number'
      ? [{ name: covariate.name, covariate: index }]
      : covariate.levels.slice(1).map((level) => ({ name: `${covariate.name}=${level}`, covariate: index, level })),
  );
}

/** Throws DataError when a row (0-based) lacks a value, has text where a number belongs, or a level nobody has named. */
export function checkValues(
  values: readonly CovariateValue[],
  covariates: readonly Covariate[],
  row: number,
  levels: readonly ReadonlySet<string>[],
): void {
  for (const [index, covariate] of covariates.entries()) {
    const value = values[index];
    const field = covariate.name;
    if (isMissing(value)) {
      throw new DataError({
        row,
        field,
        expected: covariate.kind === 'number' ? 'a number' : 'a category',
        found: 'nothing',
        remedy: 'fill it in, leave out this row, or leave out this column',
      });
    }
    if (covariate.kind === 'number') {
      if (typeof value === 'number' && Number.isFinite(value)) continue;
      throw new DataError({
        row,
        field,
        expected: 'a finite number, as in the other rows',
        found: String(value),
        remedy: 'write a number, or give every row of this column a text so that it is a category',
      });
    }
    if (typeof value === 'string' && levels[index]?.has(value)) continue;
    throw new DataError({
      row,
      field,
      expected: 'one of the categories the model was told of',
      found: String(value),
      remedy: 'use one of them, or fit the model again with this category among them',
    });
  }
}

/** The levels of each covariate as sets, for checkValues. */
export function levelSets(covariates: readonly Covariate[]): readonly ReadonlySet<string>[] {
  return covariates.map((covariate) => new Set(covariate.kind === 'category' ? covariate.levels : []));
}
