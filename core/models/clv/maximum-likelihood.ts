import { minimise } from '../../math/lbfgs.ts';
import type { LogNormalPrior } from './public-prior.ts';

/** Writes the gradient by the parameters and returns the log-likelihood of the whole book. */
export type LogLikelihood = (parameters: Float64Array, gradient: Float64Array) => number;

/** A likelihood of positive parameters, to be maximised in their logarithms. */
export interface LikelihoodProblem {
  logLikelihood: LogLikelihood;
  /** Starting points: several, because the surface can be flat. The likeliest first. */
  starts: readonly (readonly number[])[];
  customers: number;
  /** Prior of each parameter, in the same units, and its weight; none for plain maximum likelihood. */
  prior?: { of: readonly LogNormalPrior[]; weight: number };
}

/** Where the maximum lies. */
export interface LikelihoodMaximum {
  parameters: Float64Array;
  converged: boolean;
  iterations: number;
}

/** Beyond this, in logarithms, a parameter is 0 or infinite for every purpose, and differences lose their digits. */
const LIMIT = 16;

/**
 * Maximises the (penalised) likelihood by L-BFGS: every start is followed until it is clear where it leads, the best one to the end.
 * Deterministic.
 */
export function maximiseLikelihood(problem: LikelihoodProblem): LikelihoodMaximum {
  const objective = meanLoss(problem);
  const explored = problem.starts.map((start) =>
    minimise(objective, start.map(Math.log), { tolerance: 1e-3, maxIterations: 60 }),
  );
  const ordered = [...explored].sort((a, b) => a.value - b.value);
  let iterations = explored.reduce((sum, run) => sum + run.iterations, 0);
  let best = ordered[0];
  for (const candidate of ordered) {
    const run = minimise(objective, candidate.x, { tolerance: 1e-10 });
    iterations += run.iterations;
    if (best === ordered[0] || (best && run.value < best.value)) best = run;
    if (run.converged) break;
  }
  if (!best) throw new RangeError('a likelihood needs at least one start');
  return { parameters: best.x.map(Math.exp), converged: best.converged, iterations };
}

/** Minus the mean log-likelihood in log-parameters, penalty included. */
function meanLoss({ logLikelihood, customers, prior }: LikelihoodProblem) {
  return (theta: Float64Array, gradient: Float64Array): number => {
    for (const value of theta) if (!(Math.abs(value) <= LIMIT)) return Number.POSITIVE_INFINITY;
    const parameters = theta.map(Math.exp);
    let value = -logLikelihood(parameters, gradient) / customers;
    for (let i = 0; i < theta.length; i += 1) {
      // From d/dparameter to d/dlog(parameter).
      gradient[i] = (-(gradient[i] as number) * (parameters[i] as number)) / customers;
      const belief = prior?.of[i];
      if (!prior || !belief || prior.weight === 0) continue;
      const off = ((theta[i] as number) - Math.log(belief.value)) / belief.logSd;
      value += (prior.weight * off * off) / (2 * customers);
      gradient[i] = (gradient[i] as number) + (prior.weight * off) / (belief.logSd * customers);
    }
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
}

/**
 * 95 % intervals of the parameters from the curvature at the maximum (observed information in log-parameters, by differences of
 * the gradient). Null where the likelihood is flat in some direction, as it is for a degenerate fit: then there is no interval.
 */
export function likelihoodIntervals(
  logLikelihood: LogLikelihood,
  parameters: Float64Array,
): readonly { low: number; high: number }[] | null {
  const n = parameters.length;
  const theta = parameters.map(Math.log);
  const gradientAt = (point: Float64Array) => {
    const gradient = new Float64Array(n);
    const at = point.map(Math.exp);
    logLikelihood(at, gradient);
    return gradient.map((value, i) => value * (at[i] as number));
  };
  const step = 1e-4;
  const information = Array.from({ length: n }, (_, i) => {
    const shifted = (by: number) => theta.map((value, j) => (i === j ? value + by : value));
    const [up, down] = [gradientAt(shifted(step)), gradientAt(shifted(-step))];
    return up.map((value, j) => -(value - (down[j] as number)) / (2 * step));
  });
  const covariance = inverse(information);
  if (!covariance) return null;
  return covariance.map((row, i) => {
    const spread = 1.959963984540054 * Math.sqrt(row[i] as number);
    const centre = theta[i] as number;
    return { low: Math.exp(centre - spread), high: Math.exp(centre + spread) };
  });
}

/** Inverse of a symmetric positive definite matrix by Cholesky; null when it is not one. */
function inverse(matrix: readonly Float64Array[]): readonly Float64Array[] | null {
  const n = matrix.length;
  const lower = matrix.map((row) => new Float64Array(row.length));
  const get = (m: readonly Float64Array[], i: number, j: number) => m[i]?.[j] ?? 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = (get(matrix, i, j) + get(matrix, j, i)) / 2;
      for (let k = 0; k < j; k += 1) sum -= get(lower, i, k) * get(lower, j, k);
      if (i === j && !(sum > 1e-8)) return null;
      (lower[i] as Float64Array)[j] = i === j ? Math.sqrt(sum) : sum / get(lower, j, j);
    }
  }
  return Array.from({ length: n }, (_, column) => {
    const y = new Float64Array(n);
    for (let i = 0; i < n; i += 1) {
      let sum = i === column ? 1 : 0;
      for (let k = 0; k < i; k += 1) sum -= get(lower, i, k) * (y[k] as number);
      y[i] = sum / get(lower, i, i);
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      let sum = y[i] as number;
      for (let k = i + 1; k < n; k += 1) sum -= get(lower, k, i) * (y[k] as number);
      y[i] = sum / get(lower, i, i);
    }
    return y;
  });
}
