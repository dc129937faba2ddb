import type { AllocationAnswer } from '../ports/planning.ts';
import { allocate, whyNot } from './allocate.ts';
import type { AllocationLimit, AllocationOption, AllocationProblem } from './allocation.ts';
import { roundedMoney } from './money.ts';
import { type ActionWorth, type AdviceCustomer, type AdviceTerms, optionsOf } from './next-best-action.ts';
import type { PlanningSettings } from './settings.ts';

/** A customer as a plan needs it. */
export interface PlannedCustomer extends AdviceCustomer {
  name: string | null;
  ownerId: string | null;
}

interface Candidate {
  customer: PlannedCustomer;
  /** What pays with the least chance, in the order of the options of the problem. */
  options: readonly ActionWorth[];
}

/** The plan of a book: who gets what within the configured limits, and why others do not. */
export async function allocateBook(
  book: readonly PlannedCustomer[],
  terms: AdviceTerms & { settings: PlanningSettings },
  { currency, limit }: { currency: string; limit: number },
): Promise<Omit<AllocationAnswer, 'asOf' | 'currency'>> {
  const paying = book.flatMap((customer): Candidate[] => {
    const options = optionsOf(customer, terms).filter(
      ({ net, chanceItPays }) => net > 0 && chanceItPays >= terms.settings.leastChance,
    );
    return options.length > 0 ? [{ customer, options }] : [];
  });
  const problem = problemOf(paying, terms.settings);
  const found = await allocate(problem);
  const money = (value: number) => roundedMoney(value, currency);
  const chosen = paying.flatMap(({ customer, options }, i) => {
    const option = options[found.choices[i] as number];
    return option ? [{ customer, option }] : [];
  });
  const left = paying.flatMap(({ customer, options }, i) => {
    const why = whyNot(problem, found, i);
    return why === null ? [] : [{ customer, why, net: options[0]?.net ?? 0 }];
  });
  return {
    customers: paying.length,
    chosen: chosen.length,
    net: money(found.worth),
    bound: money(found.bound),
    gap: found.gap,
    method: found.method,
    limits: problem.limits.map(({ name, available }, at) => ({
      name,
      available,
      used: found.used[at] as number,
      price: found.prices[at] as number,
    })),
    rows: chosen
      .sort((a, b) => b.option.net - a.option.net || (a.customer.customerId < b.customer.customerId ? -1 : 1))
      .slice(0, limit)
      .map(({ customer, option }) => ({
        customerId: customer.customerId,
        name: customer.name,
        ownerId: customer.ownerId,
        action: option.action.name,
        minutes: option.action.minutes,
        net: money(option.net),
      })),
    notChosen: left
      .sort((a, b) => b.net - a.net || (a.customer.customerId < b.customer.customerId ? -1 : 1))
      .slice(0, limit)
      .map(({ customer: { customerId, name }, why }) => ({ customerId, name, why })),
  };
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
