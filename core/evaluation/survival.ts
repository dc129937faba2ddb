import { StaypowerError } from '../domain/errors.ts';
import { logLogisticAft, logNormalAft, weibullAft } from '../models/survival/accelerated-failure-time.ts';
import { type Covariate, checkValues, isMissing, levelSets } from '../models/survival/covariates.ts';
import { cox } from '../models/survival/cox.ts';
import { kaplanMeier, type SurvivalStep } from '../models/survival/kaplan-meier.ts';
import type { ProportionalityTest } from '../models/survival/proportionality.ts';
import type { Coefficient, FittedSurvivalModel } from '../models/survival/survival-model.ts';
import { checkSurvivalRows, countEvents, type SurvivalRow } from '../models/survival/survival-row.ts';
import { bestSingleColumn } from './best-single-column.ts';
import { type Concordance, concordance, summed } from './concordance.ts';
import { durationLeaks } from './duration-leaks.ts';
import { type BrierIntegral, brierIntegral } from './integrated-brier.ts';
import { type Fold, survivalFolds } from './survival-folds.ts';

/** How a model does; null where it cannot be said. */
export interface SurvivalMetrics {
  /** Harrell's, on the customers the model was fitted to. */
  concordance: number | null;
  /** On customers it was not fitted to: pairs within each fold, over all folds. */
  crossValidatedConcordance: number | null;
  /** On customers it was not fitted to (Graf et al. 1999). */
  integratedBrierScore: number | null;
}

/** One model, fitted to the whole table. */
export interface SurvivalModelReport {
  name: string;
  /** Coefficients by column, and the model's own (intercept, scale, median). */
  parameters: Readonly<Record<string, number | null>>;
  logLikelihood: number | null;
  converged: boolean;
  fitSeconds: number;
  metrics: SurvivalMetrics;
  coefficients: readonly Coefficient[];
  /** Cox only. */
  proportionality?: readonly ProportionalityTest[];
  /** Kaplan-Meier only. */
  curve?: readonly SurvivalStep[];
  /** Mean of the customers' curves at even times up to the longest duration; null where the model does not say. */
  meanCurve: readonly { time: number; survival: number | null }[];
  warnings: readonly string[];
}

/** Every survival model and the naive rows on one table. */
export interface SurvivalEvaluation {
  rows: number;
  /** Rows without a missing value: what the models with covariates are fitted to, and all are cross-validated on. */
  completeRows: number;
  events: number;
  folds: number;
  seed: number;
  models: readonly SurvivalModelReport[];
  naive: readonly { name: string; metrics: SurvivalMetrics }[];
  warnings: readonly string[];
}

export interface SurvivalEvaluationOptions {
  covariates: readonly Covariate[];
  seed: number;
  /** Seconds from some fixed moment. */
  clock: () => number;
}

const FOLDS = 5;

/** What every model is judged on. */
interface Table {
  complete: readonly SurvivalRow[];
  folds: readonly Fold[];
  brier: BrierIntegral;
  clock: () => number;
}

/**
 * Fits every survival model to a table, and cross-validates each on the same folds. Rows with a missing value serve Kaplan-Meier alone. A
 * model that cannot be fitted is left out with its reason among the warnings; the others go on.
 *
 * @throws DataError for a duration, event or value that cannot be used; NotFittedError when there is no event at all
 */
export function evaluateSurvival(
  rows: readonly SurvivalRow[],
  { covariates, seed, clock }: SurvivalEvaluationOptions,
): SurvivalEvaluation {
  checkSurvivalRows(rows);
  const events = countEvents(rows);
  const complete = rows.filter(({ values }) => !values.some(isMissing));
  const levels = levelSets(covariates);
  for (const [row, { values }] of complete.entries()) checkValues(values, covariates, row, levels);
  const folds = survivalFolds(complete, { folds: FOLDS, seed });
  const table = { complete, folds, brier: brierIntegral(complete), clock };
  const warnings = durationLeaks(complete, covariates);
  const aft = (family: typeof weibullAft) =>
    judge(table, warnings, {
      name: family.name,
      rows: complete,
      train: (training) => family.fit(training, { covariates }),
      describe: ({ intercept, coefficients, scale, logScale }) => ({
        parameters: { ...estimates([intercept, ...coefficients]), scale },
        coefficients: [intercept, ...coefficients, logScale],
      }),
    });
  const everyone = judge(table, warnings, {
    name: kaplanMeier.name,
    rows,
    train: (training) => kaplanMeier.fit(training, {}),
    describe: (fitted) => {
      const { time, low, high } = fitted.quantile(0.5);
      return { parameters: { median: time, medianLow: low, medianHigh: high }, coefficients: [], curve: fitted.steps };
    },
  });
  const proportional = judge(table, warnings, {
    name: cox.name,
    rows: complete,
    train: (training) => cox.fit(training, { covariates, ties: 'efron' }),
    describe: ({ coefficients, proportionality }) => ({
      parameters: estimates(coefficients),
      coefficients,
      proportionality,
    }),
  });
  const models = [everyone, proportional, ...[weibullAft, logNormalAft, logLogisticAft].map(aft)];
  return {
    rows: rows.length,
    completeRows: complete.length,
    events,
    folds: folds.length,
    seed,
    models: models.filter((model) => model !== null),
    naive: naiveRows(table, covariates, everyone),
    warnings,
  };
}

interface Subject<Fitted extends FittedSurvivalModel> {
  name: string;
  rows: readonly SurvivalRow[];
  train: (rows: readonly SurvivalRow[]) => Fitted;
  describe: (fitted: Fitted) => Pick<SurvivalModelReport, 'parameters' | 'coefficients' | 'proportionality' | 'curve'>;
}

/** Fits a model and judges it; null, with a warning, when it cannot be fitted. */
function judge<Fitted extends FittedSurvivalModel>(
  { complete, folds, brier, clock }: Table,
  warnings: string[],
  { name, rows, train, describe }: Subject<Fitted>,
): SurvivalModelReport | null {
  const begun = clock();
  const fitted = orReason(() => train(rows));
  const fitSeconds = clock() - begun;
  if (typeof fitted === 'string') {
    warnings.push(`${name} was left out. ${fitted}`);
    return null;
  }
  const { converged, logLikelihood, warnings: ofFit } = fitted.diagnostics;
  const validated = orReason(() => crossValidate(folds, train, brier));
  if (typeof validated === 'string') warnings.push(`${name} could not be cross-validated. ${validated}`);
  return {
    name,
    ...describe(fitted),
    logLikelihood,
    converged,
    fitSeconds,
    metrics: {
      concordance: known(ordering(complete, fitted).concordance),
      crossValidatedConcordance: null,
      integratedBrierScore: null,
      ...(typeof validated === 'object' && validated),
    },
    meanCurve: meanCurve(complete, fitted),
    warnings: ofFit,
  };
}

/** Points of a mean curve, and customers it is taken over at most, at even steps. */
const CURVE_POINTS = 40;
const CURVE_CUSTOMERS = 500;

function meanCurve(rows: readonly SurvivalRow[], fitted: FittedSurvivalModel): SurvivalModelReport['meanCurve'] {
  const longest = rows.reduce((most, { duration }) => Math.max(most, duration), 0);
  const step = Math.max(1, Math.ceil(rows.length / CURVE_CUSTOMERS));
  const sample = rows.filter((_, i) => i % step === 0);
  return Array.from({ length: CURVE_POINTS + 1 }, (_, point) => {
    const time = (longest * point) / CURVE_POINTS;
    const survivals = sample.map((row) => fitted.survival(row, time));
    const known = survivals.filter((survival) => survival !== null);
    const sum = known.reduce((all, survival) => all + survival, 0);
    return { time, survival: known.length === sample.length ? sum / sample.length : null };
  });
}

type Validated = Omit<SurvivalMetrics, 'concordance'>;

/** Figures on rows that each fit has not seen; null when there are no folds. */
function crossValidate(
  folds: readonly Fold[],
  train: (rows: readonly SurvivalRow[]) => FittedSurvivalModel,
  brier: BrierIntegral,
): Validated | null {
  if (folds.length === 0) return null;
  const fits = folds.map(({ training, test }) => ({ fitted: train(training), test }));
  const pairs = fits.map(({ fitted, test }) => ordering(test, fitted));
  const errors = fits.map(({ fitted, test }) => {
    const survivals = test.map((row) => brier.times.map((time) => fitted.survival(row, time)));
    return brier.errorSum(test, survivals);
  });
  return {
    crossValidatedConcordance: known(summed(...pairs).concordance),
    integratedBrierScore: known(errors.reduce((sum, error) => sum + error, 0) / brier.rows),
  };
}

/** What needs no model: everybody alike, and the order of the one column that ranks best. */
function naiveRows(
  { complete, folds }: Table,
  covariates: readonly Covariate[],
  everyone: SurvivalModelReport | null,
): SurvivalEvaluation['naive'] {
  const rows: { name: string; metrics: SurvivalMetrics }[] = [];
  if (everyone) rows.push({ name: 'everyone-alike', metrics: everyone.metrics });
  const single = bestSingleColumn(complete, covariates);
  if (!single) return rows;
  const pairs = folds.map(({ training, test }) => {
    const column = bestSingleColumn(training, covariates);
    return orderingBy(test, column ? test.map(column.risk) : test.map(() => 0));
  });
  rows.push({
    name: `best-single-column (${single.name})`,
    metrics: {
      concordance: known(orderingBy(complete, complete.map(single.risk)).concordance),
      crossValidatedConcordance: known(summed(...pairs).concordance),
      integratedBrierScore: null,
    },
  });
  return rows;
}

function ordering(rows: readonly SurvivalRow[], fitted: FittedSurvivalModel): Concordance {
  return orderingBy(
    rows,
    fitted.predict(rows).map(({ risk }) => risk),
  );
}

function orderingBy(rows: readonly SurvivalRow[], risks: readonly number[]): Concordance {
  return concordance(
    rows.map(({ duration }) => duration),
    rows.map(({ event }) => event),
    risks,
  );
}

function estimates(coefficients: readonly Coefficient[]): Record<string, number> {
  return Object.fromEntries(coefficients.map(({ name, estimate }) => [name, estimate]));
}

/** Shares of no pairs are NaN: not known. */
function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** The result, or why there is none. */
function orReason<T extends object | null>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof StaypowerError) return error.message;
    throw error;
  }
}
