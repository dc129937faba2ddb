import type { CalendarDay } from '../domain/calendar-day.ts';
import type { ContractTerm } from '../features/contract.ts';
import { contractHistories } from '../scores/contract-histories.ts';
import type { LeavingRule } from '../scores/leaving.ts';
import type { ModelReadiness } from './readiness.ts';

/** What can be said of a book whose customers leave by contract, before anything is fitted. */
export interface ContractReadiness {
  asOf: CalendarDay;
  setting: 'contractual';
  definition: LeavingRule['definition'];
  /** Customers with a contract, the worth of whose year is mapped. */
  customers: number;
  withWorth: number;
  /** Contracts since their start or their last lapse; those that lapsed; renewals of all. */
  contracts: number;
  lost: number;
  renewals: number;
  models: readonly ModelReadiness[];
}

/** Losses below which renewal is learned from hardly anything. */
const FEW_LOSSES = 20;

/** Reads the terms of each customer as of a day. */
export async function contractReadinessOf(
  termsByCustomer: Iterable<readonly ContractTerm[]> | AsyncIterable<readonly ContractTerm[]>,
  { asOf, definition }: { asOf: CalendarDay; definition: LeavingRule['definition'] },
): Promise<ContractReadiness> {
  let [customers, withWorth, contracts, lost, renewals] = [0, 0, 0, 0, 0];
  for await (const terms of termsByCustomer) {
    const histories = contractHistories(terms, asOf);
    if (histories.length === 0) continue;
    customers += 1;
    contracts += histories.length;
    lost += histories.filter((each) => each.lost).length;
    renewals += histories.reduce((sum, each) => sum + each.renewals, 0);
    if (terms.some(({ annualValueMinor }) => annualValueMinor !== undefined)) withWorth += 1;
  }
  const learned = `of ${contracts} contracts, renewed ${renewals} times in all, ${lost} lost`;
  return {
    asOf,
    setting: 'contractual',
    definition,
    customers,
    withWorth,
    contracts,
    lost,
    renewals,
    models: [
      {
        model: 'shifted-beta-geometric',
        ready: lost > 0,
        reason:
          lost === 0
            ? 'no contract has been lost yet: wait for the first ends to pass without a renewal'
            : `${learned}${lost < FEW_LOSSES ? `: with fewer than ${FEW_LOSSES} losses a rough guess` : ''}`,
        waitUntil: null,
      },
      {
        model: 'bg-nbd, mbg-nbd, pareto-nbd, mbg-cnbd-k',
        ready: false,
        reason: `leaving is defined as ${definition}: with a contract it is seen, and these models would take a schedule of payments for a habit`,
        waitUntil: null,
      },
    ],
  };
}
