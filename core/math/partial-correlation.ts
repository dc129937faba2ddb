import { pearson } from './ranks.ts';

/** Correlation of a and b at equal c (Pearson 1920, first order); null when c says all there is to know of a or b. */
export function partialCorrelation(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  given: ArrayLike<number>,
): number | null {
  const ab = pearson(a, b);
  const ac = pearson(a, given);
  const bc = pearson(b, given);
  const left = (1 - ac * ac) * (1 - bc * bc);
  return left < 1e-12 ? null : (ab - ac * bc) / Math.sqrt(left);
}
