/** Predictions of each member, and what came. */
export interface Regression {
  predictions: readonly Float64Array[];
  actual: Float64Array;
}

/**
 * Pull of the weights towards the prior ones, relative to the variance of what came: with few windows, equal weights are hard to
 * beat, and a member must be clearly better or worse to move them. Of .02, .1, .2, .5, 1 and 2, chosen on nine windows inside the
 * calibration periods of five books.
 */
const RIDGE = 0.5;
/**
 * Weights >= 0 that add up to 1 and minimise the mean over windows of SSE / SST, with a ridge towards `anchor`; by moving weight
 * between pairs until nothing moves. Deterministic; `anchor` itself where there is no window.
 */
export function simplexWeights(windows: readonly Regression[], anchor: Float64Array): Float64Array {
  const n = anchor.length;
  const quadratic = Array.from({ length: n }, () => new Float64Array(n));
  const linear = new Float64Array(n);
  for (const { predictions, actual } of windows) {
    const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
    const variation = actual.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    // A window in which everybody did the same says nothing of who tells it better.
    if (variation === 0) continue;
    const scale = 1 / variation / windows.length;
    for (let i = 0; i < n; i += 1) {
      const a = predictions[i] as Float64Array;
      linear[i] = (linear[i] as number) + scale * dot(a, actual);
      for (let j = 0; j < n; j += 1) {
        const row = quadratic[i] as Float64Array;
        row[j] = (row[j] as number) + scale * dot(a, predictions[j] as Float64Array);
      }
    }
  }
  for (let i = 0; i < n; i += 1) {
    const row = quadratic[i] as Float64Array;
    row[i] = (row[i] as number) + RIDGE;
    linear[i] = (linear[i] as number) + RIDGE * (anchor[i] as number);
  }
  const weights = Float64Array.from(anchor);
  const slope = (i: number) => dot(quadratic[i] as Float64Array, weights) - (linear[i] as number);
  for (let sweep = 0; sweep < 1_000; sweep += 1) {
    let moved = 0;
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        if (i === j) continue;
        const curvature =
          ((quadratic[i] as Float64Array)[i] as number) +
          ((quadratic[j] as Float64Array)[j] as number) -
          2 * ((quadratic[i] as Float64Array)[j] as number);
        const best = (slope(j) - slope(i)) / Math.max(curvature, 1e-300);
        const step = Math.min(Math.max(best, 0), weights[j] as number);
        weights[i] = (weights[i] as number) + step;
        weights[j] = (weights[j] as number) - step;
        moved = Math.max(moved, step);
      }
    }
    if (moved < 1e-10) break;
  }
  return weights;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
