/** How two series of losses of the same cases differ. Negative: the second is better. */
export interface PairedDifference {
  cases: number;
  /** Mean of second less first. */
  mean: number;
  /** Of the mean; 0 with fewer than two cases. */
  standardError: number;
  /** `better` or `worse` beyond one standard error: the second beside the first. */
  verdict: 'better' | 'alike' | 'worse';
}

/**
 * Compares two series of losses case by case. Paired, so that what makes a case hard for both cancels out (Dietterich 1998, Neural
 * Computation 10:1895, on why unpaired tests mislead here); one standard error, as in the rule of Breiman et al. 1984 (CART, 3.4.3).
 *
 * @param first, second losses of the same cases in the same order, lower is better; at least one case
 */
export function pairedDifference(first: readonly number[], second: readonly number[]): PairedDifference {
  const cases = first.length;
  if (cases === 0 || second.length !== cases) {
    throw new RangeError(`Expected losses of the same cases, at least one; found ${cases} and ${second.length}.`);
  }
  const differences = second.map((loss, index) => loss - (first[index] as number));
  const mean = differences.reduce((sum, each) => sum + each, 0) / cases;
  const squares = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const standardError = cases < 2 ? 0 : Math.sqrt(squares / (cases - 1) / cases);
  const verdict = mean < -standardError ? 'better' : mean > standardError ? 'worse' : 'alike';
  return { cases, mean, standardError, verdict };
}
