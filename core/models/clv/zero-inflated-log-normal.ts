import type { LearnedValueRow, ValueOutcome } from './learned-value.ts';

/** Outputs of the network, in this order: by how much it departs from the probability models. */
export const OUTPUTS = ['purchase', 'count', 'level', 'spread'] as const;

/** Where departures are taken from, learned on the training rows of those who bought. */
export interface ValueBaseline {
  /** Mean and standard deviation of the logarithm of money over what was expected of a buyer. */
  level: number;
  spread: number;
}

/** Spread of the logarithm of money: beyond, a mean is decided by a tail that nobody has seen. */
const LEAST_SPREAD = 0.05;
const MOST_SPREAD = 1.5;

/** The distribution of a window's outcome: a purchase at all, how many then, and how much money then. */
interface Distribution {
  p: number;
  /** Logarithm of the mean count beyond the first. */
  logMore: number;
  mu: number;
  sigma: number;
  /** Whether sigma stands at a bound, where it does not move. */
  bound: boolean;
}

function distributionOf(row: LearnedValueRow, { level, spread }: ValueBaseline, outputs: Float64Array): Distribution {
  const [purchase, count, departure, spreading] = outputs as unknown as [number, number, number, number];
  const p0 = Math.min(row.probabilityOfPurchase, 1 - 1e-6);
  const p = 1 / (1 + Math.exp(-(Math.log(p0 / (1 - p0)) + purchase)));
  const free = spread * Math.exp(spreading);
  const sigma = Math.min(Math.max(free, LEAST_SPREAD), MOST_SPREAD);
  return {
    p,
    logMore: Math.log(Math.max(row.expectedCount / row.probabilityOfPurchase - 1, 0.01)) + count,
    mu: Math.log(row.expectedSpend / row.probabilityOfPurchase) + level + departure,
    sigma,
    bound: sigma !== free,
  };
}

/**
 * Minus the log-likelihood of an outcome (constants left out), and its slopes by the outputs: a zero-inflated log-normal for money
 * (Wang, Liu & Miao 2019, "A deep probabilistic model for customer lifetime value prediction", eq. 3) and a Poisson for the
 * purchases beyond the first.
 */
export function lossOf(
  row: LearnedValueRow,
  { count, spend }: ValueOutcome,
  baseline: ValueBaseline,
  outputs: Float64Array,
  slopes: Float64Array,
): number {
  const { p, logMore, mu, sigma, bound } = distributionOf(row, baseline, outputs);
  slopes.fill(0);
  slopes[0] = p - (count > 0 ? 1 : 0);
  if (count === 0) return -Math.log(1 - p);
  const more = Math.exp(logMore);
  slopes[1] = more - (count - 1);
  let loss = -Math.log(p) + more - (count - 1) * logMore;
  if (spend > 0) {
    const z = (Math.log(spend) - mu) / sigma;
    slopes[2] = -z / sigma;
    slopes[3] = bound ? 0 : 1 - z * z;
    loss += Math.log(sigma) + (z * z) / 2;
  }
  return loss;
}

/** Means of the distribution. */
export function meanOutcome(row: LearnedValueRow, baseline: ValueBaseline, outputs: Float64Array): ValueOutcome {
  const { p, logMore, mu, sigma } = distributionOf(row, baseline, outputs);
  return { count: p * (1 + Math.exp(logMore)), spend: p * Math.exp(mu + (sigma * sigma) / 2) };
}
