import type { AllocationCustomer, AllocationProblem } from './allocation.ts';

/** A limit larger than this is not tabulated. */
const MOST_UNITS = 20_000;

/**
 * A bound that knows that nothing is done by halves. Limits that part the customers (an owner's time) stay as they are and only the others get
 * their prices: what a part can then earn at most is a multiple-choice knapsack, solved by dynamic programming over the units of its limit
 * (Fisher 1981; Kellerer, Pferschy & Pisinger 2004, chapter 11). Valid for every prices >= 0.
 *
 * @returns null where no limit parts the customers, or one has fractions of a unit or too many of them
 */
export function tightenBound({ customers, limits }: AllocationProblem, prices: Float64Array): number | null {
  const partOf = partsOf({ customers, limits });
  if (partOf === null) return null;
  const parting = new Set(partOf);
  let bound = limits.reduce(
    (sum, { available }, limit) => sum + (parting.has(limit) ? 0 : available * (prices[limit] as number)),
    0,
  );
  const members = Map.groupBy(customers.keys(), (customer) => partOf[customer] as number);
  for (const [part, of] of members) {
    const units = Math.floor(limits[part]?.available ?? 0);
    const earned = new Float64Array(units + 1);
    for (const customer of of) {
      const options = (customers[customer] as AllocationCustomer).options.map(({ worth, uses }) => {
        let [taken, reduced] = [0, worth];
        for (const { limit, amount } of uses) {
          if (limit === part) taken += amount;
          else reduced -= (prices[limit] as number) * amount;
        }
        return { taken, reduced };
      });
      // From the top, so that what is looked up below does not know this customer yet.
      for (let unit = units; unit >= 0; unit -= 1) {
        let best = earned[unit] as number;
        for (const { taken, reduced } of options) {
          if (taken <= unit) best = Math.max(best, (earned[unit - taken] as number) + reduced);
        }
        earned[unit] = best;
      }
    }
    bound += earned[units] as number;
  }
  return bound;
}

/** By customer the limit that its part is bound by; -1 is a part without one. Null where no table can be made. */
function partsOf({ customers, limits }: AllocationProblem): Int32Array | null {
  const touched = customers.map(
    ({ options }) => new Set(options.flatMap(({ uses }) => uses.map(({ limit }) => limit))),
  );
  const customersOf: number[][] = limits.map(() => []);
  for (const [customer, of] of touched.entries()) for (const limit of of) customersOf[limit]?.push(customer);
  const partOf = new Int32Array(customers.length).fill(-1);
  for (const [limit, of] of customersOf.entries()) {
    if (of.every((customer) => partOf[customer] === -1)) for (const customer of of) partOf[customer] = limit;
  }
  const whole = customers.every(({ options }, customer) =>
    options.every(({ uses }) =>
      uses.every(({ limit, amount }) => limit !== partOf[customer] || Number.isInteger(amount)),
    ),
  );
  const parting = new Set(partOf);
  const small = limits.every(({ available }, limit) => !parting.has(limit) || available <= MOST_UNITS);
  return whole && small && [...parting].some((part) => part !== -1) ? partOf : null;
}
