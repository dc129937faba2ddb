import { logistic } from './logistic.ts';

/** How the log-odds of several models are added up; plain JSON. */
export interface Stack {
  readonly intercept: number;
  /** One for each model, 0 or more. */
  readonly weights: readonly number[];
}

/**
 * Stacked generalisation (Wolpert 1992): a logistic regression on what each model said of rows it had not seen, with weights that are not
 * negative (Breiman 1996): models that would get a negative one are left out, the most negative first.
 *
 * @param columns for each model, its out-of-fold log-odds of the rows
 */
export function fitStack(columns: readonly (readonly number[])[], labels: readonly (0 | 1)[]): Stack {
  let used = [...columns.keys()];
  for (;;) {
    const { intercept, coefficients } = logistic.fit(
      labels.map((label, row) => ({ values: used.map((m) => columns[m]?.[row] as number), label })),
      { featureNames: used.map(String), l2: 1 },
    );
    const estimates = coefficients.map(({ estimate }) => estimate);
    const least = Math.min(...estimates);
    if (least >= 0) {
      return { intercept: intercept.estimate, weights: columns.map((_, m) => estimates[used.indexOf(m)] ?? 0) };
    }
    if (used.length === 1) return baseRate(columns.length, labels);
    used = used.filter((_, position) => estimates[position] !== least);
  }
}

/** What is left when every model has it the wrong way round. */
function baseRate(models: number, labels: readonly (0 | 1)[]): Stack {
  const events = labels.reduce<number>((sum, label) => sum + label, 0);
  return { intercept: Math.log(events / (labels.length - events)), weights: new Array(models).fill(0) };
}

/** The stack's log-odds of so many rows: the intercept alone where no model has a weight. */
export function stackedLogOdds(
  { intercept, weights }: Stack,
  columns: readonly (readonly number[])[],
  rows: number,
): readonly number[] {
  return Array.from({ length: rows }, (_, row) =>
    weights.reduce((sum, weight, m) => sum + weight * (columns[m]?.[row] as number), intercept),
  );
}

/** What stacks fitted to the other folds say of each row: an honest prediction of the stack itself. */
export function stackOutOfFold(
  columns: readonly (readonly number[])[],
  labels: readonly (0 | 1)[],
  folds: Int32Array,
): readonly number[] {
  const outOfFold = new Array<number>(labels.length).fill(0);
  for (const fold of new Set(folds)) {
    const kept = labels.filter((_, row) => folds[row] !== fold);
    const stack = fitStack(
      columns.map((column) => column.filter((_, row) => folds[row] !== fold)),
      kept,
    );
    const said = stackedLogOdds(stack, columns, labels.length);
    for (const [row, each] of said.entries()) if (folds[row] === fold) outOfFold[row] = each;
  }
  return outOfFold;
}
