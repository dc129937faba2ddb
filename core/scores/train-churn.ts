import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { auc, brier } from '../evaluation/classification.ts';
import { inputsAt } from '../features/inputs.ts';
import { chooseHalfLife, recencyWeight } from '../learning/half-life.ts';
import { NO_SCALING, plattScaling, scaled } from '../models/churn/calibration.ts';
import { type FittedLogistic, type LabelledRow, logistic } from '../models/churn/logistic.ts';
import { mbgNbd } from '../models/clv/beta-geometric.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import { CHURN_FEATURES, type ChurnModel, churnFeatures, logOddsOfNoPurchase } from './churn.ts';
import { churnJudged } from './churn-judged.ts';
import { type LeavingRule, leftOn, mayLeave } from './leaving.ts';
import type { TrainingCustomer } from './train.ts';
import { transactionRow } from './value.ts';

/** Windows for churn: their ends lie one, two, ... horizons before asOf. The newest one judges and calibrates. */
const WINDOWS = 4;
/** Fewer examples of either outcome than this, and the logistic model is not tried. */
const FEWEST_EXAMPLES = 30;
/** Half-lives of examples that are tried, in horizons. */
const HALF_LIVES = [0.5, 1, 2];

interface ChurnContext {
  asOf: CalendarDay;
  currency: string;
  horizonDays: number;
  transactions: FittedTransactionModel;
  warnings: string[];
}

/**
 * Windows inside the past: a customer who was active on the window's first day is an example; the label is no purchase in the
 * horizon after it. Models are fitted on the older windows, calibrated on one half of the newest and compared on its other half.
 */
export function fitChurn(sample: readonly TrainingCustomer[], context: ChurnContext) {
  const { asOf, horizonDays } = context;
  const cuts = Array.from({ length: WINDOWS }, (_, index) => addDays(asOf, -(index + 1) * horizonDays));
  const windows = cuts
    .map((cut) => examplesAt(sample, cut, context))
    .filter((window) => window.length >= FEWEST_EXAMPLES);
  const [newest = [], ...older] = windows;
  const churners = newest.reduce((sum, example) => sum + example.label, 0);
  const base = {
    churnExamples: windows.reduce((sum, window) => sum + window.length, 0),
    churnBaseRate: newest.length > 0 ? churners / newest.length : null,
  };
  if (churners < FEWEST_EXAMPLES || newest.length - churners < FEWEST_EXAMPLES) {
    context.warnings.push(
      `Only ${newest.length} customers can be followed over ${horizonDays} days, ${churners} of whom stayed away: churn risk comes from the transaction model, uncalibrated.`,
    );
    return {
      ...base,
      model: { kind: 'transaction-model', scaling: NO_SCALING } as ChurnModel,
      churnModels: [],
      churnJudged: null,
    };
  }
  // Every second example, in the order of the sample: independent of any outcome.
  const calibration = newest.filter((_, index) => index % 2 === 0);
  const judging = newest.filter((_, index) => index % 2 === 1);
  const labels = (examples: readonly Example[]) => examples.map((example) => example.label);

  const candidates: { name: ChurnModel['kind']; predict: (example: Example) => number; model: () => ChurnModel }[] = [];
  const rate = mean(labels(calibration));
  candidates.push({
    name: 'base-rate',
    predict: () => rate,
    model: () => ({ kind: 'base-rate', probability: mean(labels(newest)) }),
  });
  const fromTransactions = (examples: readonly Example[]) =>
    plattScaling(
      examples.map((example) => example.logOdds),
      labels(examples),
    );
  const transactionScaling = fromTransactions(calibration);
  candidates.push({
    name: 'transaction-model',
    predict: (example) => scaled(transactionScaling, example.logOdds),
    model: () => ({ kind: 'transaction-model', scaling: fromTransactions(newest) }),
  });
  const past = older.length > 0 ? older.flat() : calibration;
  const halfLife = halfLifeOf(older);
  if (halfLife !== null) {
    context.warnings.push(
      `Churn examples count half when they are ${halfLife * horizonDays} days old: on a window inside the past that told who leaves better than all counting alike.`,
    );
  }
  const learned = tryLogistic(older.length > 0 ? weighed(older, halfLife) : past);
  if (learned) {
    const scaling =
      older.length > 0
        ? plattScaling(
            calibration.map((example) => learned.logOdds(example.values)),
            labels(calibration),
          )
        : NO_SCALING;
    candidates.push({
      name: 'logistic',
      predict: (example) => scaled(scaling, learned.logOdds(example.values)),
      model: () => ({ kind: 'logistic', logistic: tryLogistic(weighed(windows, halfLife)) ?? learned, scaling }),
    });
  }
  const compared = candidates.map((candidate) => {
    const predictions = judging.map(candidate.predict);
    return {
      ...candidate,
      predictions,
      brier: brier(predictions, labels(judging)),
      auc: auc(predictions, labels(judging)),
    };
  });
  const best = compared.reduce((a, b) => (b.brier < a.brier ? b : a));
  return {
    ...base,
    model: best.model(),
    churnModels: compared.map(({ name, brier, auc }) => ({ name, brier, auc, chosen: name === best.name })),
    churnJudged: churnJudged(best.predictions, labels(judging)),
  };
}

interface Example extends LabelledRow {
  /** Log-odds of no purchase by the transaction model fitted to facts up to the cut. */
  logOdds: number;
}

function examplesAt(sample: readonly TrainingCustomer[], cut: CalendarDay, context: ChurnContext): readonly Example[] {
  const { currency, horizonDays } = context;
  const rule: LeavingRule = { definition: 'no_purchase_within', horizonDays };
  const known = sample
    .map((customer) => ({ customer, inputs: inputsAt(customer.statsAt(cut), cut, currency) }))
    .filter(({ inputs }) => inputs.purchases > 0);
  let transactions: FittedTransactionModel;
  try {
    transactions = mbgNbd.fit(
      known.map(({ inputs }) => transactionRow(inputs)),
      {},
    );
  } catch (error) {
    if (error instanceof NotFittedError) return [];
    throw error;
  }
  return known
    .filter(({ inputs }) => mayLeave(inputs, rule))
    .map(({ customer, inputs }) => ({
      values: churnFeatures(inputs, transactions, horizonDays),
      logOdds: logOddsOfNoPurchase(inputs, transactions, horizonDays),
      label: leftOn(customer, cut, rule, context.asOf) === null ? 0 : 1,
    }));
}

function tryLogistic(examples: readonly Example[]): FittedLogistic | null {
  const churners = examples.reduce((sum, example) => sum + example.label, 0);
  if (churners < FEWEST_EXAMPLES || examples.length - churners < FEWEST_EXAMPLES) return null;
  return logistic.fit(examples, { featureNames: CHURN_FEATURES, l2: 1 });
}

/**
 * How many horizons ago an example counts half, chosen on the newest of the older windows by those before it; null: all count alike.
 * The windows that judge and calibrate the model have no part in it.
 */
function halfLifeOf(older: readonly (readonly Example[])[]): number | null {
  const aged = older.flatMap((window, age) => window.map((example) => ({ example, at: -age }))).reverse();
  const judged = older[0]?.length ?? 0;
  // With one window behind it all examples are of one age: there is nothing to choose.
  if (older.length < 3) return null;
  return chooseHalfLife(aged, {
    halfLives: HALF_LIVES,
    windows: [[aged.length - judged, aged.length]],
    at: ({ at }) => at,
    fit: (before, weights) => {
      const fitted = tryLogistic(
        before.map(({ example }, index) => ({ ...example, weight: weights[index] as number })),
      );
      return fitted && (({ example }) => squaredError(fitted.logOdds(example.values), example.label));
    },
  }).halfLife;
}

/** Examples of windows, the newest first, with what they weigh. */
function weighed(windows: readonly (readonly Example[])[], halfLife: number | null): readonly Example[] {
  if (halfLife === null) return windows.flat();
  return windows.flatMap((window, age) =>
    window.map((example) => ({ ...example, weight: recencyWeight(age, halfLife) })),
  );
}

function squaredError(logOdds: number, label: 0 | 1): number {
  return (1 / (1 + Math.exp(-logOdds)) - label) ** 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
