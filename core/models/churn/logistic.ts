import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Matrix } from '../../math/cholesky.ts';
import { inverseOf } from '../../math/symmetric-matrix.ts';
import type { FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import { coefficient } from '../survival/coefficients.ts';
import type { Coefficient } from '../survival/survival-model.ts';
import { maximiseLogistic } from './maximise-logistic.ts';

/** One labelled example: numbers under the names given in the options, and whether the event came (1) or not (0). */
export interface LabelledRow {
  values: readonly number[];
  label: 0 | 1;
  /** Counts as this many examples; 1 when left out. */
  weight?: number;
}

/** How to fit. */
export interface LogisticOptions {
  featureNames: readonly string[];
  /** L2 penalty on the standardised coefficients, the intercept excepted; 1 is scikit-learn's C = 1. */
  l2: number;
  /** L1 penalty on the same coefficients, which sets the weakest to 0; none when left out. Without standard errors. */
  l1?: number;
}

/** A fitted logistic regression: probability of the event from a row of values. */
export interface FittedLogistic extends FittedModel<LabelledRow, number> {
  readonly featureNames: readonly string[];
  readonly intercept: Coefficient;
  /**
   * Log odds ratios in the columns' own units, in the order of featureNames. Standard errors are those of the penalised information
   * (le Cessie & van Houwelingen 1992): those of the plain likelihood when l2 is 0.
   */
  readonly coefficients: readonly Coefficient[];
  /** Log-odds of the event for a row of values in the order of featureNames. */
  logOdds(values: readonly number[]): number;
}

const NAME = 'logistic';
/** Format 1 had no standard errors. */
const FORMAT_VERSION = 2;

/** The model face of logistic regression. */
export interface LogisticFamily extends ModelFamily<LabelledRow, number, LogisticOptions> {
  fit(rows: readonly LabelledRow[], options: LogisticOptions): FittedLogistic;
  load(artifact: Json): FittedLogistic;
}

/** Logistic regression by penalised maximum likelihood on standardised columns; a penalty on both kinds is an elastic net. */
export const logistic: LogisticFamily = {
  name: NAME,
  fit: (rows, { featureNames, l2, l1 = 0 }) => {
    const width = featureNames.length;
    checkRows(rows, featureNames);
    const events = rows.reduce((sum, row) => sum + row.label, 0);
    if (events === 0 || events === rows.length) {
      throw new NotFittedError(
        `All ${rows.length} examples have the same outcome, so nothing tells them apart. Choose another horizon or wait for more history.`,
      );
    }
    const weights = Float64Array.from(rows, ({ weight = 1 }) => weight);
    const { x, kept, means, scales } = standardise(rows, width);
    const labels = Uint8Array.from(rows, ({ label }) => label);
    const best = maximiseLogistic({ rows: rows.length, width: kept.length, x, labels, weights, l1, l2 });
    // Without convergence, and after a selection by L1, an error would claim a certainty that is not there.
    const covariance = best.converged && l1 === 0 ? inverseOf(best.information) : null;
    return fitted(
      {
        featureNames: [...featureNames],
        ...inOwnUnits(width, best.theta, covariance, { kept, means, scales }),
      },
      {
        converged: best.converged,
        iterations: best.iterations,
        logLikelihood: best.logLikelihood,
        rows: rows.length,
        warnings: best.converged
          ? []
          : ['The logistic fit did not converge: raise the penalty or leave out features that say the same.'],
      },
    );
  },
  load: (artifact) => {
    const saved = artifact as unknown as ModelArtifact;
    if (saved?.model !== NAME || (saved.formatVersion !== 1 && saved.formatVersion !== FORMAT_VERSION)) {
      throw new DataError({
        field: 'model',
        expected: `a saved ${NAME} of format 1 or ${FORMAT_VERSION}`,
        found: String(saved?.model),
        remedy: 'train again',
      });
    }
    const parameters = saved.parameters as unknown as Omit<Parameters, 'standardErrors'> & Partial<Parameters>;
    return fitted({ ...parameters, standardErrors: parameters.standardErrors ?? [] }, saved.diagnostics);
  },
};

function checkRows(rows: readonly LabelledRow[], featureNames: readonly string[]): void {
  for (const [row, { values }] of rows.entries()) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0 || values.length !== featureNames.length) {
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
  const misweighed = rows.findIndex(({ weight = 1 }) => !(Number.isFinite(weight) && weight >= 0));
  if (misweighed >= 0) {
    throw new DataError({
      row: misweighed,
      field: 'weight',
      expected: 'a number of 0 or more',
      found: String(rows[misweighed]?.weight),
      remedy: 'correct it, or leave it out for 1',
    });
  }
}

interface Parameters {
  featureNames: readonly string[];
  coefficients: readonly number[];
  intercept: number;
  /** Of the coefficients, then the intercept; 0 where there is none. */
  standardErrors: readonly number[];
}

function fitted(parameters: Parameters, diagnostics: FittedLogistic['diagnostics']): FittedLogistic {
  const { featureNames, coefficients, intercept, standardErrors } = parameters;
  const logOdds = (values: readonly number[]) => {
    let sum = intercept;
    for (let j = 0; j < coefficients.length; j += 1) sum += (coefficients[j] as number) * (values[j] as number);
    return sum;
  };
  const estimate = (name: string, value: number, index: number) => {
    const error = standardErrors[index] ?? 0;
    return coefficient(name, value, error === 0 ? null : error);
  };
  return {
    name: NAME,
    featureNames,
    diagnostics,
    intercept: estimate('intercept', intercept, coefficients.length),
    coefficients: coefficients.map((value, j) => estimate(featureNames[j] ?? '', value, j)),
    logOdds,
    predict: (rows) => rows.map((row) => 1 / (1 + Math.exp(-logOdds(row.values)))),
    save: () => ({
      model: NAME,
      formatVersion: FORMAT_VERSION,
      parameters: { featureNames, coefficients, intercept, standardErrors },
      diagnostics,
    }),
  };
}

interface Standardised {
  /** Columns that vary. */
  kept: readonly number[];
  means: readonly number[];
  scales: readonly number[];
}

/** The columns that vary, with mean 0 and deviation 1: a constant says nothing and has no coefficient. */
function standardise(rows: readonly LabelledRow[], width: number): Standardised & { x: Float64Array } {
  const n = rows.length;
  const allMeans = new Float64Array(width);
  const variances = new Float64Array(width);
  for (const { values } of rows)
    for (let j = 0; j < width; j += 1) allMeans[j] = (allMeans[j] as number) + (values[j] as number) / n;
  for (const { values } of rows) {
    for (let j = 0; j < width; j += 1)
      variances[j] = (variances[j] as number) + ((values[j] as number) - (allMeans[j] as number)) ** 2 / n;
  }
  // The spread of a constant column is rounding error.
  const kept = Array.from({ length: width }, (_, j) => j).filter(
    (j) => Math.sqrt(variances[j] as number) > 1e-12 * Math.abs(allMeans[j] as number),
  );
  const means = kept.map((j) => allMeans[j] as number);
  const scales = kept.map((j) => Math.sqrt(variances[j] as number));
  const x = new Float64Array(n * kept.length);
  for (const [i, { values }] of rows.entries()) {
    for (const [position, j] of kept.entries())
      x[i * kept.length + position] =
        ((values[j] as number) - (means[position] as number)) / (scales[position] as number);
  }
  return { x, kept, means, scales };
}

/** Back to the columns' own units, so that the artifact holds plain coefficients. */
function inOwnUnits(
  width: number,
  theta: Float64Array,
  covariance: Matrix | null,
  { kept, means, scales }: Standardised,
): Omit<Parameters, 'featureNames'> {
  const coefficients = new Array<number>(width).fill(0);
  const standardErrors = new Array<number>(width + 1).fill(0);
  let intercept = theta[kept.length] as number;
  /** The intercept as a combination of theta. */
  const combination = Float64Array.from(theta, (_, a) =>
    a === kept.length ? 1 : -(means[a] as number) / (scales[a] as number),
  );
  for (const [a, j] of kept.entries()) {
    coefficients[j] = (theta[a] as number) / (scales[a] as number);
    intercept += (combination[a] as number) * (theta[a] as number);
    standardErrors[j] = Math.sqrt(covariance?.[a]?.[a] ?? 0) / (scales[a] as number);
  }
  const variance = covariance?.reduce(
    (sum, row, a) =>
      sum + row.reduce((part, c, b) => part + c * (combination[a] as number) * (combination[b] as number), 0),
    0,
  );
  standardErrors[width] = Math.sqrt(variance ?? 0);
  return { coefficients, intercept, standardErrors };
}
