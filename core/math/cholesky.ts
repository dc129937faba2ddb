/** A square matrix by rows. */
export type Matrix = readonly Float64Array[];

/**
 * The lower triangle L of a symmetric positive definite matrix M = L L'; null when it is not one, in which case some pivot is not
 * above `smallest`.
 */
export function cholesky(matrix: Matrix, smallest = 0): Matrix | null {
  const n = matrix.length;
  const lower = matrix.map((row) => new Float64Array(row.length));
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = (entry(matrix, i, j) + entry(matrix, j, i)) / 2;
      for (let k = 0; k < j; k += 1) sum -= entry(lower, i, k) * entry(lower, j, k);
      if (i === j && !(sum > smallest)) return null;
      (lower[i] as Float64Array)[j] = i === j ? Math.sqrt(sum) : sum / entry(lower, j, j);
    }
  }
  return lower;
}

/** Solves L y = v. */
export function solveLower(lower: Matrix, v: ArrayLike<number>): Float64Array {
  const y = Float64Array.from(v);
  for (let i = 0; i < y.length; i += 1) {
    let sum = y[i] as number;
    for (let k = 0; k < i; k += 1) sum -= entry(lower, i, k) * (y[k] as number);
    y[i] = sum / entry(lower, i, i);
  }
  return y;
}

/** Solves L' y = v. */
export function solveUpper(lower: Matrix, v: ArrayLike<number>): Float64Array {
  const y = Float64Array.from(v);
  for (let i = y.length - 1; i >= 0; i -= 1) {
    let sum = y[i] as number;
    for (let k = i + 1; k < y.length; k += 1) sum -= entry(lower, k, i) * (y[k] as number);
    y[i] = sum / entry(lower, i, i);
  }
  return y;
}

function entry(matrix: Matrix, i: number, j: number): number {
  return matrix[i]?.[j] ?? 0;
}
