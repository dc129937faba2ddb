/**
 * Special functions in double precision. Checked against high-precision values in test/golden/special.test.ts: relative error
 * below 1e-13 for logGamma and digamma on [1e-6, 1e6], below 1e-11 for hyp2f1 on the arguments the models use.
 */

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Gamma(x) for x > 0: Lanczos (g = 7, n = 9) for small x, Stirling's series beyond. */
export function logGamma(x: number): number {
  if (x > 12) return stirling(x);
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  let sum = LANCZOS[0] as number;
  for (let i = 1; i < 9; i += 1) sum += (LANCZOS[i] as number) / (y + i);
  const t = y + 7.5;
  return 0.9189385332046727 + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

function stirling(x: number): number {
  const w = 1 / (x * x);
  const series = 1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - (w * 691) / 360360))));
  return 0.9189385332046727 + (x - 0.5) * Math.log(x) - x + series / x;
}

/** ln B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** The derivative of ln Gamma, for x > 0: recurrence up to 10, then the asymptotic series. */
export function digamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 10) {
    shift -= 1 / y;
    y += 1;
  }
  const w = 1 / (y * y);
  const series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - (w * 691) / 32760)))));
  return shift + Math.log(y) - 0.5 / y - series;
}

/**
 * Gauss's 2F1(a, b; c; z) by its power series, for c > 0 and 0 <= z < 1. Meant for the transformed arguments of the models, where
 * a and b are small beside c, so that the series neither overflows nor cancels.
 */
export function hyp2f1(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < 100_000; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
    if (Math.abs(term) <= Math.abs(sum) * 1e-16) break;
  }
  return sum;
}

/** ln(exp(a) + exp(b)) without overflow. */
export function logAddExp(a: number, b: number): number {
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b === Number.NEGATIVE_INFINITY ? b : b + Math.log1p(Math.exp(a - b));
}
