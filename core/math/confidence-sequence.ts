import type { Interval } from './proportions.ts';

/** A mean so far, of how many independent values, and their variance. */
export interface RunningMean {
  mean: number;
  variance: number;
  count: number;
}

/** Values at which the interval is narrowest against one of a fixed sample. */
const NARROWEST_AT = 500;

/**
 * The interval of an asymptotic confidence sequence: with probability 1 - alpha the true mean lies in it at every look from some count on, however
 * often one looks and whenever one stops. Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and
 * asymptotic confidence sequences", Annals of Statistics 52 (2024), theorem 2.2; rho by its appendix on optimising width. The whole line without
 * values or for count 0.
 */
export function confidenceSequence({ mean, variance, count }: RunningMean, alpha = 0.05): Interval {
  const spend = -2 * Math.log(alpha);
  const rho2 = (spend + Math.log(spend + 1)) / NARROWEST_AT;
  const grown = count * rho2;
  const half =
    count === 0
      ? Number.POSITIVE_INFINITY
      : Math.sqrt(((2 * variance * (grown + 1)) / (count * grown)) * Math.log(Math.sqrt(grown + 1) / alpha));
  return { low: mean - half, high: mean + half };
}
