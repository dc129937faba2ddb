/** Ranks from 1 for the highest; equal values share the best of their ranks ("competition ranking"). */
export function ranksFromHighest(values: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(values).sort();
  return values.map((value) => {
    // The first place after all that are not above it.
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return sorted.length - low + 1;
  });
}
