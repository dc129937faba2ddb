import { cholesky, solveLower, solveUpper } from '../math/cholesky.ts';

/** A straight line laid through a model around one customer. */
export interface LocalSurrogate {
  /** What each group of inputs adds when it carries the customer's values. */
  contributions: readonly number[];
  /** The surrogate with every group at the reference's values. */
  baseline: number;
  /** Weighted R2 of the surrogate around the customer: 1 when the model is a sum of the groups there. */
  fidelity: number;
}

/** Width of the kernel, in distances of sqrt(groups) as Ribeiro, Singh & Guestrin (2016) have it. */
const KERNEL_WIDTH = 0.75;

/**
 * LIME over named groups of inputs: a weighted linear regression on which groups carry the customer's values and which the reference's,
 * nearer mixtures counting more. With at most 8 groups every mixture is looked at, so nothing is drawn at random.
 *
 * @param groups how many groups there are, 1..8
 * @param value the model on a set of groups that carry the customer's values, as a bit mask
 */
export function localSurrogate(groups: number, value: (mask: number) => number): LocalSurrogate {
  if (!(groups >= 1 && groups <= 8))
    throw new RangeError(`A surrogate over groups needs 1 to 8 of them, got ${groups}.`);
  const size = groups + 1;
  const normal = Array.from({ length: size }, () => new Float64Array(size));
  const towards = new Float64Array(size);
  const mixtures = Array.from({ length: 1 << groups }, (_, mask) => {
    const row = Array.from({ length: size }, (_unused, j) => (j === groups ? 1 : (mask >> j) & 1));
    const own = row.slice(0, groups).reduce((sum, each) => sum + each, 0);
    const distance = Math.sqrt(groups - own);
    const weight = Math.exp(-(distance ** 2) / (KERNEL_WIDTH ** 2 * groups));
    return { row, weight, y: value(mask) };
  });
  for (const { row, weight, y } of mixtures) {
    for (let a = 0; a < size; a += 1) {
      towards[a] = (towards[a] as number) + weight * (row[a] as number) * y;
      const line = normal[a] as Float64Array;
      for (let b = 0; b < size; b += 1)
        line[b] = (line[b] as number) + weight * (row[a] as number) * (row[b] as number);
    }
  }
  const lower = cholesky(normal);
  if (!lower) throw new RangeError('The mixtures of groups do not span them.');
  const coefficients = solveUpper(lower, solveLower(lower, towards));
  const total = mixtures.reduce((sum, { weight }) => sum + weight, 0);
  const mean = mixtures.reduce((sum, { weight, y }) => sum + weight * y, 0) / total;
  let off = 0;
  let spread = 0;
  for (const { row, weight, y } of mixtures) {
    const fitted = row.reduce((sum, each, j) => sum + each * (coefficients[j] as number), 0);
    off += weight * (y - fitted) ** 2;
    spread += weight * (y - mean) ** 2;
  }
  return {
    contributions: [...coefficients.subarray(0, groups)],
    baseline: coefficients[groups] as number,
    // A model that is flat but for rounding is fitted by any line.
    fidelity: spread <= 1e-24 * total * (1 + mean ** 2) ? 1 : 1 - off / spread,
  };
}
