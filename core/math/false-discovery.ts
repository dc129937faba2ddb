/**
 * Adjusted p-values by Benjamini and Hochberg (1995): keeping those up to q holds the expected share of false ones among the kept to q.
 * In the order of the input.
 */
export function falseDiscovery(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((pValue, index) => ({ pValue, index })).sort((a, b) => b.pValue - a.pValue);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 1;
  for (const [place, { pValue, index }] of order.entries()) {
    least = Math.min(least, (pValue * pValues.length) / (pValues.length - place));
    adjusted[index] = least;
  }
  return adjusted;
}
