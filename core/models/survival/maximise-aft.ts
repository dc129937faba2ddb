import type { Matrix } from '../../math/cholesky.ts';
import { minimise } from '../../math/lbfgs.ts';
import { solveSymmetric } from '../../math/symmetric-matrix.ts';
import type { AftLikelihood } from './aft-likelihood.ts';
import type { Design } from './design.ts';

/** Where the likelihood is highest, in coefficients of the standardised columns. */
export interface AftMaximum {
  theta: Float64Array;
  logLikelihood: number;
  information: Matrix;
  iterations: number;
  converged: boolean;
  /** Parameters that still ran off when the likelihood had stopped rising. */
  runaway: readonly number[];
}

/** Beyond e^12 either way the scale is 0 or infinite for every purpose. */
const LIMIT_OF_LOG_SCALE = 12;
/** At a maximum Newton's next step is rounding error; on the way to infinity it stays near 1. */
const STILL_MOVING = 1e-3;

/** L-BFGS on minus the mean log-likelihood, from the exponential distribution without covariates; then one step of Newton's method. */
export function maximiseAft(design: Design, likelihood: AftLikelihood): AftMaximum {
  const { rows, width, durations, eventCount } = design;
  const start = new Float64Array(likelihood.parameters);
  start[width] = Math.log(durations.reduce((sum, duration) => sum + duration, 0) / eventCount);
  const run = minimise(
    (theta, gradient) => {
      if (!(Math.abs(theta[width + 1] as number) <= LIMIT_OF_LOG_SCALE)) return Number.POSITIVE_INFINITY;
      const value = -likelihood.value(theta, gradient) / rows;
      for (let j = 0; j < gradient.length; j += 1) gradient[j] = -(gradient[j] as number) / rows;
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    },
    start,
    { tolerance: 1e-9 },
  );
  const gradient = new Float64Array(likelihood.parameters);
  const reached = likelihood.value(run.x, gradient);
  const step = solveSymmetric(likelihood.information(run.x), gradient);
  const runaway = step ? [...step.keys()].filter((j) => !(Math.abs(step[j] as number) <= STILL_MOVING)) : [];
  const converged = run.converged && step !== null && runaway.length === 0;
  const theta = converged ? run.x.map((value, j) => value + (step[j] as number)) : run.x;
  return {
    theta,
    logLikelihood: converged ? likelihood.value(theta, gradient) : reached,
    information: likelihood.information(theta),
    iterations: run.iterations + 1,
    converged,
    runaway,
  };
}
