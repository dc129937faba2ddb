import { NotFittedError } from '../../domain/errors.ts';
import type { Matrix } from '../../math/cholesky.ts';
import { independentColumns } from '../../math/symmetric-matrix.ts';
import { type Covariate, checkValues, type DesignColumn, designColumns, levelSets } from './covariates.ts';
import { checkSurvivalRows, type SurvivalRow } from './survival-row.ts';

/** A table as the likelihoods read it: columns with mean 0 and deviation 1, rows by falling duration, events before the censored. */
export interface Design {
  /** n */
  rows: number;
  /** k */
  width: number;
  columns: readonly DesignColumn[];
  means: Float64Array;
  scales: Float64Array;
  /** n x k by rows. */
  x: Float64Array;
  durations: Float64Array;
  /** 1 for an event, 0 for a censored row. */
  events: Uint8Array;
  eventCount: number;
  /** What was left out, and why. */
  warnings: readonly string[];
}

/** Of a column that is a linear combination of others, less than this share of its variance is its own. */
const OWN_VARIANCE = 1e-9;

/**
 * Checks rows, writes categories out in 0 and 1, and leaves out the columns that cannot have a coefficient: constants, and those that
 * other columns add up to. Throws DataError for an unusable value.
 */
export function designOf(rows: readonly SurvivalRow[], covariates: readonly Covariate[]): Design {
  checkSurvivalRows(rows);
  const levels = levelSets(covariates);
  for (const [index, { values }] of rows.entries()) checkValues(values, covariates, index, levels);
  const all = designColumns(covariates);
  const sorted = inFixedOrder(rows);
  const raw = all.map((column) => Float64Array.from(sorted, (row) => cell(row, column)));
  const moments = raw.map(meanAndDeviation);
  const constant = new Set(all.keys().filter((j) => moments[j]?.deviation === 0));
  const varying = [...all.keys()].filter((j) => !constant.has(j));
  const standardised = varying.map((j) => standardise(raw[j] as Float64Array, moments[j] as Moments));
  const { independent, dependent } = independentColumns(gram(standardised), OWN_VARIANCE);
  const kept = independent.map((position) => varying[position] as number);
  const redundant = dependent.map((position) => varying[position] as number);

  const [n, k] = [rows.length, kept.length];
  const x = new Float64Array(n * k);
  for (const [j, position] of independent.entries()) {
    const column = standardised[position] as Float64Array;
    for (let i = 0; i < n; i += 1) x[i * k + j] = column[i] as number;
  }
  const names = (indices: Iterable<number>) => [...indices].map((j) => all[j]?.name).join(', ');
  const warnings: string[] = [];
  if (constant.size > 0) {
    warnings.push(`Left out, because every customer has the same value: ${names(constant)}.`);
  }
  if (redundant.length > 0) {
    warnings.push(`Left out, because the columns before them already say the same (collinear): ${names(redundant)}.`);
  }
  return {
    rows: n,
    width: k,
    columns: kept.map((j) => all[j] as DesignColumn),
    means: Float64Array.from(kept, (j) => (moments[j] as Moments).mean),
    scales: Float64Array.from(kept, (j) => (moments[j] as Moments).deviation),
    x,
    durations: Float64Array.from(sorted, (row) => row.duration),
    events: Uint8Array.from(sorted, (row) => Number(row.event)),
    eventCount: sorted.reduce((sum, row) => sum + Number(row.event), 0),
    warnings,
  };
}

/** Says of a design what a fit of it may suffer from. Throws NotFittedError when it has no more events than there are parameters. */
export function adviceOn({ width, eventCount }: Design, parameters: number): readonly string[] {
  if (eventCount <= parameters) {
    throw new NotFittedError(
      `${eventCount} ${eventCount === 1 ? 'event' : 'events'} cannot tell the effects of ${width} columns apart. Leave out columns, or wait for more events.`,
    );
  }
  if (eventCount < 10 * width) {
    return [
      `Only ${eventCount} events for ${width} columns: below ten events a column, coefficients are overstated. Leave out columns, or read them with care.`,
    ];
  }
  return [];
}

/** The value of a column in a row. */
export function cell(row: SurvivalRow, { covariate, level }: DesignColumn): number {
  const value = row.values[covariate];
  return level === undefined ? (value as number) : Number(value === level);
}

/** By falling duration, events first; then by values, so that the order in which customers come changes no bit of any sum. */
export function inFixedOrder(rows: readonly SurvivalRow[]): readonly SurvivalRow[] {
  return [...rows].sort((a, b) => {
    if (a.duration !== b.duration) return b.duration - a.duration;
    if (a.event !== b.event) return Number(b.event) - Number(a.event);
    for (const [index, left] of a.values.entries()) {
      const right = b.values[index];
      if (left === right) continue;
      return (left ?? '') < (right ?? '') ? -1 : 1;
    }
    return 0;
  });
}

interface Moments {
  mean: number;
  /** 0 for a constant column, even where rounding leaves a trace. */
  deviation: number;
}

function meanAndDeviation(column: Float64Array): Moments {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
  const deviation = Math.sqrt(variance);
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 };
}

function standardise(column: Float64Array, { mean, deviation }: Moments): Float64Array {
  return column.map((value) => (value - mean) / deviation);
}

function gram(columns: readonly Float64Array[]): Matrix {
  const products = columns.map(() => new Float64Array(columns.length));
  for (const [i, a] of columns.entries()) {
    for (let j = 0; j <= i; j += 1) {
      const b = columns[j] as Float64Array;
      let sum = 0;
      for (let row = 0; row < a.length; row += 1) sum += (a[row] as number) * (b[row] as number);
      (products[i] as Float64Array)[j] = sum;
      (products[j] as Float64Array)[i] = sum;
    }
  }
  return products;
}
