import { solveSymmetric } from '../../math/symmetric-matrix.ts';
import type { Design } from './design.ts';
import { type PartialLikelihood, partialLikelihood, type Ties } from './partial-likelihood.ts';

/** Where Newton's method stopped, in coefficients of the standardised columns. */
export interface PartialMaximum extends PartialLikelihood {
  beta: Float64Array;
  iterations: number;
  converged: boolean;
  /** Columns whose coefficient still ran off when the likelihood had stopped rising: the maximum is at infinity. */
  runaway: readonly number[];
  /** Log-likelihood with all coefficients 0. */
  nullLogLikelihood: number;
}

const MAX_ITERATIONS = 60;
/** Newton's decrement at which the likelihood cannot rise by anything that double precision shows. */
const FLAT = 1e-11;
/** At a maximum the last step is below the square root of FLAT; at infinity it stays near 1. */
const STILL_MOVING = 1e-3;

/** Newton's method from 0 with halved steps: the partial likelihood is concave, so it leads to the maximum or, without one, to infinity. */
export function maximisePartialLikelihood(design: Design, ties: Ties): PartialMaximum {
  const k = design.width;
  let beta: Float64Array = new Float64Array(k);
  let at = partialLikelihood(design, beta, ties);
  const nullLogLikelihood = at.logLikelihood;
  let step: Float64Array = new Float64Array(k);
  let iterations = 0;
  let flat = k === 0;
  while (!flat && iterations < MAX_ITERATIONS) {
    iterations += 1;
    const newton = solveSymmetric(at.information, at.gradient);
    // No curvature left in some direction: the coefficients have run too far for it to show.
    if (!newton) break;
    step = newton;
    flat = step.reduce((sum, each, j) => sum + each * (at.gradient[j] as number), 0) < FLAT;
    const next = stepUp(design, ties, beta, at, step);
    if (next === null) break;
    ({ beta, at } = next);
  }
  const runaway = [...step.keys()].filter((j) => Math.abs(step[j] as number) > STILL_MOVING);
  return {
    ...at,
    beta,
    iterations: Math.max(iterations, 1),
    converged: flat && runaway.length === 0,
    runaway,
    nullLogLikelihood,
  };
}

/** The point a step away, or a half, a quarter ... of it, where the likelihood is not lower; null when there is none. */
function stepUp(design: Design, ties: Ties, beta: Float64Array, at: PartialLikelihood, step: Float64Array) {
  for (let share = 1; share > 1e-6; share /= 2) {
    const next = beta.map((value, j) => value + share * (step[j] as number));
    const reached = partialLikelihood(design, next, ties);
    if (reached.logLikelihood >= at.logLikelihood - 1e-12 * Math.abs(at.logLikelihood))
      return { beta: next, at: reached };
  }
  return null;
}
