/**
 * The standard normal distribution in double precision, also far out in its tails. Checked against SciPy in
 * test/unit/survival-numerics.test.ts: relative error below 1e-13 for |x| <= 30.
 */

const SQRT_2 = Math.SQRT2;
const SQRT_PI = Math.sqrt(Math.PI);
const LOG_SQRT_2_PI = 0.9189385332046727;

/** exp(x^2) erfc(x) for x >= 0: Taylor's series for small x, Laplace's continued fraction beyond (Abramowitz & Stegun 7.1.6, 7.1.14). */
function scaledErfc(x: number): number {
  if (x < 1.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return Math.exp(x * x) - (2 / SQRT_PI) * sum;
  }
  let fraction = 0;
  // Enough for 1e-15 at 1.5, where the fraction converges slowest.
  for (let n = x < 3 ? 160 : 50; n > 0; n -= 1) fraction = n / 2 / (x + fraction);
  return 1 / (SQRT_PI * (x + fraction));
}

/** ln P(Z > z). */
export function logNormalSurvival(z: number): number {
  const x = Math.abs(z) / SQRT_2;
  const tail = Math.log(scaledErfc(x) / 2) - x * x;
  return z >= 0 ? tail : Math.log1p(-Math.exp(tail));
}

/** The hazard of the standard normal, phi(z) / P(Z > z): the inverse of Mills' ratio. */
export function normalHazard(z: number): number {
  if (z >= 0) return Math.sqrt(2 / Math.PI) / scaledErfc(z / SQRT_2);
  return Math.exp(-0.5 * z * z - LOG_SQRT_2_PI - logNormalSurvival(z));
}

/** ln of the standard normal density. */
export function logNormalDensity(z: number): number {
  return -0.5 * z * z - LOG_SQRT_2_PI;
}

/** P(|Z| > |z|): the two-sided p-value of a z statistic. */
export function twoSidedPValue(z: number): number {
  return 2 * Math.exp(logNormalSurvival(Math.abs(z)));
}

/** The z with P(Z > z) = `tail`, for 0 < tail < 1: Abramowitz & Stegun 26.2.23, then Newton's method on the logarithm. */
export function normalUpperQuantile(tail: number): number {
  if (tail > 0.5) return -normalUpperQuantile(1 - tail);
  const t = Math.sqrt(-2 * Math.log(tail));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let step = 0; step < 4; step += 1) z += (logNormalSurvival(z) - Math.log(tail)) / normalHazard(z);
  return z;
}
