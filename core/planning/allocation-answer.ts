import type { AllocationAnswer } from '../ports/planning.ts';
import { whyNot } from './allocate.ts';
import { roundedMoney } from './money.ts';
import type { BookPlan } from './plan-book.ts';

/** A plan in the words of an answer: who gets what, and why others do not. `limit` cuts both lists. */
export function allocationAnswer(
  { candidates, problem, allocation, chosen }: BookPlan,
  { currency, limit }: { currency: string; limit: number },
): Omit<AllocationAnswer, 'asOf' | 'currency'> {
  const money = (value: number) => roundedMoney(value, currency);
  const left = candidates.flatMap(({ customer, options }, i) => {
    const why = whyNot(problem, allocation, i);
    return why === null ? [] : [{ customer, why, net: options[0]?.net ?? 0 }];
  });
  return {
    customers: candidates.length,
    chosen: chosen.length,
    net: money(allocation.worth),
    bound: money(allocation.bound),
    gap: allocation.gap,
    method: allocation.method,
    limits: problem.limits.map(({ name, available }, at) => ({
      name,
      available,
      used: allocation.used[at] as number,
      price: allocation.prices[at] as number,
    })),
    rows: chosen
      .toSorted((a, b) => b.option.net - a.option.net || (a.customer.customerId < b.customer.customerId ? -1 : 1))
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
