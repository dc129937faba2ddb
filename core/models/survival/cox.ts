import { inverseOf } from '../../math/symmetric-matrix.ts';
import type { FitDiagnostics } from '../../ports/model.ts';
import { fromArtifact, toArtifact } from './artifact.ts';
import { coefficient } from './coefficients.ts';
import { type Covariate, checkValues, type DesignColumn, levelSets } from './covariates.ts';
import { adviceOn, cell, designOf } from './design.ts';
import { maximisePartialLikelihood, type PartialMaximum } from './maximise-partial-likelihood.ts';
import { partialLikelihood, type Ties } from './partial-likelihood.ts';
import { type ProportionalityTest, testProportionality } from './proportionality.ts';
import { type StepCurve, timeAtHeight } from './step-curve.ts';
import { stepSurvival } from './step-survival.ts';
import type { Coefficient, CovariateOptions, FittedSurvivalModel, SurvivalFamily } from './survival-model.ts';
import { checkSurvivalRows, countEvents, type SurvivalRow } from './survival-row.ts';

export interface CoxOptions extends CovariateOptions {
  /** Efron's unless an older result must be met. */
  ties: Ties;
}

/** A fitted Cox model. */
export interface FittedCox extends FittedSurvivalModel {
  /** Log hazard ratios per unit of each column. */
  readonly coefficients: readonly Coefficient[];
  /** With all coefficients 0. */
  readonly nullLogLikelihood: number;
  /** Whether each effect is constant over time; empty when the fit has no standard errors. */
  readonly proportionality: readonly ProportionalityTest[];
  /** Cumulative baseline hazard of a customer with average columns, at each time with an event. */
  readonly baseline: { readonly times: readonly number[]; readonly cumulativeHazard: readonly number[] };
}

interface CoxParameters {
  ties: Ties;
  covariates: readonly Covariate[];
  columns: readonly DesignColumn[];
  means: readonly number[];
  coefficients: readonly Coefficient[];
  nullLogLikelihood: number;
  proportionality: readonly ProportionalityTest[];
  times: readonly number[];
  cumulativeHazard: readonly number[];
  until: number;
}

const NAME = 'cox';

/** Cox's proportional hazards (Cox 1972) by the partial likelihood; baseline by Efron's or Breslow's estimate, as the ties. */
export const cox: SurvivalFamily<CoxOptions, FittedCox> = {
  name: NAME,
  fit: (rows, { covariates, ties }) => {
    checkSurvivalRows(rows);
    countEvents(rows);
    const design = designOf(rows, covariates);
    const advice = adviceOn(design, design.width);
    const maximum = maximisePartialLikelihood(design, ties);
    const { columns, scales } = design;
    const covariance = maximum.converged ? inverseOf(maximum.information) : null;
    const coefficients = columns.map(({ name }, j) => {
      const scale = scales[j] as number;
      const variance = covariance?.[j]?.[j];
      return coefficient(
        name,
        (maximum.beta[j] as number) / scale,
        variance === undefined ? null : Math.sqrt(variance) / scale,
      );
    });
    const proportionality = covariance ? testProportionality(design, maximum.beta, covariance, ties) : [];
    const times: number[] = [];
    const hazards: number[] = [];
    partialLikelihood(design, maximum.beta, ties, ({ time, hazard }) => {
      times.unshift(time);
      hazards.unshift(hazard);
    });
    let sum = 0;
    return fitted(
      {
        ties,
        covariates,
        columns,
        means: [...design.means],
        coefficients,
        nullLogLikelihood: maximum.nullLogLikelihood,
        proportionality,
        times,
        cumulativeHazard: hazards.map((hazard) => {
          sum += hazard;
          return sum;
        }),
        until: design.durations[0] as number,
      },
      {
        converged: maximum.converged,
        iterations: maximum.iterations,
        logLikelihood: maximum.logLikelihood,
        rows: rows.length,
        warnings: [...design.warnings, ...advice, ...fitWarnings(maximum, columns), ...trendWarnings(proportionality)],
      },
    );
  },
  load: (artifact) => {
    const { parameters, diagnostics } = fromArtifact(NAME, artifact);
    return fitted(parameters as unknown as CoxParameters, diagnostics);
  },
};

function fitWarnings({ converged, runaway }: PartialMaximum, columns: readonly DesignColumn[]): readonly string[] {
  if (converged) return [];
  if (runaway.length === 0) return ['The Cox fit did not converge: look for extreme values, or leave out columns.'];
  const names = runaway.map((j) => columns[j]?.name).join(', ');
  return [
    `The effect of ${names} has no finite estimate (separation: with some of its values the event never came, or came first without exception). Merge its rare categories, or leave it out; the order of customers can still be used.`,
  ];
}

function trendWarnings(tests: readonly ProportionalityTest[]): readonly string[] {
  // Bonferroni: with many columns one of them is below .05 by chance.
  const trending = tests.filter(({ pValue }) => pValue * tests.length < 0.05).map(({ name }) => name);
  if (trending.length === 0) return [];
  return [
    `The effect of ${trending.join(', ')} changes over time (Schoenfeld residuals): its coefficient is an average. Fit groups of it apart, or use an accelerated failure time model.`,
  ];
}

function fitted(given: CoxParameters, diagnostics: FitDiagnostics): FittedCox {
  const parameters: CoxParameters = Object.freeze({ ...given });
  const { covariates, columns, means, coefficients, times, cumulativeHazard, until } = parameters;
  const levels = levelSets(covariates);
  const riskOf = (row: SurvivalRow, index: number) => {
    checkValues(row.values, covariates, index, levels);
    let sum = 0;
    for (const [j, column] of columns.entries()) {
      sum += (coefficients[j] as Coefficient).estimate * (cell(row, column) - (means[j] as number));
    }
    return sum;
  };
  const curveAt = (risk: number): StepCurve => {
    const ratio = Math.exp(risk);
    return { times, height: (step) => Math.exp(-(cumulativeHazard[step] as number) * ratio), until };
  };
  return {
    name: NAME,
    diagnostics,
    coefficients,
    nullLogLikelihood: parameters.nullLogLikelihood,
    proportionality: parameters.proportionality,
    baseline: { times, cumulativeHazard },
    ...stepSurvival((row) => curveAt(riskOf(row, 0))),
    predict: (rows) =>
      rows.map((row, index) => {
        const risk = riskOf(row, index);
        return { risk, medianSurvivalTime: timeAtHeight(curveAt(risk), 0.5) };
      }),
    save: () => toArtifact(NAME, parameters, diagnostics),
  };
}
