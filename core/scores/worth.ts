import type { Inputs } from '../features/inputs.ts';
import { contractFutures, contractInterval, contractMoney, contractMoneyIfKept } from '../models/clv/contract-value.ts';
import type { ValueTerms } from '../models/clv/lifetime-value.ts';
import { contractSubject } from './contract-subject.ts';
import type { ScoringModel } from './scoring-model.ts';
import { expectedValue, transactionRow, valueIfKept, valueInterval } from './value.ts';

/** What one customer is worth, over whatever time and in whosever money. */
export interface Worth {
  /** Discounted, risk-adjusted. */
  expected(terms: ValueTerms): number;
  /** Undiscounted, if the customer stays. */
  ifKept(terms: ValueTerms): number;
  /** 80 % interval of the discounted money; low <= mean <= high. */
  interval(terms: ValueTerms, mean: number): { low: number; high: number };
  probabilityOfNothing(weeks: number): number;
}

/** By contract where the model's value comes from contracts, else by purchases; null where it cannot be said of this customer. */
export function worthOf({ value, contracts }: Pick<ScoringModel, 'value' | 'contracts'>, inputs: Inputs): Worth | null {
  if (contracts !== null) {
    const subject = contractSubject(inputs);
    return (
      subject && {
        expected: (terms) => contractMoney(contracts, subject, terms),
        ifKept: (terms) => contractMoneyIfKept(subject, terms),
        interval: (terms, mean) => contractInterval(contracts, subject, terms, mean),
        probabilityOfNothing: (weeks) =>
          contractFutures(contracts, subject, weeks * 7)
            .filter(({ days }) => days === 0)
            .reduce((sum, { probability }) => sum + probability, 0),
      }
    );
  }
  if (value === null || inputs.purchases === 0) return null;
  return {
    expected: (terms) => expectedValue(value, inputs, terms),
    ifKept: (terms) => valueIfKept(value, inputs, terms),
    interval: (terms, mean) => valueInterval(value, inputs, mean, terms),
    probabilityOfNothing: (weeks) => value.transactions.probabilityOfNoPurchase(transactionRow(inputs), weeks),
  };
}
