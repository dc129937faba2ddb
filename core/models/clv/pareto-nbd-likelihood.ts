import { gaussLegendre } from '../../math/quadrature.ts';
import { digamma, logGamma } from '../../math/special.ts';
import type { LogLikelihood } from './maximum-likelihood.ts';
import type { TransactionTable } from './transaction-table.ts';

/*
 * Likelihood of x purchases, the last at t_x, seen until T (Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005, "A note on
 * deriving the Pareto/NBD model", eq. 15-17), less its factor Gamma(r + x) / Gamma(r) alpha^r beta^s:
 *
 *   P(T) + s * integral from t_x to T of (alpha + u)^-(r + x) (beta + u)^-(s + 1) du
 *
 * with P(t) = (alpha + t)^-(r + x) (beta + t)^-s: still active at T, or left at u. The integral is G(t_x) - G(T) with
 *
 *   G(t) = s / A P(t) 2F1(1, r + x; A + 1; z),                        z = (alpha - beta) / (alpha + t), where alpha >= beta
 *   G(t) = s / A P(t) (alpha + t) / (beta + t) 2F1(1, s + 1; A + 1; z),   z = (beta - alpha) / (beta + t), where alpha < beta
 *
 * and A = r + s + x: the note's A_0 after Euler's transformation, whose terms are positive, below 1 and falling, so that nothing
 * can overflow at x = 500. The series is a polynomial in z whose coefficients depend on x alone; for z near 1, where it would be
 * long, the integral itself is taken by quadrature.
 */

/** Beyond this the series gives way to quadrature: at 0.8 it needs some 160 terms. */
const SERIES_UP_TO = 0.8;

/** The terms of one customer, scaled by exp(-scale): still active at T, and left before. */
export interface ParetoTerms {
  scale: number;
  active: number;
  gone: number;
}

/** Coefficients of 2F1(1, b; c; z) = sum of value[n] z^n, and of its derivatives by b and c. */
interface Series {
  b: number;
  c: number;
  /** Terms so far. */
  length: number;
  value: Float64Array;
  byB: Float64Array;
  byC: Float64Array;
}

const MOST_TERMS = 200;

function newSeries(): Series {
  return {
    b: 0,
    c: 0,
    length: 0,
    value: new Float64Array(MOST_TERMS),
    byB: new Float64Array(MOST_TERMS),
    byC: new Float64Array(MOST_TERMS),
  };
}

/** Makes the series that of b and c, keeping nothing of what it was. */
function restart(series: Series, b: number, c: number): void {
  series.b = b;
  series.c = c;
  series.value[0] = 1;
  series.byB[0] = 0;
  series.byC[0] = 0;
  series.length = 1;
}

/** Terms that z needs for 1e-17, computed as far as they are missing. */
function termsFor(series: Series, z: number): number {
  // Two at least: the derivative by z is not 0 where z is.
  const needed = z < 1e-17 ? 2 : Math.min(MOST_TERMS, 2 + Math.ceil(-39.2 / Math.log(z)));
  const { value, byB, byC, b, c } = series;
  for (let n = series.length; n < needed; n += 1) {
    const ratio = (b + n - 1) / (c + n - 1);
    const term = (value[n - 1] as number) * ratio;
    value[n] = term;
    byB[n] = (byB[n - 1] as number) * ratio + term / (b + n - 1);
    byC[n] = (byC[n - 1] as number) * ratio - term / (c + n - 1);
  }
  series.length = Math.max(series.length, needed);
  return needed;
}

/**
 * Log-likelihood of Pareto/NBD and its gradient by r, alpha, s, beta. Rows come sorted by x, so that the coefficients of the series
 * are computed once for each x; what depends on T alone is computed once for each run of equal T.
 */
export function paretoLikelihood(table: TransactionTable): LogLikelihood {
  const { frequency, recency, age, weight, weeks } = table;
  const logAlphaTime = new Float64Array(weeks.length);
  const logBetaTime = new Float64Array(weeks.length);
  const series = newSeries();
  const sums = new Float64Array(4);
  return (parameters, gradient) => {
    const [r, alpha, s, beta] = parameters as unknown as [number, number, number, number];
    for (let i = 0; i < weeks.length; i += 1) {
      logAlphaTime[i] = Math.log(alpha + (weeks[i] as number));
      logBetaTime[i] = Math.log(beta + (weeks[i] as number));
    }
    const logR = logGamma(r);
    const psiR = digamma(r);
    const [logAlpha, logBeta] = [Math.log(alpha), Math.log(beta)];
    const alphaLarger = alpha >= beta;
    let total = 0;
    let [dr, dalpha, ds, dbeta] = [0, 0, 0, 0];
    let lastX = -1;
    let [constant, psiRx] = [0, 0];
    for (let i = 0; i < weight.length; i += 1) {
      const x = frequency[i] as number;
      const rx = r + x;
      const A = rx + s;
      if (x !== lastX) {
        lastX = x;
        constant = logGamma(rx) - logR + r * logAlpha + s * logBeta;
        psiRx = digamma(rx) - psiR + logAlpha;
        restart(series, alphaLarger ? rx : s + 1, A + 1);
      }
      const w = weight[i] as number;
      const [atLast, atT] = [recency[i] as number, age[i] as number];
      const [tx, T] = [weeks[atLast] as number, weeks[atT] as number];
      const [logAlphaT, logBetaT] = [logAlphaTime[atT] as number, logBetaTime[atT] as number];
      const [logAlphaX, logBetaX] = [logAlphaTime[atLast] as number, logBetaTime[atLast] as number];
      const atActive = -rx * logAlphaT - s * logBetaT;
      // Everything below is relative to P(t_x), the largest of all terms.
      const scale = -rx * logAlphaX - s * logBetaX;
      const active = Math.exp(atActive - scale);
      const z = alphaLarger ? (alpha - beta) / (alpha + tx) : (beta - alpha) / (beta + tx);
      let gone: number;
      let [byR, byAlpha, byS, byBeta] = [
        -active * logAlphaT,
        (-active * rx) / (alpha + T),
        -active * logBetaT,
        (-active * s) / (beta + T),
      ];
      if (T <= tx) {
        gone = 0;
      } else if (z <= SERIES_UP_TO) {
        gone = 0;
        for (let end = 0; end < 2; end += 1) {
          const t = end === 0 ? tx : T;
          const sign = end === 0 ? 1 : -1;
          const [logA, logB] = end === 0 ? [logAlphaX, logBetaX] : [logAlphaT, logBetaT];
          const zt = alphaLarger ? (alpha - beta) / (alpha + t) : (beta - alpha) / (beta + t);
          const terms = termsFor(series, zt);
          let [f, fB, fC, fZ] = [0, 0, 0, 0];
          for (let n = terms - 1; n >= 0; n -= 1) {
            fZ = fZ * zt + f;
            f = f * zt + (series.value[n] as number);
            fB = fB * zt + (series.byB[n] as number);
            fC = fC * zt + (series.byC[n] as number);
          }
          const p = (sign * (end === 0 ? 1 : active) * s) / A;
          const inverseAlpha = 1 / (alpha + t);
          const inverseBeta = 1 / (beta + t);
          if (alphaLarger) {
            const g = p * f;
            gone += g;
            byR += g * (-1 / A - logA) + p * (fB + fC);
            byS += g * (1 / s - 1 / A - logB) + p * fC;
            byAlpha += -g * rx * inverseAlpha + p * fZ * (beta + t) * inverseAlpha * inverseAlpha;
            byBeta += -g * s * inverseBeta - p * fZ * inverseAlpha;
          } else {
            const q = p * (alpha + t) * inverseBeta;
            const g = q * f;
            gone += g;
            byR += g * (-1 / A - logA) + q * fC;
            byS += g * (1 / s - 1 / A - logB) + q * (fB + fC);
            byAlpha += g * (1 - rx) * inverseAlpha - q * fZ * inverseBeta;
            byBeta += -g * (s + 1) * inverseBeta + q * fZ * (alpha + t) * inverseBeta * inverseBeta;
          }
        }
      } else {
        gone = integrateGone(parameters, x, tx, T, scale, sums);
        byR += sums[0] as number;
        byAlpha += sums[1] as number;
        byS += sums[2] as number;
        byBeta += sums[3] as number;
      }
      const sum = active + gone;
      total += w * (constant + scale + Math.log(sum));
      const v = w / sum;
      dr += w * psiRx + v * byR;
      dalpha += (w * r) / alpha + v * byAlpha;
      ds += w * logBeta + v * byS;
      dbeta += (w * s) / beta + v * byBeta;
    }
    gradient[0] = dr;
    gradient[1] = dalpha;
    gradient[2] = ds;
    gradient[3] = dbeta;
    return total;
  };
}

/** The two terms of one customer, without a gradient: what predictions need. */
export function paretoTerms(
  parameters: Readonly<Record<'r' | 'alpha' | 's' | 'beta', number>>,
  x: number,
  tx: number,
  T: number,
): ParetoTerms {
  const { r, alpha, s, beta } = parameters;
  const rx = r + x;
  const A = rx + s;
  const scale = -rx * Math.log(alpha + tx) - s * Math.log(beta + tx);
  const active = Math.exp(-rx * Math.log((alpha + T) / (alpha + tx)) - s * Math.log((beta + T) / (beta + tx)));
  if (T <= tx) return { scale, active, gone: 0 };
  const alphaLarger = alpha >= beta;
  const zAt = (t: number) => (alphaLarger ? (alpha - beta) / (alpha + t) : (beta - alpha) / (beta + t));
  if (zAt(tx) > SERIES_UP_TO) {
    const gone = integrateGone(Float64Array.of(r, alpha, s, beta), x, tx, T, scale, new Float64Array(4));
    return { scale, active, gone };
  }
  const end = (t: number) => {
    const z = zAt(t);
    const b = alphaLarger ? rx : s + 1;
    let [term, sum] = [1, 1];
    for (let n = 0; term > 1e-17 * sum; n += 1) {
      term *= ((b + n) / (A + 1 + n)) * z;
      sum += term;
    }
    return alphaLarger ? sum : (sum * (alpha + t)) / (beta + t);
  };
  return { scale, active, gone: Math.max((s / A) * (end(tx) - active * end(T)), 0) };
}

/**
 * s * integral from t_x to T of (alpha + u)^-(r + x) (beta + u)^-(s + 1) du, relative to exp(scale), by Gauss-Legendre in
 * v = log of (u + smaller of alpha and beta), where the integrand is nearly exponential; writes its gradient by r, alpha, s, beta.
 */
function integrateGone(
  parameters: ArrayLike<number>,
  x: number,
  tx: number,
  T: number,
  scale: number,
  gradient: Float64Array,
): number {
  const [r, alpha, s, beta] = parameters as unknown as [number, number, number, number];
  const rx = r + x;
  const smaller = Math.min(alpha, beta);
  const length = Math.log((smaller + T) / (smaller + tx));
  // How fast the integrand falls at first, and over all: what is 1e-17 of the start is left out, and each panel falls by e^8.
  const slope = ((smaller + tx) * rx) / (alpha + tx) + ((smaller + tx) * (s + 1)) / (beta + tx) - 1;
  const steepest = ((smaller + T) * rx) / (alpha + T) + ((smaller + T) * (s + 1)) / (beta + T) - 1;
  const end = slope > 0 ? Math.min(length, 40 / slope) : length;
  const panels = Math.min(64, 1 + Math.ceil((end * Math.max(slope, steepest, 0)) / 8));
  const { nodes, weights } = gaussLegendre(16);
  let [sum, byLogAlpha, byInverseAlpha, byLogBeta, byInverseBeta] = [0, 0, 0, 0, 0];
  for (let panel = 0; panel < panels; panel += 1) {
    for (let i = 0; i < nodes.length; i += 1) {
      const v = (end * (panel + (nodes[i] as number))) / panels;
      const shifted = (smaller + tx) * Math.exp(v);
      const u = shifted - smaller;
      const [logAlpha, logBeta] = [Math.log(alpha + u), Math.log(beta + u)];
      const f =
        (((weights[i] as number) * end) / panels) * shifted * Math.exp(-rx * logAlpha - (s + 1) * logBeta - scale);
      sum += f;
      byLogAlpha += f * logAlpha;
      byLogBeta += f * logBeta;
      byInverseAlpha += f / (alpha + u);
      byInverseBeta += f / (beta + u);
    }
  }
  gradient[0] = -s * byLogAlpha;
  gradient[1] = -s * rx * byInverseAlpha;
  gradient[2] = sum - s * byLogBeta;
  gradient[3] = -s * (s + 1) * byInverseBeta;
  return s * sum;
}
