import type { Inputs } from '../features/inputs.ts';
import { DISCOUNT_PER_WEEK, YEAR_WEEKS } from '../models/clv/discounting.ts';
import {
  lifetimeValue,
  type ValueModels,
  type ValueRow,
  valueIfKept,
  valueInterval,
} from '../models/clv/lifetime-value.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';

export type { ValueModels } from '../models/clv/lifetime-value.ts';

/** Twelve months, discounted, in revenue: the terms of every clv_12m field. */
const TWELVE_MONTHS = { weeks: YEAR_WEEKS, discountPerWeek: DISCOUNT_PER_WEEK, margin: 1 };

/** The three numbers of the literature from a customer's inputs. */
export function transactionRow(inputs: Pick<Inputs, 'purchases' | 'ageDays' | 'silenceDays'>): TransactionRow {
  const frequency = Math.max(inputs.purchases - 1, 0);
  const ageWeeks = inputs.ageDays / 7;
  return {
    frequency,
    ageWeeks,
    recencyWeeks: frequency === 0 ? 0 : Math.max(inputs.ageDays - inputs.silenceDays, 0) / 7,
  };
}

/** Discounted expected revenue of the next 365 days. */
export function clv12m(models: ValueModels, inputs: Inputs): number {
  return lifetimeValue(models, valueRow(inputs), TWELVE_MONTHS);
}

/** Revenue of the next 365 days if the customer stays: posterior purchase rate while active x expected spend x a year. */
export function valueIfKept12m(models: ValueModels, inputs: Inputs): number {
  return valueIfKept(models, valueRow(inputs), TWELVE_MONTHS);
}

/** 10th and 90th percentile of the discounted money of the next 365 days, by simulation from the posterior; high >= `mean`. */
export function interval12m(models: ValueModels, inputs: Inputs, mean: number): { low: number; high: number } {
  return valueInterval(models, valueRow(inputs), TWELVE_MONTHS, mean);
}

function valueRow(inputs: Inputs): ValueRow {
  return { ...transactionRow(inputs), spendDays: inputs.spendDays, meanSpend: inputs.meanSpend };
}
