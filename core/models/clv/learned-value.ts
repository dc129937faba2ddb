import { DataError } from '../../domain/errors.ts';

/** What came in a window. */
export interface ValueOutcome {
  /** Purchase days. */
  count: number;
  /** Major units. */
  spend: number;
}

/**
 * One customer on one day as the learned value models see it: what the probability models expect of a window, and what else is
 * known. The learned models only say how far to depart from that expectation, so that they hold for windows of another length
 * than those they were trained on, and say what the probability models say where there is little to learn from.
 */
export interface LearnedValueRow {
  /** Features as of the day, in the order of `featureNames`; finite. */
  readonly values: readonly number[];
  /** Purchase days that a transaction model expects in the window; above 0. */
  readonly expectedCount: number;
  /** Chance of at least one, by the same model; above 0. */
  readonly probabilityOfPurchase: number;
  /** Money expected in the window; above 0. */
  readonly expectedSpend: number;
  /** What came; needed to fit, not read to predict. */
  readonly outcome?: ValueOutcome;
}

/** A training row. */
export type LabelledValueRow = LearnedValueRow & { readonly outcome: ValueOutcome };

/** Checks training rows. Throws DataError naming the row (0-based) and the field that cannot be used. */
export function labelledRows(
  rows: readonly LearnedValueRow[],
  featureNames: readonly string[],
): readonly LabelledValueRow[] {
  return rows.map((row, index) => {
    checkValueRow(row, index, featureNames);
    const { outcome } = row;
    refuseUnless(outcome !== undefined, index, 'outcome', 'what came in the window', undefined);
    const { count, spend } = outcome ?? { count: Number.NaN, spend: Number.NaN };
    refuseUnless(Number.isInteger(count) && count >= 0, index, 'count', 'a whole number, 0 or more', count);
    refuseUnless(spend >= 0 && Number.isFinite(spend), index, 'spend', 'an amount of zero or more', spend);
    return { ...row, outcome: { count, spend } };
  });
}

/** Checks what prediction reads of a row. Throws DataError naming the row (0-based) and the field. */
export function checkValueRow(row: LearnedValueRow, index: number, featureNames: readonly string[]): void {
  refuseUnless(
    row.values.length === featureNames.length,
    index,
    'values',
    `${featureNames.length} features`,
    row.values.length,
  );
  for (const [f, name] of featureNames.entries()) {
    refuseUnless(Number.isFinite(row.values[f]), index, name, 'a finite number', row.values[f]);
  }
  const { expectedCount, probabilityOfPurchase: p, expectedSpend } = row;
  refuseUnless(
    expectedCount > 0 && Number.isFinite(expectedCount),
    index,
    'expectedCount',
    'more than 0',
    expectedCount,
  );
  refuseUnless(p > 0 && p <= 1, index, 'probabilityOfPurchase', 'more than 0, at most 1', p);
  refuseUnless(
    expectedSpend > 0 && Number.isFinite(expectedSpend),
    index,
    'expectedSpend',
    'more than 0',
    expectedSpend,
  );
}

/** Options of a fit. */
export interface LearnedValueOptions {
  readonly featureNames: readonly string[];
  /** The book on the day of training: what is said of it in all is compared with what is expected. */
  readonly book: readonly LearnedValueRow[];
  /** Decides everything random: rows and features drawn, rows held out, first weights. */
  readonly seed: number;
}

/** Factors on what a learned model says. */
export type Levels = Readonly<ValueOutcome>;

/**
 * Factors that take back half (in logarithms) of how far a model departs from the expectations of a book as a whole: a window has one
 * level, so that some thousand customers are one observation of it, while of the differences between them they are many. On windows
 * of five books neither all nor nothing of the departure came as near to what came next.
 */
export function halfLevels(rows: readonly LearnedValueRow[], said: readonly ValueOutcome[]): Levels {
  const factor = (expected: (row: LearnedValueRow) => number, of: keyof ValueOutcome) => {
    const all = said.reduce((sum, each) => sum + each[of], 0);
    return all > 0 ? Math.sqrt(rows.reduce((sum, row) => sum + expected(row), 0) / all) : 1;
  };
  return {
    count: factor((row) => row.expectedCount, 'count'),
    spend: factor((row) => row.expectedSpend, 'spend'),
  };
}

/** Bounds a departure from the expectation: beyond, it is the noise of a few customers. */
export function bounded(said: number, expected: number): number {
  return Math.min(Math.max(said, expected / MOST_DEPARTURE), expected * MOST_DEPARTURE);
}

const MOST_DEPARTURE = 4;

/** In an order that does not depend on the one they came in. */
export function inFixedOrder(rows: readonly LabelledValueRow[]): readonly LabelledValueRow[] {
  const key = (row: LabelledValueRow) => [
    row.expectedCount,
    row.expectedSpend,
    row.outcome.count,
    row.outcome.spend,
    ...row.values,
  ];
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => {
      const at = a.key.findIndex((value, i) => value !== b.key[i]);
      return at < 0 ? 0 : (a.key[at] as number) - (b.key[at] as number);
    })
    .map(({ row }) => row);
}

function refuseUnless(good: boolean, row: number, field: string, expected: string, found: number | undefined): void {
  if (good) return;
  throw new DataError({
    row,
    field,
    expected,
    found: String(found),
    remedy: 'check the transactions of this customer',
  });
}
