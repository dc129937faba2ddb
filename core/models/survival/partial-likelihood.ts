import type { Matrix } from '../../math/cholesky.ts';
import type { Design } from './design.ts';

/** How events at the same time are treated: Efron's average over their orders, or Breslow's plain sum, which pulls effects towards 0. */
export type Ties = 'efron' | 'breslow';

/** The partial likelihood at some coefficients. */
export interface PartialLikelihood {
  logLikelihood: number;
  /** k */
  gradient: Float64Array;
  /** Minus the second derivatives, k x k. */
  information: Matrix;
}

/** What is left of one time with events, once its risk set is summed up. */
export interface EventTime {
  time: number;
  events: number;
  /** Step of the cumulative baseline hazard of a customer with average columns. */
  hazard: number;
  /** Sum of the events' columns minus their expectation: the Schoenfeld residual, k. */
  residual: Float64Array;
}

/**
 * Cox's log partial likelihood with gradient and information, in one pass from the longest duration down: risk sets only grow (Efron 1977;
 * Breslow 1974; Therneau & Grambsch 2000, section 3.3). `onTime`, when given, is told of each time with events, from the last to the first.
 */
export function partialLikelihood(
  design: Design,
  beta: Float64Array,
  ties: Ties,
  onTime?: (at: EventTime) => void,
): PartialLikelihood {
  const { rows: n, width: k, x, durations, events } = design;
  const scores = linearScores(design, beta);
  // Relative to the largest, so that no risk set overflows; it cancels in every ratio.
  const shift = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const gradient = new Float64Array(k);
  const information = Array.from({ length: k }, () => new Float64Array(k));
  const all = new RiskSums(k);
  const tied = new RiskSums(k);
  let logLikelihood = 0;
  for (let start = 0; start < n; ) {
    let [end, count] = [start, 0];
    for (; end < n && durations[end] === durations[start]; end += 1) count += events[end] as number;
    if (tied.weight > 0) tied.clear();
    const observed = new Float64Array(count > 0 ? k : 0);
    for (let row = start; row < end; row += 1) {
      const score = (scores[row] as number) - shift;
      const weight = Math.exp(score);
      all.add(x, row, weight);
      if (events[row] !== 1) continue;
      logLikelihood += score;
      if (ties === 'efron' && count > 1) tied.add(x, row, weight);
      for (let j = 0; j < k; j += 1) observed[j] = (observed[j] as number) + (x[row * k + j] as number);
    }
    let hazard = 0;
    for (let order = 0; order < count; order += 1) {
      // Efron: of the tied, this share has already gone in the average order. Breslow's sums of the tied are zero.
      const gone = order / count;
      const total = all.weight - gone * tied.weight;
      logLikelihood -= Math.log(total);
      hazard += 1 / total;
      for (let i = 0; i < k; i += 1) {
        const mean = all.sumWithout(tied, gone, i) / total;
        observed[i] = (observed[i] as number) - mean;
        const curvature = information[i] as Float64Array;
        for (let j = 0; j <= i; j += 1) {
          const cell = i * k + j;
          const second = (all.squares[cell] as number) - gone * (tied.squares[cell] as number);
          const product = mean * (all.sumWithout(tied, gone, j) / total);
          curvature[j] = (curvature[j] as number) + second / total - product;
        }
      }
    }
    if (count > 0) {
      for (let j = 0; j < k; j += 1) gradient[j] = (gradient[j] as number) + (observed[j] as number);
      onTime?.({
        time: durations[start] as number,
        events: count,
        hazard: hazard * Math.exp(-shift),
        residual: observed,
      });
    }
    start = end;
  }
  for (const [i, row] of information.entries()) {
    for (let j = 0; j < i; j += 1) (information[j] as Float64Array)[i] = row[j] as number;
  }
  return { logLikelihood, gradient, information };
}

/** The linear score of each row, n. */
export function linearScores({ rows: n, width: k, x }: Design, beta: ArrayLike<number>): Float64Array {
  const scores = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let j = 0; j < k; j += 1) sum += (x[i * k + j] as number) * (beta[j] as number);
    scores[i] = sum;
  }
  return scores;
}

/** Sums of weight, weight * x and weight * x x' over a set of rows. */
class RiskSums {
  readonly width: number;
  weight = 0;
  readonly first: Float64Array;
  /** Lower triangle. */
  readonly squares: Float64Array;

  constructor(width: number) {
    this.width = width;
    this.first = new Float64Array(width);
    this.squares = new Float64Array(width * width);
  }

  add(x: Float64Array, row: number, weight: number): void {
    const k = this.width;
    const base = row * k;
    this.weight += weight;
    for (let i = 0; i < k; i += 1) {
      const part = weight * (x[base + i] as number);
      this.first[i] = (this.first[i] as number) + part;
      for (let j = 0; j <= i; j += 1) {
        this.squares[i * k + j] = (this.squares[i * k + j] as number) + part * (x[base + j] as number);
      }
    }
  }

  clear(): void {
    this.weight = 0;
    this.first.fill(0);
    this.squares.fill(0);
  }

  /** Sum of weight * x_i, with the share `gone` of the tied taken off. */
  sumWithout(tied: RiskSums, gone: number, i: number): number {
    return (this.first[i] as number) - gone * (tied.first[i] as number);
  }
}
