/**
 * The distribution of a connection's amounts in little room: counts of natural logarithms in bins a tenth wide (an error of 5 % of the
 * amount). JSON as it stands.
 */
export interface Sketch {
  n: number;
  /** Count by number of the bin. */
  bins: Record<string, number>;
}

const BIN_WIDTH = 0.1;
/** Beyond this many everything is halved, so that it follows a book whose prices move. */
const MOST_KEPT = 20_000;
/** Amounts of one price would make any other an outlier: at least a third up or down is no news. */
const LEAST_SPREAD = 0.3;
/** Standard normal quantile of 95 %. */
const Z95 = 1.6449;
/** Makes the median deviation of a normal distribution its standard deviation. */
const MAD_SCALE = 1.4826;

/** Nothing seen yet. */
export function emptySketch(): Sketch {
  return { n: 0, bins: {} };
}

/** Adds the logarithm of an amount. */
export function addTo(sketch: Sketch, logAmount: number): void {
  const bin = String(Math.round(logAmount / BIN_WIDTH));
  sketch.bins[bin] = (sketch.bins[bin] ?? 0) + 1;
  sketch.n += 1;
  if (sketch.n > MOST_KEPT) halve(sketch);
}

function halve(sketch: Sketch): void {
  sketch.n = 0;
  for (const [bin, count] of Object.entries(sketch.bins)) {
    if (count < 2) delete sketch.bins[bin];
    else {
      sketch.bins[bin] = Math.floor(count / 2);
      sketch.n += Math.floor(count / 2);
    }
  }
}

/** Where most amounts lie, in logarithms, told by quantiles: up to one in twenty may be wrong without moving it far. */
export interface Spread {
  n: number;
  median: number;
  /** Like a standard deviation, of each side by itself: amounts have a long tail. */
  below: number;
  above: number;
}

/** The spread of what a sketch holds; null when it is empty. */
export function spreadOf(sketch: Sketch): Spread | null {
  if (sketch.n === 0) return null;
  const bins = Object.entries(sketch.bins)
    .map(([bin, count]) => ({ at: Number(bin) * BIN_WIDTH, count }))
    .sort((a, b) => a.at - b.at);
  const median = quantile(bins, sketch.n, 0.5);
  const deviations = bins.map(({ at, count }) => ({ at: Math.abs(at - median), count })).sort((a, b) => a.at - b.at);
  const mad = MAD_SCALE * quantile(deviations, sketch.n, 0.5);
  return {
    n: sketch.n,
    median,
    below: Math.max((median - quantile(bins, sketch.n, 0.05)) / Z95, mad, LEAST_SPREAD),
    above: Math.max((quantile(bins, sketch.n, 0.95) - median) / Z95, mad, LEAST_SPREAD),
  };
}

function quantile(bins: readonly { at: number; count: number }[], n: number, p: number): number {
  let below = 0;
  for (const { at, count } of bins) {
    below += count;
    if (below >= p * n) return at;
  }
  return bins.at(-1)?.at ?? 0;
}

/** How many spreads a logarithm lies above (positive) or below the median. */
export function deviation(spread: Spread, logAmount: number): number {
  const off = logAmount - spread.median;
  return off / (off > 0 ? spread.above : spread.below);
}

/**
 * Median and scaled median deviation (Hampel's identifier) of a few logarithms; null for fewer than four.
 *
 * @param atLeast what the spread is taken to be at the least
 */
export function ownSpread(logAmounts: readonly number[], atLeast: number): Spread | null {
  if (logAmounts.length < 4) return null;
  const middle = (values: readonly number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 === 1
      ? (sorted[half] as number)
      : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
  };
  const median = middle(logAmounts);
  const scale = Math.max(MAD_SCALE * middle(logAmounts.map((each) => Math.abs(each - median))), LEAST_SPREAD, atLeast);
  return { n: logAmounts.length, median, below: scale, above: scale };
}
