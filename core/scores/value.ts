import type { Inputs } from '../features/inputs.ts';
import { DISCOUNT_PER_WEEK, YEAR_WEEKS } from '../models/clv/discounting.ts';
import {
  expectedMoney,
  intervalOfMoney,
  type MoneyModels,
  type MoneyRow,
  moneyIfKept,
} from '../models/clv/money-models.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { TransactionRow } from '../models/clv/transaction-row.ts';

/** What the value of the book's customers is told by. */
export interface ValueModels extends MoneyModels {
  /**
   * What churn reads of buying: MBG/NBD, as on the windows that the churn model learned from, whatever tells the money. It is also what
   * the sentence about "most likely nothing" speaks of.
   */
  transactions: FittedTransactionModel;
}

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
export function clv12m(models: MoneyModels, inputs: Inputs): number {
  return expectedMoney(models, moneyRow(inputs), TWELVE_MONTHS);
}

/** Revenue of the next 365 days if the customer stays: posterior purchase rate while active x expected spend x a year. */
export function valueIfKept12m(models: MoneyModels, inputs: Inputs): number {
  return moneyIfKept(models, moneyRow(inputs), TWELVE_MONTHS);
}

/** 10th and 90th percentile of the discounted money of the next 365 days, by simulation from the posterior; high >= `mean`. */
export function interval12m(models: MoneyModels, inputs: Inputs, mean: number): { low: number; high: number } {
  return intervalOfMoney(models, moneyRow(inputs), TWELVE_MONTHS, mean);
}

/** Below this share of all money, the amount of a first purchase is what sums of minor units lose as floating point. */
const ROUNDING = 1e-12;

/** What the models of money read of a customer. */
export function moneyRow(inputs: Inputs): MoneyRow {
  const { spendDays, meanSpend, totalSpend } = inputs;
  const hasPaidFirst = totalSpend - spendDays * meanSpend > totalSpend * ROUNDING;
  return {
    ...transactionRow(inputs),
    spendDays,
    meanSpend,
    amounts: spendDays + (hasPaidFirst ? 1 : 0),
    totalAmount: totalSpend,
  };
}
