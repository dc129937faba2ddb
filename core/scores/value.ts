import type { Inputs } from '../features/inputs.ts';
import { DISCOUNT_PER_WEEK, YEAR_WEEKS } from '../models/clv/discounting.ts';
import type { ValueTerms } from '../models/clv/lifetime-value.ts';
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
export const TWELVE_MONTHS: ValueTerms = { weeks: YEAR_WEEKS, discountPerWeek: DISCOUNT_PER_WEEK, margin: 1 };

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

/** Discounted expected money of the time to come. */
export function expectedValue(models: MoneyModels, inputs: Inputs, terms: ValueTerms = TWELVE_MONTHS): number {
  return expectedMoney(models, moneyRow(inputs), terms);
}

/** Money of the time to come if the customer stays: posterior purchase rate while active x expected spend x time. */
export function valueIfKept(models: MoneyModels, inputs: Inputs, terms: ValueTerms = TWELVE_MONTHS): number {
  return moneyIfKept(models, moneyRow(inputs), terms);
}

/** 10th and 90th percentile of the discounted money of the time to come, by simulation from the posterior; high >= `mean`. */
export function valueInterval(
  models: MoneyModels,
  inputs: Inputs,
  mean: number,
  terms: ValueTerms = TWELVE_MONTHS,
): { low: number; high: number } {
  return intervalOfMoney(models, moneyRow(inputs), terms, mean);
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
