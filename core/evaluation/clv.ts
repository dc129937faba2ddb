import { type Book, bookOf, type DatedAmount } from '../backtest/book.ts';
import { bestOf, combine, ENSEMBLE, type EnsembleWeights, learnWeights } from '../backtest/ensemble.ts';
import { explosionOf } from '../backtest/explosion.ts';
import { levelsOfNewest, mixtureOf } from '../backtest/interval-levels.ts';
import { type Answer, type Member, type Question, spendOfOrders, spendPerPurchase } from '../backtest/members.ts';
import { MEMBERS } from '../backtest/pool.ts';
import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { type BookValue, bookValues } from './book-value.ts';
import {
  type Cohort,
  type CohortForecast,
  cohortTriangle,
  forecastByCohort,
  type MonthForecast,
  portfolioForecast,
} from './cohorts.ts';
import { type EvaluatedModel, evaluatedModel, type HoldoutMetrics, holdoutMetrics } from './evaluated-model.ts';
import {
  type ConditionalMean,
  conditionalMeans,
  type Frequencies,
  frequenciesOf,
  type Tracking,
  trackingOf,
} from './fit-plots.ts';
import { intervalCoverage } from './intervals.ts';
import { readinessOf } from './readiness.ts';
import { type SecondPurchaseStep, secondPurchaseCurve } from './second-purchase.ts';

/** The whole comparison. */
export interface ClvEvaluation {
  customers: number;
  calibrationEnd: CalendarDay;
  holdoutEnd: CalendarDay;
  holdoutWeeks: number;
  models: readonly EvaluatedModel[];
  /** What anybody could say without a model. */
  naive: readonly { name: string; metrics: HoldoutMetrics }[];
  /** How each did on windows inside the calibration, and who would have been chosen there. */
  backtest: {
    windows: EnsembleWeights['windows'];
    members: EnsembleWeights['backtest'];
    /** Best at counts and money, with and without the largest customers; null without a window. */
    winner: string | null;
  };
  /** What today's customers are worth over 3, 12 and 36 months, from the transaction model with the most weight. */
  value: readonly BookValue[];
  /** Retention and revenue of acquisition cohorts, up to the calibration's end. */
  cohorts: readonly Cohort[];
  /** The ensemble's forecast against actual, by acquisition cohort. */
  cohortForecast: readonly CohortForecast[];
  /** By month, from the transaction model with the most weight. */
  portfolio: readonly MonthForecast[];
  /** Weekly repeat purchases of the book, cumulative: what came, and what each model's parameters say of customers as old as these. */
  tracking: Tracking;
  /** Customers by number of repeat purchases in the calibration: how many there are, and how many each model's parameters expect. */
  frequencies: Frequencies;
  /** By repeat purchases in the calibration: mean purchases in the holdout, and what the ensemble expected. */
  conditional: readonly ConditionalMean[];
  /** How long customers take to buy again, up to the calibration's end. */
  secondPurchase: readonly SecondPurchaseStep[];
  /** What to know before believing it. */
  warnings: readonly string[];
}

/**
 * Fits the value models to everything up to the calibration's end and compares what they say of the holdout with what came. Only
 * customers with a purchase by the calibration's end; all of them, those who never came back included. What is taken back nets its
 * order from the day it is known.
 *
 * @param options.clock seconds of some steady clock, for `fitSeconds`
 * @param options.margin contribution margin as a share of revenue, for `value`; 1 (revenue) when left out
 */
export function evaluateClv(
  orders: Iterable<DatedAmount>,
  options: { calibrationEnd: CalendarDay; holdoutEnd: CalendarDay; clock: () => number; margin?: number },
): ClvEvaluation {
  const { calibrationEnd, holdoutEnd } = options;
  const book = bookOf(orders);
  const customers = book.customersAt(calibrationEnd);
  if (customers.length === 0) {
    throw new NotFittedError(
      `No customer has an order on or before ${calibrationEnd}. Choose a later --calibration-end, or check the dates of the file.`,
    );
  }
  const weeks = daysBetween(calibrationEnd, holdoutEnd) / 7;
  const question: Question = { book, asOf: calibrationEnd, weeks, customers };
  const outcomes = book.outcomesOf(customers, calibrationEnd, holdoutEnd);
  const timed = <T>(work: () => T): { result: T; seconds: number } => {
    const start = options.clock();
    const result = work();
    return { result, seconds: options.clock() - start };
  };

  const warnings = readinessNotes(book, calibrationEnd);
  const reference = timed(() => spendPerPurchase(customers));
  const { model: gammaGamma, problem } = reference.result;
  if (problem !== null) warnings.push(`gamma-gamma: ${problem} Spend is each customer's mean purchase.`);
  warnings.push(...(gammaGamma?.diagnostics.warnings.map((text) => `gamma-gamma: ${text}`) ?? []));
  const spend = spendOfOrders(customers);

  const answers = MEMBERS.map((member) => ({ member, ...timed(() => answerOrReason(member, question)) }));
  const models: EvaluatedModel[] = [];
  for (const { member, result, seconds } of answers) {
    if (typeof result === 'string') {
      warnings.push(`${member.name} was left out: ${result}`);
      continue;
    }
    const line = evaluatedModel(member.name, result, seconds, { question, outcomes, spend });
    if (line) models.push(line);
    warnings.push(...(result.transactions?.diagnostics.warnings.map((text) => `${member.name}: ${text}`) ?? []));
    if (result.transactions) warnings.push(...explosionOf(member.name, result.counts, customers, weeks));
  }
  if (gammaGamma) {
    const { name, parameters, diagnostics } = gammaGamma;
    const { logLikelihood, converged } = diagnostics;
    const fitSeconds = reference.seconds;
    models.push({ name, parameters: { ...parameters }, logLikelihood, converged, fitSeconds, metrics: {} });
  }
  const usable = answers.map(({ result }) => (typeof result === 'string' ? null : result));
  const { result: weights, seconds: weightSeconds } = timed(() =>
    learnWeights(
      MEMBERS,
      question,
      usable.map((answer) => answer !== null),
    ),
  );
  const combined = combine(usable, weights);
  const predictive = { mixture: mixtureOf(usable, weights), spend };
  models.push({
    name: ENSEMBLE,
    parameters: namedWeights(weights),
    logLikelihood: null,
    converged: true,
    fitSeconds: weightSeconds,
    metrics: holdoutMetrics(combined, outcomes),
    intervals: intervalCoverage(predictive, customers, outcomes, weeks, levelsOfNewest(weights)),
  });
  const naive = answers.flatMap(({ member, result }) =>
    member.kind === 'naive' && typeof result === 'object'
      ? [{ name: member.name, metrics: holdoutMetrics(result, outcomes) }]
      : [],
  );
  const fitted = predictive.mixture.map(({ model }) => model);
  const heaviest = predictive.mixture.reduce((a, b) => (b.weight > a.weight ? b : a)).model;
  const value = { transactions: heaviest, spend };
  return {
    customers: customers.length,
    calibrationEnd,
    holdoutEnd,
    holdoutWeeks: weeks,
    models,
    naive,
    backtest: backtestOf(weights),
    value: bookValues(value, customers, options.margin ?? 1),
    cohorts: cohortTriangle(book, calibrationEnd),
    cohortForecast: forecastByCohort(customers, combined, outcomes),
    portfolio: portfolioForecast(book, customers, value, {
      asOf: calibrationEnd,
      months: Math.max(1, Math.round((weeks * 7) / 30)),
      knownUntil: holdoutEnd,
    }),
    tracking: trackingOf(book, customers, fitted, holdoutEnd),
    frequencies: frequenciesOf(customers, fitted),
    conditional: conditionalMeans(customers, combined.counts, outcomes),
    secondPurchase: secondPurchaseCurve(book, customers, calibrationEnd),
    warnings,
  };
}

/** What is odd about the book, and why a family of models should not be believed on it. */
function readinessNotes(book: Book, asOf: CalendarDay): string[] {
  const { warnings, models } = readinessOf(book, asOf);
  return [...warnings, ...models.filter(({ ready }) => !ready).map(({ model, reason }) => `${model}: ${reason}.`)];
}

/** The answer; of a learned member, which may do without, the reason why there is none. */
function answerOrReason(member: Member, question: Question): Answer | string {
  try {
    return member.answer(question);
  } catch (error) {
    if (member.kind === 'learned' && error instanceof NotFittedError) return error.message;
    throw error;
  }
}

function backtestOf({ windows, backtest }: EnsembleWeights): ClvEvaluation['backtest'] {
  return { windows, members: backtest, winner: bestOf(backtest)?.name ?? null };
}

function namedWeights({ names, counts, spends }: EnsembleWeights): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name, m) => [
      [`count ${name}`, counts[m] as number],
      [`spend ${name}`, spends[m] as number],
    ]),
  );
}
