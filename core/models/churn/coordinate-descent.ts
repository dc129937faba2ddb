import type { Matrix } from '../../math/cholesky.ts';

const MOST_SWEEPS = 1_000;
/** Sweeps end when no coordinate moves the quadratic model's value by more than the square of this. */
const SMALLEST_MOVE = 1e-9;

/**
 * The step d that minimises gradient' d + d' H d / 2 + l1 |theta + d|_1, the last coordinate (the intercept) unpenalised, by cyclic
 * coordinate descent with soft thresholds (Friedman, Hastie & Tibshirani 2010, equation 5).
 *
 * @param information H, positive definite
 */
export function descendCoordinates(
  information: Matrix,
  gradient: Float64Array,
  theta: Float64Array,
  l1: number,
): Float64Array {
  const size = theta.length;
  const step = new Float64Array(size);
  /** gradient + H step, kept up to date. */
  const slope = Float64Array.from(gradient);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let largest = 0;
    for (let j = 0; j < size; j += 1) {
      const row = information[j] as Float64Array;
      const curvature = row[j] as number;
      if (!(curvature > 0)) continue;
      const at = (theta[j] as number) + (step[j] as number);
      const free = at - (slope[j] as number) / curvature;
      const threshold = j === size - 1 ? 0 : l1 / curvature;
      const next = Math.sign(free) * Math.max(Math.abs(free) - threshold, 0);
      const move = next - at;
      if (move === 0) continue;
      step[j] = (step[j] as number) + move;
      for (let i = 0; i < size; i += 1) slope[i] = (slope[i] as number) + (row[i] as number) * move;
      largest = Math.max(largest, Math.abs(move) * Math.sqrt(curvature));
    }
    if (largest <= SMALLEST_MOVE) break;
  }
  return step;
}
