/** A function to be minimised: writes its gradient at x into `gradient` and returns its value. Infinity marks a forbidden point. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** Where the optimiser stopped. */
export interface Minimum {
  x: Float64Array;
  value: number;
  iterations: number;
  /** True when the gradient's largest entry is below 1e-6 of max(1, |value|) at the end. */
  converged: boolean;
}

/**
 * Limited-memory BFGS with a backtracking-and-expanding Wolfe line search (Nocedal & Wright, Numerical Optimization, algorithms 7.4,
 * 7.5 and 3.5). Deterministic. Meant for a handful of smooth, unconstrained parameters.
 */
export function minimise(
  objective: Objective,
  start: ArrayLike<number>,
  { tolerance = 1e-9, maxIterations = 500 }: { tolerance?: number; maxIterations?: number } = {},
): Minimum {
  const n = start.length;
  const memory = 8;
  let x: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(n);
  let value = objective(x, gradient);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const small = () => largest(gradient) <= tolerance * Math.max(1, Math.abs(value));

  let iterations = 0;
  let idle = 0;
  for (; iterations < maxIterations && !small(); iterations += 1) {
    let direction = descent(gradient, steps);
    let slope = dot(gradient, direction);
    if (!(slope < 0)) {
      steps.length = 0;
      direction = gradient.map((g) => -g);
      slope = dot(gradient, direction);
    }
    const first = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const found = lineSearch(objective, x, value, slope, direction, first);
    if (!found) {
      if (steps.length === 0) break;
      // The curvature memory misled the search: begin again along the gradient.
      steps.length = 0;
      continue;
    }
    const gain = value - found.value;
    const s = found.x.map((v, i) => v - (x[i] as number));
    const y = found.gradient.map((g, i) => g - (gradient[i] as number));
    const curvature = dot(s, y);
    if (curvature > 1e-300) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > memory) steps.shift();
    }
    ({ x, gradient, value } = found);
    // Below this the value is rounding error, and so is any further step.
    idle = gain <= 1e-14 * Math.max(1, Math.abs(value)) ? idle + 1 : 0;
    if (idle === 2) break;
  }
  const flat = largest(gradient) <= 1e-6 * Math.max(1, Math.abs(value));
  return { x, value, iterations, converged: Number.isFinite(value) && flat };
}

function descent(
  gradient: Float64Array,
  steps: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (const { s, y, rho } of [...steps].reverse()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i += 1) q[i] = (q[i] as number) - alpha * (y[i] as number);
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i += 1) q[i] = (q[i] as number) * scale;
  }
  for (const [index, { s, y, rho }] of steps.entries()) {
    const beta = rho * dot(y, q);
    const alpha = alphas[steps.length - 1 - index] as number;
    for (let i = 0; i < q.length; i += 1) q[i] = (q[i] as number) + (alpha - beta) * (s[i] as number);
  }
  return q;
}

interface Point {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
}

/** Bisection and expansion until the Wolfe conditions hold (Burke, Lewis & Overton's variant, which needs no interpolation). */
function lineSearch(
  objective: Objective,
  x: Float64Array,
  value: number,
  slope: number,
  direction: Float64Array,
  firstStep: number,
): Point | null {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = firstStep;
  let best: Point | null = null;
  for (let trial = 0; trial < 60; trial += 1) {
    const point = x.map((v, i) => v + step * (direction[i] as number));
    const gradient = new Float64Array(x.length);
    const reached = objective(point, gradient);
    if (!(reached <= value + 1e-4 * step * slope)) {
      high = step;
    } else {
      best = { x: point, value: reached, gradient };
      if (dot(gradient, direction) >= 0.9 * slope) return best;
      low = step;
    }
    step = high === Number.POSITIVE_INFINITY ? step * 2 : (low + high) / 2;
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const value of a) most = Math.max(most, Math.abs(value));
  return most;
}
