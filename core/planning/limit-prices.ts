import type { AllocationProblem } from './allocation.ts';

/** What a unit of each limit is worth at the margin, and what no plan can exceed. */
export interface LimitPrices {
  /** By limit; 0 where there is enough. */
  prices: Float64Array;
  /** An upper bound on the worth of every plan within the limits. */
  bound: number;
}

const MOST_ROUNDS = 40;
/** Rounds end when one lowers the bound by less than this share of it. */
const TOLERANCE = 1e-6;
const HALVINGS = 40;

/**
 * The Lagrangian relaxation (Everett 1963; Fisher 1981): each limit gets a price, each customer takes what is best after prices, and
 * bound(prices) = sum of what they take + prices x limits holds for every prices >= 0. It is minimised one price after the other, each by
 * halving on what is used of its limit: with many customers the bound is nearly smooth in each and such a descent ends close to the lowest.
 * An option's price is in the same money as its worth.
 */
export function priceLimits(problem: AllocationProblem): LimitPrices {
  const { customers, limits } = problem;
  const prices = new Float64Array(limits.length);
  const touching: number[][] = limits.map(() => []);
  for (const [i, { options }] of customers.entries()) {
    for (const limit of new Set(options.flatMap(({ uses }) => uses.map((use) => use.limit)))) touching[limit]?.push(i);
  }
  let bound = boundAt(problem, prices);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const limit of limits.keys()) prices[limit] = priceOf(problem, prices, limit, touching[limit] ?? []);
    const lower = boundAt(problem, prices);
    const gained = bound - lower;
    bound = Math.min(bound, lower);
    if (gained <= TOLERANCE * Math.abs(bound)) break;
  }
  return { prices, bound };
}

/** Worth of an option after prices. */
export function reducedWorth(
  { worth, uses }: AllocationProblem['customers'][number]['options'][number],
  prices: Float64Array,
): number {
  let reduced = worth;
  for (const { limit, amount } of uses) reduced -= (prices[limit] as number) * amount;
  return reduced;
}

function boundAt({ customers, limits }: AllocationProblem, prices: Float64Array): number {
  let bound = limits.reduce((sum, { available }, limit) => sum + available * (prices[limit] as number), 0);
  for (const { options } of customers) {
    let best = 0;
    for (const option of options) best = Math.max(best, reducedWorth(option, prices));
    bound += best;
  }
  return bound;
}

/** The lowest price at which no more than there is of one limit is asked for, the other prices as they are. */
function priceOf(
  { customers, limits }: AllocationProblem,
  prices: Float64Array,
  limit: number,
  touching: readonly number[],
): number {
  // Each option as a line over the price: what it is worth at price 0, and how much it takes.
  const starts: number[] = [0];
  const worths: number[] = [];
  const amounts: number[] = [];
  let highest = 0;
  for (const i of touching) {
    for (const option of customers[i]?.options ?? []) {
      let worth = option.worth;
      let taken = 0;
      for (const { limit: other, amount } of option.uses) {
        if (other === limit) taken += amount;
        else worth -= (prices[other] as number) * amount;
      }
      worths.push(worth);
      amounts.push(taken);
      if (taken > 0) highest = Math.max(highest, worth / taken);
    }
    starts.push(worths.length);
  }
  const { available } = limits[limit] as AllocationProblem['limits'][number];
  const asked = (price: number) => {
    let used = 0;
    for (let c = 0; c + 1 < starts.length; c += 1) {
      let [best, taken] = [0, 0];
      for (let o = starts[c] as number; o < (starts[c + 1] as number); o += 1) {
        const amount = amounts[o] as number;
        const reduced = (worths[o] as number) - price * amount;
        // Of equals the one that takes less.
        if (reduced > best || (reduced === best && amount < taken)) [best, taken] = [reduced, amount];
      }
      used += taken;
    }
    return used;
  };
  if (asked(0) <= available) return 0;
  let [low, high] = [0, highest];
  for (let step = 0; step < HALVINGS && high - low > 1e-12 * high; step += 1) {
    const middle = (low + high) / 2;
    if (asked(middle) <= available) high = middle;
    else low = middle;
  }
  return high;
}
