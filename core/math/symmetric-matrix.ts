import { cholesky, type Matrix, solveLower, solveUpper } from './cholesky.ts';

/** A pivot below this share of the largest diagonal entry is rounding error. */
const SMALLEST_PIVOT = 1e-13;

/** Solves M x = v for a symmetric positive definite M; null when it is not one in double precision. */
export function solveSymmetric(matrix: Matrix, v: ArrayLike<number>): Float64Array | null {
  const lower = factor(matrix);
  return lower && solveUpper(lower, solveLower(lower, v));
}

/** The inverse of a symmetric positive definite matrix; null when it is not one in double precision. */
export function inverseOf(matrix: Matrix): Matrix | null {
  const lower = factor(matrix);
  if (!lower) return null;
  return matrix.map((_, row) => {
    const unit = new Float64Array(matrix.length);
    unit[row] = 1;
    return solveUpper(lower, solveLower(lower, unit));
  });
}

/**
 * Splits the columns of a Gram matrix, in their order, into those that say something new and those that are linear combinations of the
 * ones before them: their Cholesky pivot is below `tolerance` of their diagonal entry. Of two equal columns the first is independent.
 */
export function independentColumns(
  gram: Matrix,
  tolerance: number,
): { independent: readonly number[]; dependent: readonly number[] } {
  const lower = gram.map((row) => new Float64Array(row.length));
  const independent: number[] = [];
  const dependent: number[] = [];
  for (const [i, row] of gram.entries()) {
    const mine = lower[i] as Float64Array;
    const diagonal = row[i] as number;
    let pivot = diagonal;
    for (const [position, j] of independent.entries()) {
      const other = lower[j] as Float64Array;
      let sum = row[j] as number;
      for (const k of independent.slice(0, position)) sum -= (mine[k] as number) * (other[k] as number);
      mine[j] = sum / (other[j] as number);
      pivot -= (mine[j] as number) ** 2;
    }
    if (pivot > tolerance * diagonal) {
      mine[i] = Math.sqrt(pivot);
      independent.push(i);
    } else dependent.push(i);
  }
  return { independent, dependent };
}

function factor(matrix: Matrix): Matrix | null {
  const largest = matrix.reduce((most, row, i) => Math.max(most, row[i] as number), 0);
  return cholesky(matrix, SMALLEST_PIVOT * largest);
}
