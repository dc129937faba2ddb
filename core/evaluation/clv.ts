import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { bookOf, type DatedAmount, type Outcome } from './book.ts';
import { simulatedCeiling } from './ceiling.ts';
import { auc } from './classification.ts';
import {
  type Cohort,
  type CohortForecast,
  cohortTriangle,
  forecastByCohort,
  type MonthForecast,
  portfolioForecast,
} from './cohorts.ts';
import { combine, type EnsembleWeights, learnWeights } from './ensemble.ts';
import {
  type ConditionalMean,
  conditionalMeans,
  type Frequencies,
  frequenciesOf,
  type Tracking,
  trackingOf,
} from './fit-plots.ts';
import { type IntervalCoverage, intervalCoverage } from './intervals.ts';
import { type Answer, type Member, type Question, spendPerPurchase } from './members.ts';
import { MEMBERS } from './pool.ts';
import { type RegressionMetrics, regressionMetrics } from './regression.ts';

/** How predictions made at the end of the calibration fit the time after it, over all customers. */
export interface HoldoutMetrics {
  /** Purchase days in the holdout. */
  count: RegressionMetrics;
  /** Money in the holdout. */
  spend: RegressionMetrics;
  /** AUC of the predicted count for "buys at all in the holdout". */
  repurchaseAuc: number;
}

/** One line of the comparison. */
export interface EvaluatedModel {
  name: string;
  /** Under the paper's names; of the ensemble its weights. */
  parameters: Readonly<Record<string, number>>;
  logLikelihood: number | null;
  converged: boolean;
  fitSeconds: number;
  /** Empty for a model of spend alone. */
  metrics: HoldoutMetrics | Record<string, never>;
  /** Of models with a predictive distribution. */
  intervals?: IntervalCoverage;
  /** The R2 of counts that the true parameters would reach on a book like this. */
  ceilingR2?: number;
}

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
    /** Best at counts; null without a window. */
    winner: string | null;
  };
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
  /** What to know before believing it. */
  warnings: readonly string[];
}

/**
 * Fits the value models to everything up to the calibration's end and compares what they say of the holdout with what came. Only
 * customers with a purchase by the calibration's end; all of them, those who never came back included. What is taken back nets its
 * order from the day it is known.
 *
 * @param clock seconds of some steady clock, for `fitSeconds`
 */
export function evaluateClv(
  orders: Iterable<DatedAmount>,
  options: { calibrationEnd: CalendarDay; holdoutEnd: CalendarDay; clock: () => number },
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

  const spend = timed(() => spendPerPurchase(customers));
  const { model: spendModel, problem } = spend.result;
  const warnings = problem === null ? [] : [`gamma-gamma: ${problem} Spend is each customer's mean purchase.`];
  warnings.push(...(spendModel?.diagnostics.warnings.map((text) => `gamma-gamma: ${text}`) ?? []));
  const spendForIntervals = spendModel ?? { mean: meanOf(customers.map((customer) => customer.meanPurchase)) };

  const answers = MEMBERS.map((member) => ({ member, ...timed(() => answerOrReason(member, question)) }));
  const models: EvaluatedModel[] = [];
  const learned: EvaluatedModel[] = [];
  for (const { member, result, seconds } of answers) {
    if (typeof result === 'string') {
      warnings.push(`${member.name} was left out: ${result}`);
      continue;
    }
    if (result.learned) {
      const { logLikelihood, converged } = result.learned;
      const metrics = holdoutMetrics(result, outcomes);
      learned.push({ name: member.name, parameters: {}, logLikelihood, converged, fitSeconds: seconds, metrics });
    }
    const { transactions } = result;
    if (!transactions) continue;
    warnings.push(...transactions.diagnostics.warnings.map((text) => `${member.name}: ${text}`));
    models.push({
      name: member.name,
      parameters: { ...transactions.parameters },
      logLikelihood: transactions.diagnostics.logLikelihood,
      converged: transactions.diagnostics.converged,
      fitSeconds: seconds,
      metrics: holdoutMetrics(result, outcomes),
      intervals: intervalCoverage([{ model: transactions, weight: 1 }], spendForIntervals, customers, outcomes, weeks),
      ceilingR2: simulatedCeiling(transactions, customers, weeks),
    });
  }
  if (spendModel) {
    models.push({
      name: spendModel.name,
      parameters: { ...spendModel.parameters },
      logLikelihood: spendModel.diagnostics.logLikelihood,
      converged: spendModel.diagnostics.converged,
      fitSeconds: spend.seconds,
      metrics: {},
    });
  }
  models.push(...learned);
  const usable = answers.map(({ result }) => (typeof result === 'string' ? null : result));
  const weights = timed(() =>
    learnWeights(
      MEMBERS,
      question,
      usable.map((answer) => answer !== null),
    ),
  );
  const mixture = usable.flatMap((answer, m) =>
    answer?.transactions ? [{ model: answer.transactions, weight: weights.result.counts[m] as number }] : [],
  );
  const combined = combine(usable, weights.result);
  models.push({
    name: 'ensemble',
    parameters: namedWeights(weights.result),
    logLikelihood: null,
    converged: true,
    fitSeconds: weights.seconds,
    metrics: holdoutMetrics(combined, outcomes),
    ...(mixture.some(({ weight }) => weight > 0) && {
      intervals: intervalCoverage(mixture, spendForIntervals, customers, outcomes, weeks),
    }),
  });
  const naive = answers.flatMap(({ member, result }) =>
    member.kind === 'naive' && typeof result === 'object'
      ? [{ name: member.name, metrics: holdoutMetrics(result, outcomes) }]
      : [],
  );
  return {
    customers: customers.length,
    calibrationEnd,
    holdoutEnd,
    holdoutWeeks: weeks,
    models,
    naive,
    backtest: backtestOf(weights.result),
    cohorts: cohortTriangle(book, calibrationEnd),
    cohortForecast: forecastByCohort(customers, combined, outcomes),
    portfolio: portfolioForecast(
      book,
      customers,
      {
        transactions: mixture.reduce((a, b) => (b.weight > a.weight ? b : a)).model,
        spend: spendForIntervals,
      },
      { asOf: calibrationEnd, months: Math.max(1, Math.round((weeks * 7) / 30)), knownUntil: holdoutEnd },
    ),
    tracking: trackingOf(
      book,
      customers,
      mixture.map(({ model }) => model),
      holdoutEnd,
    ),
    frequencies: frequenciesOf(
      customers,
      mixture.map(({ model }) => model),
    ),
    conditional: conditionalMeans(customers, combined.counts, outcomes),
    warnings,
  };
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
  const judged = backtest.filter((each) => each.countR2 !== null);
  const winner = judged.reduce<(typeof judged)[number] | null>(
    (best, each) => (best === null || (each.countR2 ?? 0) > (best.countR2 ?? 0) ? each : best),
    null,
  );
  return { windows, members: backtest, winner: winner?.name ?? null };
}

function namedWeights({ names, counts, spends }: EnsembleWeights): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name, m) => [
      [`count ${name}`, counts[m] as number],
      [`spend ${name}`, spends[m] as number],
    ]),
  );
}

function holdoutMetrics({ counts, spends }: Answer, outcomes: readonly Outcome[]): HoldoutMetrics {
  return {
    count: regressionMetrics(
      counts,
      outcomes.map((outcome) => outcome.count),
    ),
    spend: regressionMetrics(
      spends,
      outcomes.map((outcome) => outcome.spend),
    ),
    repurchaseAuc: auc(
      counts,
      outcomes.map((outcome) => (outcome.count > 0 ? 1 : 0)),
    ),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
