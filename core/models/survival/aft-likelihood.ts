import type { Matrix } from '../../math/cholesky.ts';
import type { AftDistribution } from './aft-distribution.ts';
import type { Design } from './design.ts';

/** Parameters are the k coefficients, then the intercept, then ln scale. */
export interface AftLikelihood {
  readonly parameters: number;
  /** Writes the gradient and returns the log-likelihood of the durations (not of their logarithms). */
  value(theta: Float64Array, gradient: Float64Array): number;
  /** Minus the matrix of second derivatives. */
  information(theta: Float64Array): Matrix;
}

/**
 * The likelihood of right-censored times with ln t = intercept + x beta + scale * Z (Kalbfleisch & Prentice 2002, section 3.6). A
 * customer censored at time 0 says nothing and adds nothing.
 */
export function aftLikelihood(design: Design, distribution: AftDistribution): AftLikelihood {
  const { rows: n, width: k, x, durations, events } = design;
  const logTimes = durations.map(Math.log);
  const size = k + 2;
  /** Calls `row` with the derivatives by z, and z itself, of each customer that says something. */
  const each = (
    theta: Float64Array,
    row: (i: number, z: number, derivatives: readonly [number, number, number]) => void,
  ) => {
    const scale = Math.exp(theta[k + 1] as number);
    for (let i = 0; i < n; i += 1) {
      const logTime = logTimes[i] as number;
      if (logTime === Number.NEGATIVE_INFINITY) continue;
      let mean = theta[k] as number;
      for (let j = 0; j < k; j += 1) mean += (x[i * k + j] as number) * (theta[j] as number);
      const z = (logTime - mean) / scale;
      row(i, z, events[i] === 1 ? distribution.logDensity(z) : distribution.logSurvival(z));
    }
  };
  const columnOf = (i: number, j: number) => (j === k ? 1 : (x[i * k + j] as number));
  return {
    parameters: size,
    value: (theta, gradient) => {
      gradient.fill(0);
      const logScale = theta[k + 1] as number;
      const scale = Math.exp(logScale);
      let total = 0;
      each(theta, (i, z, [value, first]) => {
        const event = events[i] as number;
        total += value - event * (logScale + (logTimes[i] as number));
        for (let j = 0; j <= k; j += 1) gradient[j] = (gradient[j] as number) - (first * columnOf(i, j)) / scale;
        gradient[k + 1] = (gradient[k + 1] as number) - z * first - event;
      });
      return total;
    },
    information: (theta) => {
      const scale = Math.exp(theta[k + 1] as number);
      const matrix = Array.from({ length: size }, () => new Float64Array(size));
      const add = (i: number, j: number, amount: number) => {
        const row = matrix[i] as Float64Array;
        row[j] = (row[j] as number) + amount;
        if (i !== j) (matrix[j] as Float64Array)[i] = row[j] as number;
      };
      each(theta, (i, z, [, first, second]) => {
        for (let a = 0; a <= k; a += 1) {
          const column = columnOf(i, a);
          for (let b = 0; b <= a; b += 1) add(a, b, (-second * column * columnOf(i, b)) / scale ** 2);
          add(k + 1, a, (-(first + z * second) * column) / scale);
        }
        add(k + 1, k + 1, -(z * first + z * z * second));
      });
      return matrix;
    },
  };
}
