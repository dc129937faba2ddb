import { cholesky, type Matrix, solveLower, solveUpper } from '../../math/cholesky.ts';
import { minimise, type Objective } from '../../math/lbfgs.ts';
import type { LogNormalPrior } from './public-prior.ts';

/** Writes the gradient by the parameters and returns the log-likelihood of the whole book. */
export type LogLikelihood = (parameters: Float64Array, gradient: Float64Array) => number;

/** A likelihood of positive parameters, to be maximised in their logarithms. */
export interface LikelihoodProblem {
  logLikelihood: LogLikelihood;
  /**
   * The same book with coarser rows, hence much cheaper: starts are explored on it, and its curvature leads the way on the real one.
   * The maximum is that of the real one.
   */
  coarse?: LogLikelihood;
  /** Starting points: several, because the surface can be flat. */
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
/** Step of the differences of the gradient that curvature is taken from, in log-parameters. */
const CURVATURE_STEP = 1e-4;

/**
 * Maximises the (penalised) likelihood by L-BFGS: every start is followed until it is clear where it leads, the best one to the end.
 * Deterministic.
 */
export function maximiseLikelihood(problem: LikelihoodProblem): LikelihoodMaximum {
  const { logLikelihood, coarse } = problem;
  const objective = meanLoss(problem, logLikelihood);
  const map = coarse ? meanLoss(problem, coarse) : objective;
  const explored = problem.starts
    .map((start) => minimise(map, start.map(Math.log), { tolerance: 1e-2, maxIterations: 40 }))
    .sort((a, b) => a.value - b.value);
  let iterations = explored.reduce((sum, run) => sum + run.iterations, 0);
  const tried: { x: Float64Array; value: number; converged: boolean }[] = [];
  if (coarse && explored[0]) {
    const summit = minimise(map, explored[0].x, { tolerance: 1e-6 });
    const run = minimiseAlong(objective, summit.x, curvature(map, summit.x));
    iterations += summit.iterations + run.iterations;
    tried.push(run);
  }
  for (const { x } of explored) {
    if (tried.some((run) => run.converged)) break;
    const run = minimise(objective, x, { tolerance: 1e-10 });
    iterations += run.iterations;
    tried.push(run);
  }
  const best = tried.reduce((a, b) => (b.value < a.value ? b : a));
  return { parameters: best.x.map(Math.exp), converged: best.converged, iterations };
}

/** Minus the mean log-likelihood in log-parameters, penalty included. */
function meanLoss({ customers, prior }: LikelihoodProblem, logLikelihood: LogLikelihood): Objective {
  return (theta, gradient) => {
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

/** Second derivatives at a point, by central differences of the gradient. */
function curvature(objective: Objective, at: Float64Array): Matrix {
  const gradientAt = (point: Float64Array) => {
    const gradient = new Float64Array(at.length);
    objective(point, gradient);
    return gradient;
  };
  return Array.from({ length: at.length }, (_, i) => {
    const shifted = (by: number) => gradientAt(at.map((value, j) => (i === j ? value + by : value)));
    const [up, down] = [shifted(CURVATURE_STEP), shifted(-CURVATURE_STEP)];
    return up.map((value, j) => (value - (down[j] as number)) / (2 * CURVATURE_STEP));
  });
}

/** L-BFGS in coordinates in which this curvature is 1 all round: near the minimum a few steps do. */
function minimiseAlong(objective: Objective, start: Float64Array, hessian: Matrix) {
  const lower = cholesky(hessian, 1e-12);
  if (!lower) return minimise(objective, start, { tolerance: 1e-10 });
  const place = (y: Float64Array) => solveUpper(lower, y).map((value, i) => value + (start[i] as number));
  const run = minimise(
    (y, gradient) => {
      const inner = new Float64Array(y.length);
      const value = objective(place(y), inner);
      gradient.set(solveLower(lower, inner));
      return value;
    },
    new Float64Array(start.length),
    { tolerance: 1e-8 },
  );
  return { ...run, x: place(run.x) };
}

/**
 * 95 % intervals of the parameters from the curvature at the maximum (observed information in log-parameters). Null where the
 * likelihood is flat in some direction, as it is for a degenerate fit: then there is no interval.
 */
export function likelihoodIntervals(
  logLikelihood: LogLikelihood,
  parameters: Float64Array,
): readonly { low: number; high: number }[] | null {
  const theta = parameters.map(Math.log);
  const lower = cholesky(curvature(meanLoss({ logLikelihood, starts: [], customers: 1 }, logLikelihood), theta), 1e-6);
  if (!lower) return null;
  return Array.from(theta, (centre, i) => {
    const unit = solveLower(
      lower,
      theta.map((_, j) => (i === j ? 1 : 0)),
    );
    const spread = 1.959963984540054 * Math.sqrt(unit.reduce((sum, value) => sum + value * value, 0));
    return { low: Math.exp(centre - spread), high: Math.exp(centre + spread) };
  });
}
