import type { Inputs } from '../features/inputs.ts';
import { type PlattScaling, scaled } from '../models/churn/calibration.ts';
import type { FittedLogistic } from '../models/churn/logistic.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import { transactionRow } from './value.ts';

/** What the churn model reads, in this order. All are functions of one customer's inputs and the book's transaction model. */
export const CHURN_FEATURES = [
  'log purchases',
  'one-time buyer',
  'log silence',
  'log silence over usual gap',
  'log age',
  'log purchases, short memory',
  'log purchases, long memory',
  'log activity, short memory',
  'log activity, long memory',
  'log support, short memory',
  'log-odds of no purchase (transaction model)',
] as const;

/** How the churn probability is made; the one with the best Brier score on the newest window is kept. */
export type ChurnModel =
  | { kind: 'logistic'; logistic: FittedLogistic; scaling: PlattScaling }
  | { kind: 'transaction-model'; scaling: PlattScaling }
  | { kind: 'base-rate'; probability: number };

/** The values of CHURN_FEATURES of one customer. */
export function churnFeatures(
  inputs: Inputs,
  transactions: FittedTransactionModel,
  horizonDays: number,
): readonly number[] {
  const activity = (memory: Inputs['short']) => memory.web + memory.email + memory.meeting + memory.product;
  const usualGap = inputs.meanGapDays > 0 ? inputs.meanGapDays : horizonDays;
  return [
    Math.log1p(inputs.purchases),
    inputs.purchases === 1 ? 1 : 0,
    Math.log1p(inputs.silenceDays),
    Math.log((inputs.silenceDays + 1) / (usualGap + 1)),
    Math.log1p(inputs.ageDays),
    Math.log1p(inputs.short.purchase),
    Math.log1p(inputs.long.purchase),
    Math.log1p(activity(inputs.short)),
    Math.log1p(activity(inputs.long)),
    Math.log1p(inputs.short.support),
    logOddsOfNoPurchase(inputs, transactions, horizonDays),
  ];
}

/** Log-odds, by the transaction model alone, of no purchase within the horizon. */
export function logOddsOfNoPurchase(inputs: Inputs, transactions: FittedTransactionModel, horizonDays: number): number {
  const probability = transactions.probabilityOfNoPurchase(transactionRow(inputs), horizonDays / 7);
  const safe = Math.min(Math.max(probability, 1e-6), 1 - 1e-6);
  return Math.log(safe / (1 - safe));
}

/** Calibrated probability of no purchase within the horizon, 0..1. */
export function churnProbability(
  model: ChurnModel,
  inputs: Inputs,
  transactions: FittedTransactionModel,
  horizonDays: number,
): number {
  switch (model.kind) {
    case 'logistic':
      return scaled(model.scaling, model.logistic.logOdds(churnFeatures(inputs, transactions, horizonDays)));
    case 'transaction-model':
      return scaled(model.scaling, logOddsOfNoPurchase(inputs, transactions, horizonDays));
    case 'base-rate':
      return model.probability;
  }
}
