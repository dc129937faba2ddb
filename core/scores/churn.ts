import type { ContractInputs, Inputs } from '../features/inputs.ts';
import { type PlattScaling, scaled } from '../models/churn/calibration.ts';
import type { FittedLogistic } from '../models/churn/logistic.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { FittedSurvivalModel } from '../models/survival/survival-model.ts';
import type { LeavingRule } from './leaving.ts';
import { transactionRow, type ValueModels } from './value.ts';

/** What the churn model of silence reads, in this order. All are functions of one customer's inputs and the book's transaction model. */
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
  | { kind: 'cox' | 'weibull-aft'; survival: FittedSurvivalModel; scaling: PlattScaling }
  | { kind: 'base-rate'; probability: number };

/** The values of CHURN_FEATURES of one customer. */
export function churnFeatures(
  inputs: Inputs,
  transactions: FittedTransactionModel,
  horizonDays: number,
): readonly number[] {
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
  return logOdds(transactions.probabilityOfNoPurchase(transactionRow(inputs), horizonDays / 7));
}

/** What the models of contracts read, in this order: functions of one customer's inputs. */
export const CONTRACT_FEATURES = [
  'log tenure',
  'log terms',
  'end known',
  'end within the horizon',
  'log days to the end',
  'notice given',
  'log purchases',
  'log silence',
  'log activity, short memory',
  'log activity, long memory',
  'log support, short memory',
] as const;

/** The values of CONTRACT_FEATURES of a customer with a contract. A last day that has passed counts as today: renewal is still open. */
export function contractFeatures(inputs: Inputs, contract: ContractInputs, horizonDays: number): readonly number[] {
  const daysToEnd = contract.daysToEnd === null ? null : Math.max(contract.daysToEnd, 0);
  return [
    Math.log1p(contract.tenureDays),
    Math.log(contract.terms),
    daysToEnd === null ? 0 : 1,
    daysToEnd !== null && daysToEnd <= horizonDays ? 1 : 0,
    daysToEnd === null ? 0 : Math.log1p(daysToEnd),
    contract.noticeGiven ? 1 : 0,
    Math.log1p(inputs.purchases),
    Math.log1p(inputs.silenceDays),
    Math.log1p(activity(inputs.short)),
    Math.log1p(activity(inputs.long)),
    Math.log1p(inputs.short.support),
  ];
}

/** Log-odds of leaving within the horizon by a survival model of the time left. */
export function logOddsOfEnd(survival: FittedSurvivalModel, values: readonly number[], horizonDays: number): number {
  // Null is beyond what was observed: nobody was seen to stay so long.
  return logOdds(1 - (survival.survival({ duration: 0, event: false, values }, horizonDays) ?? 0));
}

/** Calibrated probability of leaving within the horizon, 0..1; null for whom it cannot be asked: no purchase, or no contract. */
export function churnRisk(
  model: LeavingRule & { churn: ChurnModel; value: Pick<ValueModels, 'transactions'> | null },
  inputs: Inputs,
): number | null {
  const { churn, value, horizonDays, definition } = model;
  if (definition === 'no_purchase_within') {
    if (!value || inputs.purchases === 0) return null;
    return ofValues(
      churn,
      () => churnFeatures(inputs, value.transactions, horizonDays),
      () => logOddsOfNoPurchase(inputs, value.transactions, horizonDays),
      horizonDays,
    );
  }
  const { contract } = inputs;
  if (!contract) return null;
  // Whoever is bound for longer cannot leave by this definition.
  if (definition === 'contract_end' && contract.daysToEnd !== null && contract.daysToEnd > horizonDays) return 0;
  return ofValues(
    churn,
    () => contractFeatures(inputs, contract, horizonDays),
    () => 0,
    horizonDays,
  );
}

function ofValues(
  churn: ChurnModel,
  values: () => readonly number[],
  transactionLogOdds: () => number,
  horizonDays: number,
): number {
  switch (churn.kind) {
    case 'logistic':
      return scaled(churn.scaling, churn.logistic.logOdds(values()));
    case 'transaction-model':
      return scaled(churn.scaling, transactionLogOdds());
    case 'cox':
    case 'weibull-aft':
      return scaled(churn.scaling, logOddsOfEnd(churn.survival, values(), horizonDays));
    case 'base-rate':
      return churn.probability;
  }
}

function activity({ web, email, meeting, product }: Inputs['short']): number {
  return web + email + meeting + product;
}

function logOdds(probability: number): number {
  const safe = Math.min(Math.max(probability, 1e-6), 1 - 1e-6);
  return Math.log(safe / (1 - safe));
}
