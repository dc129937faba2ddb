import { type AllocationProblem, type Choices, checkAllocation, usedBy, worthOfChoices } from './allocation.ts';
import { type LimitPrices, priceLimits, reducedWorth } from './limit-prices.ts';
import { roundPlan } from './round-plan.ts';
import { solveExactly } from './solve-exactly.ts';
import { tightenBound } from './tighten-bound.ts';

/** A plan and how good it is. */
export interface Allocation extends LimitPrices {
  choices: Choices;
  /** Sum over the chosen. */
  worth: number;
  /** (bound - worth) / bound: the plan is at most this share below the best; 0 when it is proved to be the best. */
  gap: number;
  method: 'exact' | 'rounded';
  /** By limit. */
  used: Float64Array;
}

/** Above so many options a proof is not tried: a plan of a team has fewer. */
const MOST_OPTIONS_FOR_PROOF = 3_000;
const TIME_LIMIT_SECONDS = 20;

/**
 * Whom to give what within the limits. A team's plan is proved to be the best; a large book's is rounded from the limits' prices, with the
 * bound stated. Throws DataError for numbers that are none.
 */
export async function allocate(problem: AllocationProblem): Promise<Allocation> {
  checkAllocation(problem);
  const priced = priceLimits(problem);
  const options = problem.customers.reduce((sum, customer) => sum + customer.options.length, 0);
  const exact =
    options <= MOST_OPTIONS_FOR_PROOF ? await solveExactly(problem, { timeLimitSeconds: TIME_LIMIT_SECONDS }) : null;
  const choices = exact ?? roundPlan(problem, priced.prices);
  const worth = worthOfChoices(problem, choices);
  const bound = exact ? worth : Math.min(priced.bound, tightenBound(problem, priced.prices) ?? priced.bound);
  return {
    choices,
    worth,
    bound,
    prices: priced.prices,
    // Sums in another order may differ in their last digits.
    gap: bound > 0 ? Math.max((bound - worth) / bound, 0) : 0,
    method: exact ? 'exact' : 'rounded',
    used: usedBy(problem, choices),
  };
}

/** Why a customer gets nothing, in a sentence; null for one who gets something. */
export function whyNot(
  problem: AllocationProblem,
  { choices, prices, used }: Allocation,
  customer: number,
): string | null {
  if (choices[customer] !== -1) return null;
  const paying = (problem.customers[customer]?.options ?? []).filter(({ worth }) => worth > 0);
  const best = paying.toSorted((a, b) => reducedWorth(b, prices) - reducedWorth(a, prices))[0];
  if (!best) return 'Not chosen because no action is worth its cost.';
  const dearest = best.uses.toSorted(
    (a, b) => (prices[b.limit] as number) * b.amount - (prices[a.limit] as number) * a.amount,
  )[0];
  const limit = dearest && problem.limits[dearest.limit];
  if (!dearest || !limit) return 'Not chosen although nothing stands against it.';
  const price = (prices[dearest.limit] as number) * dearest.amount;
  if (price > 0 && reducedWorth(best, prices) <= 0) {
    return `Not chosen because ${limit.name} is short: ${best.action} would bring ${best.worth.toFixed(2)}, and what it takes of it brings ${price.toFixed(2)} elsewhere.`;
  }
  const full = best.uses.find(
    ({ limit: at, amount }) => amount > (problem.limits[at]?.available ?? 0) - (used[at] as number) + 1e-9,
  );
  const fullLimit = full && problem.limits[full.limit];
  return full && fullLimit
    ? `Not chosen because ${fullLimit.name} has ${(fullLimit.available - (used[full.limit] as number)).toFixed(0)} left and ${best.action} takes ${full.amount.toFixed(0)}.`
    : `Not chosen because ${best.action} displaces what brings more together.`;
}
