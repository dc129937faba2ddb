import type { Matrix } from '../../math/cholesky.ts';

/** Rows added at once: each entry of the matrix is then read and written a quarter as often. */
const BATCH = 4;

/**
 * The sum over rows of weight x x', with a 1 behind the columns: (k + 1) x (k + 1), lower triangle filled.
 *
 * @param x n x k by rows
 * @param weights one for each row
 */
export function weightedProducts(x: Float64Array, width: number, weights: Float64Array): Matrix {
  const rows = weights.length;
  const size = width + 1;
  const products = Array.from({ length: size }, () => new Float64Array(size));
  // Rows beyond the last weigh nothing.
  const [one, two, three, four] = [0, 1, 2, 3].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let first = 0; first < rows; first += BATCH) {
    for (const [k, row] of [one, two, three, four].entries()) {
      if (first + k < rows) row.set(x.subarray((first + k) * width, (first + k + 1) * width));
      row[width] = 1;
    }
    const weight = (k: number) => weights[first + k] ?? 0;
    const [w1, w2, w3, w4] = [weight(0), weight(1), weight(2), weight(3)];
    for (let a = 0; a < size; a += 1) {
      const row = products[a] as Float64Array;
      const [s1, s2] = [w1 * (one[a] as number), w2 * (two[a] as number)];
      const [s3, s4] = [w3 * (three[a] as number), w4 * (four[a] as number)];
      for (let b = 0; b <= a; b += 1) {
        row[b] =
          (row[b] as number) +
          (s1 * (one[b] as number) + s2 * (two[b] as number)) +
          (s3 * (three[b] as number) + s4 * (four[b] as number));
      }
    }
  }
  return products;
}
