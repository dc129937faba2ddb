import {
  logNormalDensity,
  logNormalSurvival,
  normalHazard,
  normalUpperQuantile,
} from '../../math/normal-distribution.ts';

/**
 * The distribution of the standardised log time z = (ln t - mean) / scale. Everything the likelihood needs is a function of z: its
 * value and the two derivatives by z.
 */
export interface AftDistribution {
  /** ln of the density, and its first and second derivative. */
  logDensity(z: number): readonly [number, number, number];
  /** ln P(Z > z), and its first and second derivative. */
  logSurvival(z: number): readonly [number, number, number];
  /** The z with P(Z > z) = `tail`, 0 < tail < 1. */
  upperQuantile(tail: number): number;
}

/** The smallest extreme value: t is Weibull with shape 1 / scale. */
export const extremeValue: AftDistribution = {
  logDensity: (z) => {
    const e = Math.exp(z);
    return [z - e, 1 - e, -e];
  },
  logSurvival: (z) => {
    const e = Math.exp(z);
    return [-e, -e, -e];
  },
  upperQuantile: (tail) => Math.log(-Math.log(tail)),
};

/** The logistic: t is log-logistic with shape 1 / scale. */
export const logistic: AftDistribution = {
  logDensity: (z) => {
    const p = 1 / (1 + Math.exp(-z));
    return [z - 2 * softPlus(z), 1 - 2 * p, -2 * p * (1 - p)];
  },
  logSurvival: (z) => {
    const p = 1 / (1 + Math.exp(-z));
    return [-softPlus(z), -p, -p * (1 - p)];
  },
  upperQuantile: (tail) => Math.log((1 - tail) / tail),
};

/** The normal: t is log-normal. */
export const normal: AftDistribution = {
  logDensity: (z) => [logNormalDensity(z), -z, -1],
  logSurvival: (z) => {
    const hazard = normalHazard(z);
    // By hazard' = hazard (hazard - z); far out the bracket is 1 / z, lost to rounding, and so is its weight.
    return [logNormalSurvival(z), -hazard, -hazard * (hazard - z)];
  },
  upperQuantile: normalUpperQuantile,
};

/** ln(1 + exp(z)) without overflow. */
function softPlus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
