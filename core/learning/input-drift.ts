/** How the values of one input differ between two samples of customers. */
export interface InputDrift {
  name: string;
  /** Population stability index over tenths of the first sample; below .1 small, above .25 large by the usage of credit scoring. */
  psi: number;
  /** Largest distance of the two distribution functions (Kolmogorov-Smirnov), 0..1, and its p-value by the asymptotic distribution. */
  ks: number;
  ksPValue: number;
  /** Share of customers without a value, then and now. */
  missingBefore: number;
  missingNow: number;
}

const BINS = 10;
/** A bin that is empty on one side counts as half a customer: the index would be endless. */
const EMPTY_COUNTS = 0.5;

/**
 * Compares an input's values then and now. Missing values are left out of PSI and KS, and counted.
 *
 * @param before, now one value a customer, null where there is none; at least one value each, else nothing can be said (null)
 */
export function inputDrift(
  name: string,
  before: readonly (number | null)[],
  now: readonly (number | null)[],
): InputDrift | null {
  const present = (values: readonly (number | null)[]) =>
    Float64Array.from(values.filter((value) => value !== null)).sort();
  const [first, second] = [present(before), present(now)];
  if (first.length === 0 || second.length === 0) return null;
  const ks = largestDistance(first, second);
  return {
    name,
    psi: stabilityIndex(first, second),
    ks,
    ksPValue: kolmogorovTail(ks * Math.sqrt((first.length * second.length) / (first.length + second.length))),
    missingBefore: 1 - first.length / before.length,
    missingNow: 1 - second.length / now.length,
  };
}

function stabilityIndex(first: Float64Array, second: Float64Array): number {
  // Ties fall into one bin: edges that are equal count once, and none lies below everything.
  const edges = [
    ...new Set(
      Array.from({ length: BINS - 1 }, (_, i) => first[Math.floor(((i + 1) * first.length) / BINS)] as number),
    ),
  ].filter((edge) => edge > (first[0] as number));
  const shares = (values: Float64Array) => {
    const counts = new Array<number>(edges.length + 1).fill(0);
    for (const value of values) {
      const bin = edges.findIndex((edge) => value < edge);
      const at = bin < 0 ? edges.length : bin;
      counts[at] = (counts[at] as number) + 1;
    }
    return counts.map((count) => Math.max(count, EMPTY_COUNTS) / values.length);
  };
  const [p, q] = [shares(first), shares(second)];
  return p.reduce((sum, share, i) => {
    const other = q[i] as number;
    return sum + (other - share) * Math.log(other / share);
  }, 0);
}

function largestDistance(first: Float64Array, second: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i] as number, second[j] as number);
    while (i < first.length && (first[i] as number) === value) i += 1;
    while (j < second.length && (second[j] as number) === value) j += 1;
    largest = Math.max(largest, Math.abs(i / first.length - j / second.length));
  }
  return largest;
}

/** P(K > x) of Kolmogorov's distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2). */
function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) {
    const term = 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
    sum += term;
    if (Math.abs(term) < 1e-12) break;
  }
  return Math.min(Math.max(sum, 0), 1);
}
