import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { minimise } from '../../math/lbfgs.ts';
import type { FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';

/** One labelled example: numbers under the names given in the options, and whether the event came (1) or not (0). */
export interface LabelledRow {
  values: readonly number[];
  label: 0 | 1;
}

export interface LogisticOptions {
  featureNames: readonly string[];
  /** L2 penalty on the standardised coefficients, the intercept excepted; 1 is scikit-learn's C = 1. */
  l2: number;
}

/** A fitted logistic regression: probability of the event from a row of values. */
export interface FittedLogistic extends FittedModel<LabelledRow, number> {
  readonly featureNames: readonly string[];
  /** Log-odds of the event for a row of values in the order of featureNames. */
  logOdds(values: readonly number[]): number;
}

const NAME = 'logistic';

/** The model face of logistic regression. */
export interface LogisticFamily extends ModelFamily<LabelledRow, number, LogisticOptions> {
  fit(rows: readonly LabelledRow[], options: LogisticOptions): FittedLogistic;
  load(artifact: Json): FittedLogistic;
}

/** Logistic regression by penalised maximum likelihood on standardised columns. */
export const logistic: LogisticFamily = {
  name: NAME,
  fit: (rows, { featureNames, l2 }) => {
    const width = featureNames.length;
    for (const [row, { values }] of rows.entries()) {
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0 || values.length !== width) {
        throw new DataError({
          row,
          field: featureNames[Math.max(bad, 0)] ?? 'values',
          expected: 'a finite number for each feature',
          found: String(values[bad]),
          remedy: 'check how this feature is computed',
        });
      }
    }
    const unlabelled = rows.findIndex(({ label }) => label !== 0 && label !== 1);
    if (unlabelled >= 0) {
      throw new DataError({
        row: unlabelled,
        field: 'label',
        expected: '0 or 1',
        found: String(rows[unlabelled]?.label),
        remedy: 'leave out customers whose outcome is not known',
      });
    }
    const events = rows.reduce((sum, row) => sum + row.label, 0);
    if (events === 0 || events === rows.length) {
      throw new NotFittedError(
        `All ${rows.length} examples have the same outcome, so nothing tells them apart. Choose another horizon or wait for more history.`,
      );
    }
    const { means, scales } = standardisation(rows, width);
    const columns = rows.map(({ values }) =>
      Float64Array.from(values, (value, j) => (value - (means[j] as number)) / (scales[j] as number)),
    );
    const objective = (theta: Float64Array, gradient: Float64Array) => {
      gradient.fill(0);
      let loss = 0;
      for (const [i, x] of columns.entries()) {
        const score = linear(theta, x);
        const label = (rows[i] as LabelledRow).label;
        // log(1 + exp(score)) - label * score, without overflow.
        loss += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - label * score;
        const error = 1 / (1 + Math.exp(-score)) - label;
        for (let j = 0; j < width; j += 1) gradient[j] = (gradient[j] as number) + error * (x[j] as number);
        gradient[width] = (gradient[width] as number) + error;
      }
      for (let j = 0; j < width; j += 1) {
        loss += 0.5 * l2 * (theta[j] as number) ** 2;
        gradient[j] = (gradient[j] as number) + l2 * (theta[j] as number);
      }
      for (let j = 0; j <= width; j += 1) gradient[j] = (gradient[j] as number) / rows.length;
      return loss / rows.length;
    };
    const start = new Float64Array(width + 1);
    start[width] = Math.log(events / (rows.length - events));
    const best = minimise(objective, start);
    // Back to the columns' own units, so that the artifact holds plain coefficients.
    const coefficients = means.map((_, j) => (best.x[j] as number) / (scales[j] as number));
    const intercept = (best.x[width] as number) - coefficients.reduce((sum, c, j) => sum + c * (means[j] as number), 0);
    return fitted(
      { featureNames: [...featureNames], coefficients, intercept },
      {
        converged: best.converged,
        iterations: best.iterations,
        logLikelihood: -best.value * rows.length,
        rows: rows.length,
        warnings: best.converged
          ? []
          : ['The logistic fit did not converge: raise the penalty or leave out features that say the same.'],
      },
    );
  },
  load: (artifact) => {
    const saved = artifact as unknown as ModelArtifact;
    if (saved?.model !== NAME || saved.formatVersion !== 1) {
      throw new DataError({
        field: 'model',
        expected: `a saved ${NAME} of format 1`,
        found: String(saved?.model),
        remedy: 'train again',
      });
    }
    return fitted(saved.parameters as unknown as Parameters, saved.diagnostics);
  },
};

interface Parameters {
  featureNames: readonly string[];
  coefficients: readonly number[];
  intercept: number;
}

function fitted(parameters: Parameters, diagnostics: FittedLogistic['diagnostics']): FittedLogistic {
  const { featureNames, coefficients, intercept } = parameters;
  const logOdds = (values: readonly number[]) => {
    let sum = intercept;
    for (let j = 0; j < coefficients.length; j += 1) sum += (coefficients[j] as number) * (values[j] as number);
    return sum;
  };
  return {
    name: NAME,
    featureNames,
    diagnostics,
    logOdds,
    predict: (rows) => rows.map((row) => 1 / (1 + Math.exp(-logOdds(row.values)))),
    save: () => ({ model: NAME, formatVersion: 1, parameters: { featureNames, coefficients, intercept }, diagnostics }),
  };
}

function linear(theta: Float64Array, x: Float64Array): number {
  let sum = theta[x.length] as number;
  for (let j = 0; j < x.length; j += 1) sum += (theta[j] as number) * (x[j] as number);
  return sum;
}

function standardisation(rows: readonly LabelledRow[], width: number): { means: number[]; scales: number[] } {
  const means = new Array<number>(width).fill(0);
  const scales = new Array<number>(width).fill(0);
  for (const { values } of rows)
    for (let j = 0; j < width; j += 1) means[j] = (means[j] as number) + (values[j] as number) / rows.length;
  for (const { values } of rows) {
    for (let j = 0; j < width; j += 1)
      scales[j] = (scales[j] as number) + ((values[j] as number) - (means[j] as number)) ** 2 / rows.length;
  }
  // A constant column says nothing, and its spread is rounding error: an infinite scale keeps its coefficient at zero.
  return {
    means,
    scales: scales.map((variance, j) => {
      const deviation = Math.sqrt(variance);
      return deviation > 1e-12 * Math.abs(means[j] as number) ? deviation : Number.POSITIVE_INFINITY;
    }),
  };
}
