import { digamma, logGamma } from '../../math/special.ts';
import type { LogLikelihood } from './maximum-likelihood.ts';
import type { TransactionTable } from './transaction-table.ts';

/**
 * The log-likelihood of BG/NBD (Fader, Hardie & Lee 2005, eq. 6, in logs) or MBG/NBD (k = x + 1 dropout chances survived) and its
 * gradient by r, alpha, a, b.
 *
 * @param extra dropout chances before the first repeat purchase: 0 for BG/NBD, 1 for MBG/NBD
 */
export function betaGeometricLikelihood(table: TransactionTable, extra: 0 | 1): LogLikelihood {
  const logTime = new Float64Array(table.weeks.length);
  const inverseTime = new Float64Array(table.weeks.length);
  return (parameters, gradient) => evaluate(table, extra, logTime, inverseTime, parameters, gradient);
}

function evaluate(
  { frequency, recency, age, weight, weeks }: TransactionTable,
  extra: 0 | 1,
  logTime: Float64Array,
  inverseTime: Float64Array,
  parameters: Float64Array,
  gradient: Float64Array,
): number {
  const [r, alpha, a, b] = parameters as unknown as [number, number, number, number];
  for (let i = 0; i < weeks.length; i += 1) {
    const time = alpha + (weeks[i] as number);
    logTime[i] = Math.log(time);
    inverseTime[i] = 1 / time;
  }
  const [logR, logAB, logB] = [logGamma(r), logGamma(a + b), logGamma(b)];
  const [psiR, psiAB, psiB] = [digamma(r), digamma(a + b), digamma(b)];
  const logAlpha = Math.log(alpha);
  const logA = Math.log(a);
  let total = 0;
  let [dr, dalpha, da, db] = [0, 0, 0, 0];
  // Rows come sorted by x: what depends on x alone is computed once for each x.
  let lastX = -1;
  let [constant, psiRx, psiBk, psiABk, logDropout, inverseDropout] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < weight.length; i += 1) {
    const x = frequency[i] as number;
    const k = x + extra;
    if (x !== lastX) {
      lastX = x;
      constant = logGamma(r + x) - logR + r * logAlpha + logGamma(b + k) - logGamma(a + b + k) - logB + logAB;
      psiRx = digamma(r + x);
      psiBk = digamma(b + k);
      psiABk = digamma(a + b + k);
      logDropout = k > 0 ? logA - Math.log(b + k - 1) : Number.NEGATIVE_INFINITY;
      inverseDropout = k > 0 ? 1 / (b + k - 1) : 0;
    }
    const w = weight[i] as number;
    const atT = age[i] as number;
    const atLast = recency[i] as number;
    const logAge = logTime[atT] as number;
    const logRecency = logTime[atLast] as number;
    const active = -(r + x) * logAge;
    // Odds of having left against being active, as a logarithm.
    const odds = logDropout - (r + x) * logRecency - active;
    const e = Math.exp(odds > 0 ? -odds : odds);
    const gone = odds > 0 ? 1 / (1 + e) : e / (1 + e);
    const share = 1 - gone;
    total += w * (constant + active + (odds > 0 ? odds : 0) + Math.log1p(e));
    dr += w * (psiRx - psiR + logAlpha - share * logAge - gone * logRecency);
    dalpha +=
      w * (r / alpha - (r + x) * (share * (inverseTime[atT] as number) + gone * (inverseTime[atLast] as number)));
    da += w * (psiAB - psiABk + gone / a);
    db += w * (psiBk - psiABk - psiB + psiAB - gone * inverseDropout);
  }
  gradient[0] = dr;
  gradient[1] = dalpha;
  gradient[2] = da;
  gradient[3] = db;
  return total;
}
