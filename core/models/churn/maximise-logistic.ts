import type { Matrix } from '../../math/cholesky.ts';
import { minimise } from '../../math/lbfgs.ts';
import { solveSymmetric } from '../../math/symmetric-matrix.ts';
import { descendCoordinates } from './coordinate-descent.ts';
import { weightedProducts } from './weighted-products.ts';

/** A logistic regression to be fitted: minimise -log-likelihood + l2 / 2 |beta|^2 + l1 |beta|_1, the intercept free. */
export interface LogisticProblem {
  /** n */
  readonly rows: number;
  /** k columns, none constant. */
  readonly width: number;
  /** n x k by rows, columns with mean 0 and deviation 1. */
  readonly x: Float64Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  readonly l1: number;
  readonly l2: number;
}

/** Where the search stopped. */
export interface LogisticMaximum {
  /** k coefficients, then the intercept. */
  readonly theta: Float64Array;
  /** Without the penalty. */
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Second derivatives of the penalised loss at theta, (k + 1) x (k + 1). */
  readonly information: Matrix;
}

/** A Hessian costs k / 2 gradients: beyond so many columns more steps by gradients alone are cheaper. */
const WIDEST_FOR_NEWTON = 300;
const MAX_ITERATIONS = 100;
/** The loss can fall by no more than this share of itself: what double precision shows. Newton's last step squares what is left. */
const FLAT = 1e-12;

/**
 * Newton's method with halved steps; with an L1 penalty each step is the minimum of the quadratic model plus the penalty (Friedman,
 * Hastie & Tibshirani 2010; Lee, Sun & Saunders 2014). L-BFGS where there are very many columns, or where columns that say the same
 * leave the Hessian without an inverse. The loss is convex: all lead to the same place.
 */
export function maximiseLogistic(problem: LogisticProblem): LogisticMaximum {
  if (problem.l1 === 0 && problem.width > WIDEST_FOR_NEWTON) return byGradients(problem, startOf(problem));
  let theta = startOf(problem);
  let at = expand(problem, theta);
  let flat = false;
  let iterations = 0;
  while (!flat && iterations < MAX_ITERATIONS) {
    const step =
      problem.l1 === 0
        ? solveSymmetric(at.information, at.gradient)?.map((each) => -each)
        : descendCoordinates(at.information, at.gradient, theta, problem.l1);
    if (!step) return byGradients(problem, theta);
    iterations += 1;
    const promised = slope(problem, theta, at.gradient, step);
    flat = -promised <= FLAT * Math.max(1, Math.abs(at.loss));
    const next = stepDown(problem, theta, at.loss, step, promised);
    if (next === null) break;
    theta = next;
    at = expand(problem, theta);
  }
  return {
    theta,
    logLikelihood: -at.dataLoss,
    iterations: Math.max(iterations, 1),
    converged: flat,
    information: at.information,
  };
}

function startOf({ width, rows, labels, weights }: LogisticProblem): Float64Array {
  let [events, total] = [0, 0];
  for (let i = 0; i < rows; i += 1) {
    total += weights[i] as number;
    if (labels[i] === 1) events += weights[i] as number;
  }
  const theta = new Float64Array(width + 1);
  theta[width] = Math.log(events / (total - events));
  return theta;
}

function byGradients(problem: LogisticProblem, start: Float64Array): LogisticMaximum {
  const total = problem.weights.reduce((sum, weight) => sum + weight, 0);
  const best = minimise((theta, gradient) => {
    const loss = accumulate(problem, theta, gradient);
    for (let j = 0; j < gradient.length; j += 1) gradient[j] = (gradient[j] as number) / total;
    return (loss + penalty(problem, theta)) / total;
  }, start);
  const at = expand(problem, best.x);
  return {
    theta: best.x,
    logLikelihood: -at.dataLoss,
    iterations: Math.max(best.iterations, 1),
    converged: best.converged,
    information: at.information,
  };
}

/** The loss around theta to second order. Gradient and information hold the data's and the L2 penalty's part. */
function expand(problem: LogisticProblem, theta: Float64Array) {
  const { width, l2 } = problem;
  const gradient = new Float64Array(width + 1);
  const curvatures = new Float64Array(problem.rows);
  const dataLoss = accumulate(problem, theta, gradient, curvatures);
  const information = weightedProducts(problem.x, width, curvatures);
  for (const [a, row] of information.entries()) {
    if (a < width) row[a] = (row[a] as number) + l2;
    for (let b = 0; b < a; b += 1) (information[b] as Float64Array)[a] = row[b] as number;
  }
  return { dataLoss, loss: dataLoss + penalty(problem, theta), gradient, information };
}

/** Fills the gradient and, when given, each row's weight in the information; returns the loss without penalty. */
function accumulate(
  { rows, width, x, labels, weights, l2 }: LogisticProblem,
  theta: Float64Array,
  gradient: Float64Array,
  curvatures?: Float64Array,
): number {
  gradient.fill(0);
  let loss = 0;
  for (let i = 0; i < rows; i += 1) {
    const from = i * width;
    const weight = weights[i] as number;
    let score = theta[width] as number;
    for (let j = 0; j < width; j += 1) score += (theta[j] as number) * (x[from + j] as number);
    loss += weight * rowLoss(score, labels[i] as number);
    const probability = 1 / (1 + Math.exp(-score));
    const error = weight * (probability - (labels[i] as number));
    for (let j = 0; j < width; j += 1) gradient[j] = (gradient[j] as number) + error * (x[from + j] as number);
    gradient[width] = (gradient[width] as number) + error;
    if (curvatures) curvatures[i] = weight * probability * (1 - probability);
  }
  for (let j = 0; j < width; j += 1) gradient[j] = (gradient[j] as number) + l2 * (theta[j] as number);
  return loss;
}

/** log(1 + exp(score)) - label * score, without overflow. */
function rowLoss(score: number, label: number): number {
  return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - label * score;
}

function penalty({ width, l1, l2 }: LogisticProblem, theta: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < width; j += 1) sum += 0.5 * l2 * (theta[j] as number) ** 2 + l1 * Math.abs(theta[j] as number);
  return sum;
}

/** How fast the penalised loss falls along a step, at its start. */
function slope({ width, l1 }: LogisticProblem, theta: Float64Array, gradient: Float64Array, step: Float64Array) {
  let sum = 0;
  for (let j = 0; j <= width; j += 1) {
    sum += (gradient[j] as number) * (step[j] as number);
    if (j < width) sum += l1 * (Math.abs((theta[j] as number) + (step[j] as number)) - Math.abs(theta[j] as number));
  }
  return sum;
}

/** The point a step away, or half of it, a quarter ..., where the loss falls as its slope promises; null when there is none. */
function stepDown(problem: LogisticProblem, theta: Float64Array, loss: number, step: Float64Array, promised: number) {
  const unused = new Float64Array(theta.length);
  const rounding = 1e-13 * Math.abs(loss);
  for (let share = 1; share > 1e-8; share /= 2) {
    const next = theta.map((value, j) => value + share * (step[j] as number));
    const reached = accumulate(problem, next, unused) + penalty(problem, next);
    if (reached <= loss + 1e-4 * share * promised + rounding) return next;
  }
  return null;
}
