import { type Allocation, allocate } from './allocate.ts';
import type { AllocationLimit, AllocationOption, AllocationProblem } from './allocation.ts';
import { type ActionWorth, type AdviceCustomer, type AdviceTerms, optionsOf } from './next-best-action.ts';
import type { PlanningSettings } from './settings.ts';

/** A customer as a plan needs it. */
export interface PlannedCustomer extends AdviceCustomer {
  name: string | null;
  ownerId: string | null;
}

/** Somebody for whom something pays. */
export interface Candidate {
  customer: PlannedCustomer;
  /** What pays with the least chance, in the order of the options of the problem. */
  options: readonly ActionWorth[];
}

/** The plan of a book. */
export interface BookPlan {
  /** In the order of the customers of the problem. */
  candidates: readonly Candidate[];
  problem: AllocationProblem;
  allocation: Allocation;
  chosen: readonly { customer: PlannedCustomer; option: ActionWorth }[];
}

/** Whom to give what within the configured limits, of what is expected to pay. */
export async function planBook(
  book: readonly PlannedCustomer[],
  terms: AdviceTerms & { settings: PlanningSettings },
): Promise<BookPlan> {
  const candidates = book.flatMap((customer): Candidate[] => {
    const options = optionsOf(customer, terms).filter(
      ({ net, chanceItPays }) => net > 0 && chanceItPays >= terms.settings.leastChance,
    );
    return options.length > 0 ? [{ customer, options }] : [];
  });
  const problem = problemOf(candidates, terms.settings);
  const allocation = await allocate(problem);
  const chosen = candidates.flatMap(({ customer, options }, i) => {
    const option = options[allocation.choices[i] as number];
    return option ? [{ customer, option }] : [];
  });
  return { candidates, problem, allocation, chosen };
}

/** The book as a problem of allocation: one limit for each owner's time, and those of money, offers and channels that are set. */
function problemOf(candidates: readonly Candidate[], settings: PlanningSettings): AllocationProblem {
  const limits: AllocationLimit[] = [];
  const limitOf = new Map<string, number>();
  const add = (key: string, name: string, available: number | null) => {
    if (available === null) return;
    limitOf.set(key, limits.length);
    limits.push({ name, available });
  };
  const { minutesPerOwner, budget, offers, channels } = settings.limits;
  for (const owner of [...new Set(candidates.map(({ customer }) => customer.ownerId))].sort()) {
    add(
      `owner ${owner}`,
      owner === null ? 'the time of customers without an owner' : `the time of owner ${owner}`,
      minutesPerOwner,
    );
  }
  add('budget', 'the budget', budget);
  add('offers', 'the number of offers', offers);
  for (const [channel, most] of Object.entries(channels)) add(`channel ${channel}`, `the ${channel} channel`, most);
  const customers = candidates.map(({ customer, options }) => ({
    customerId: customer.customerId,
    options: options.map(({ action, net, cost }): AllocationOption => {
      const needs: readonly [key: string, amount: number][] = [
        [`owner ${customer.ownerId}`, action.minutes],
        // Time is an owner's limit; what is left is paid.
        ['budget', cost - (action.minutes / 60) * settings.costPerHour],
        ['offers', action.discountShare > 0 ? 1 : 0],
        [`channel ${action.channel}`, 1],
      ];
      return {
        action: action.name,
        worth: net,
        uses: needs.flatMap(([key, amount]) => {
          const limit = limitOf.get(key);
          return limit === undefined || amount <= 1e-9 ? [] : [{ limit, amount }];
        }),
      };
    }),
  }));
  return { customers, limits };
}
