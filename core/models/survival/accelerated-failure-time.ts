import { DataError } from '../../domain/errors.ts';
import type { Matrix } from '../../math/cholesky.ts';
import { inverseOf } from '../../math/symmetric-matrix.ts';
import type { FitDiagnostics } from '../../ports/model.ts';
import { type AftDistribution, extremeValue, logistic, normal } from './aft-distribution.ts';
import { aftLikelihood } from './aft-likelihood.ts';
import { aftExpectedRemaining } from './aft-remaining.ts';
import { fromArtifact, toArtifact } from './artifact.ts';
import { checkTimes } from './check-times.ts';
import { coefficient } from './coefficients.ts';
import { type Covariate, checkValues, type DesignColumn, levelSets } from './covariates.ts';
import { adviceOn, cell, type Design, designOf } from './design.ts';
import { type AftMaximum, maximiseAft } from './maximise-aft.ts';
import type { Coefficient, CovariateOptions, FittedSurvivalModel, SurvivalFamily } from './survival-model.ts';
import { checkSurvivalRows, countEvents, type SurvivalRow } from './survival-row.ts';

/** A fitted accelerated failure time model: ln t = intercept + x beta + scale * Z. */
export interface FittedAft extends FittedSurvivalModel {
  /** Effects on ln t per unit of each column: exp of one is the factor by which it stretches time. */
  readonly coefficients: readonly Coefficient[];
  readonly intercept: Coefficient;
  /** Its logarithm, with the uncertainty there. */
  readonly logScale: Coefficient;
  /** Of the survival package's parametrisation; for Weibull 1 / shape. */
  readonly scale: number;
}

interface AftParameters {
  covariates: readonly Covariate[];
  columns: readonly DesignColumn[];
  coefficients: readonly Coefficient[];
  intercept: Coefficient;
  logScale: Coefficient;
}

/** Weibull times: the hazard rises or falls as a power of time; the only one of the three that is also proportional hazards. */
export const weibullAft = family('weibull-aft', extremeValue);

/** Log-normal times: the hazard rises, then falls. */
export const logNormalAft = family('log-normal-aft', normal);

/** Log-logistic times: like the log-normal with a heavier tail; odds of survival are proportional. */
export const logLogisticAft = family('log-logistic-aft', logistic);

/** An accelerated failure time model by maximum likelihood (Kalbfleisch & Prentice 2002, chapter 3). */
function family(name: string, distribution: AftDistribution): SurvivalFamily<CovariateOptions, FittedAft> {
  return {
    name,
    fit: (rows, { covariates }) => {
      checkSurvivalRows(rows);
      refuseEventsAtZero(rows);
      countEvents(rows);
      const design = designOf(rows, covariates);
      const advice = adviceOn(design, design.width + 1);
      const maximum = maximiseAft(design, aftLikelihood(design, distribution));
      return fitted(
        name,
        distribution,
        { covariates, columns: design.columns, ...inOwnUnits(design, maximum) },
        {
          converged: maximum.converged,
          iterations: maximum.iterations,
          logLikelihood: maximum.logLikelihood,
          rows: rows.length,
          warnings: [...design.warnings, ...advice, ...fitWarnings(name, maximum, design)],
        },
      );
    },
    load: (artifact) => {
      const { parameters, diagnostics } = fromArtifact(name, artifact);
      return fitted(name, distribution, parameters as unknown as AftParameters, diagnostics);
    },
  };
}

/** ln 0 has no density: the time was rounded down. */
function refuseEventsAtZero(rows: readonly SurvivalRow[]): void {
  const row = rows.findIndex(({ duration, event }) => event && duration === 0);
  if (row < 0) return;
  throw new DataError({
    row,
    field: 'duration',
    expected: 'a time above zero for an event',
    found: '0',
    remedy: 'measure in a finer unit, or write half a unit for events within the first one',
  });
}

/** Coefficients per unit of the columns as they came, from those of the standardised ones. */
function inOwnUnits(
  { width: k, columns, means, scales }: Design,
  { theta, information, converged }: AftMaximum,
): Pick<AftParameters, 'coefficients' | 'intercept' | 'logScale'> {
  const covariance = converged ? inverseOf(information) : null;
  const deviation = (weights: ArrayLike<number>) => (covariance ? Math.sqrt(quadratic(covariance, weights)) : null);
  const unit = (position: number, size: number) => Float64Array.from(theta, (_, j) => (j === position ? size : 0));
  const shifts = Float64Array.from(theta, (_, j) => {
    if (j < k) return -(means[j] as number) / (scales[j] as number);
    return j === k ? 1 : 0;
  });
  return {
    coefficients: columns.map(({ name }, j) => {
      const size = 1 / (scales[j] as number);
      return coefficient(name, (theta[j] as number) * size, deviation(unit(j, size)));
    }),
    intercept: coefficient(
      'intercept',
      shifts.reduce((sum, shift, j) => sum + shift * (theta[j] as number), 0),
      deviation(shifts),
    ),
    logScale: coefficient('ln(scale)', theta[k + 1] as number, deviation(unit(k + 1, 1))),
  };
}

/** v' M v */
function quadratic(matrix: Matrix, v: ArrayLike<number>): number {
  let sum = 0;
  for (const [i, row] of matrix.entries()) {
    for (const [j, value] of row.entries()) sum += (v[i] as number) * value * (v[j] as number);
  }
  return sum;
}

function fitWarnings(name: string, { converged, runaway }: AftMaximum, { columns }: Design): readonly string[] {
  if (converged) return [];
  const names = runaway.flatMap((j) => columns[j]?.name ?? []);
  if (names.length === 0) {
    return [
      `The ${name} fit did not converge: the events may all have come at the same time, or the columns tell the time exactly. Look for a column that is made of the duration.`,
    ];
  }
  return [
    `The effect of ${names.join(', ')} has no finite estimate (separation: with some of its values the event never came). Merge its rare categories, or leave it out; the order of customers can still be used.`,
  ];
}

function fitted(
  name: string,
  distribution: AftDistribution,
  given: AftParameters,
  diagnostics: FitDiagnostics,
): FittedAft {
  const parameters: AftParameters = Object.freeze({ ...given });
  const { covariates, columns, coefficients, intercept, logScale } = parameters;
  const scale = Math.exp(logScale.estimate);
  const levels = levelSets(covariates);
  /** Mean of ln t, but for the mean of Z. */
  const meanOf = (row: SurvivalRow, index: number) => {
    checkValues(row.values, covariates, index, levels);
    let sum = intercept.estimate;
    for (const [j, column] of columns.entries()) sum += (coefficients[j] as Coefficient).estimate * cell(row, column);
    return sum;
  };
  const logSurvival = (mean: number, time: number) => distribution.logSurvival((Math.log(time) - mean) / scale)[0];
  const timeAt = (mean: number, level: number) => {
    if (level >= 1) return 0;
    return level > 0 ? Math.exp(mean + scale * distribution.upperQuantile(level)) : null;
  };
  return {
    name,
    diagnostics,
    coefficients,
    intercept,
    logScale,
    scale,
    survival: (row, time) => {
      checkTimes({ time });
      return Math.exp(logSurvival(meanOf(row, 0), time));
    },
    survivalTime: (row, level) => timeAt(meanOf(row, 0), level),
    conditionalSurvival: (row, elapsed, ahead) => {
      checkTimes({ elapsed, ahead });
      const mean = meanOf(row, 0);
      const outlived = logSurvival(mean, elapsed);
      return outlived === Number.NEGATIVE_INFINITY ? null : Math.exp(logSurvival(mean, elapsed + ahead) - outlived);
    },
    expectedRemaining: (row, elapsed, horizon) => {
      checkTimes({ elapsed, horizon });
      return aftExpectedRemaining(distribution, { mean: meanOf(row, 0), scale }, elapsed, horizon);
    },
    predict: (rows) =>
      rows.map((row, index) => {
        const mean = meanOf(row, index);
        return { risk: -mean, medianSurvivalTime: timeAt(mean, 0.5) };
      }),
    save: () => toArtifact(name, parameters, diagnostics),
  };
}
