/**
 * Exact Shapley values (Shapley 1953) of a function of at most 8 groups of inputs, against a reference: the mean over all orders
 * in which the groups could change from the reference's values to the customer's. They add up to f(all) - f(none), up to rounding.
 *
 * @param groups how many groups there are, 1..8
 * @param value f of a set of groups that carry the customer's values, as a bit mask; the others carry the reference's
 * @returns one value for each group
 */
export function shapleyValues(groups: number, value: (mask: number) => number): readonly number[] {
  if (!(groups >= 1 && groups <= 8)) throw new RangeError(`Exact Shapley values need 1 to 8 groups, got ${groups}.`);
  const all = 1 << groups;
  const values = new Float64Array(all);
  for (let mask = 0; mask < all; mask += 1) values[mask] = value(mask);
  const result = new Array<number>(groups).fill(0);
  for (let mask = 0; mask < all; mask += 1) {
    const size = bits(mask);
    for (let group = 0; group < groups; group += 1) {
      if (mask & (1 << group)) continue;
      const weight = (factorial(size) * factorial(groups - size - 1)) / factorial(groups);
      result[group] =
        (result[group] as number) + weight * ((values[mask | (1 << group)] as number) - (values[mask] as number));
    }
  }
  return result;
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest; rest &= rest - 1) count += 1;
  return count;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
