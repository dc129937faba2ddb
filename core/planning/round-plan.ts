import type { AllocationOption, AllocationProblem, Choices } from './allocation.ts';
import { reducedWorth } from './limit-prices.ts';

/** Room for rounding errors of sums. */
const SLACK = 1e-9;

/**
 * A plan within the limits from their prices: options in the order of what they are worth after prices, each given where it still fits; then, as
 * long as it helps, customers exchange their option for a better one that fits. With prices of 0 this is the greedy plan.
 */
export function roundPlan({ customers, limits }: AllocationProblem, prices: Float64Array): Choices {
  const left = Float64Array.from(limits, ({ available }) => available);
  const choices = new Int32Array(customers.length).fill(-1);
  const candidates = customers
    .flatMap(({ options }, customer) =>
      options.flatMap((option, at) =>
        option.worth > 0 ? [{ customer, at, option, reduced: reducedWorth(option, prices) }] : [],
      ),
    )
    .sort((a, b) => b.reduced - a.reduced || a.customer - b.customer || a.at - b.at);
  for (const { customer, at, option } of candidates) {
    if (choices[customer] !== -1 || !fits(option, left)) continue;
    take(option, left, -1);
    choices[customer] = at;
  }
  for (let improved = true; improved; ) {
    improved = false;
    for (const { customer, at, option } of candidates) {
      const current = customers[customer]?.options[choices[customer] as number];
      if (option.worth <= (current?.worth ?? 0)) continue;
      if (current) take(current, left, 1);
      if (fits(option, left)) {
        take(option, left, -1);
        choices[customer] = at;
        improved = true;
      } else if (current) take(current, left, -1);
    }
  }
  return choices;
}

function fits({ uses }: AllocationOption, left: Float64Array): boolean {
  return uses.every(({ limit, amount }) => amount <= (left[limit] as number) + SLACK);
}

function take({ uses }: AllocationOption, left: Float64Array, sign: 1 | -1): void {
  for (const { limit, amount } of uses) left[limit] = (left[limit] as number) + sign * amount;
}
