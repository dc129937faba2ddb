/** Below this share of a column's variance nothing of it is left beside the columns before it. */
const NOTHING_LEFT = 1e-9;

/**
 * Which columns say something that those before them do not, by modified Gram-Schmidt on centred columns: constant columns and sums of others
 * have no coefficient of their own.
 *
 * @param rows n rows x k columns, finite
 * @returns indices in ascending order
 */
export function independentColumns(rows: readonly (readonly number[])[]): readonly number[] {
  const width = rows[0]?.length ?? 0;
  const basis: Float64Array[] = [];
  const kept: number[] = [];
  for (let column = 0; column < width; column += 1) {
    const rest = Float64Array.from(rows, (row) => row[column] as number);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    for (let i = 0; i < rest.length; i += 1) rest[i] = (rest[i] as number) - mean;
    const before = dot(rest, rest);
    for (const each of basis) {
      const along = dot(rest, each);
      for (let i = 0; i < rest.length; i += 1) rest[i] = (rest[i] as number) - along * (each[i] as number);
    }
    const left = dot(rest, rest);
    if (!(left > NOTHING_LEFT * Math.max(before, Number.MIN_VALUE))) continue;
    const norm = Math.sqrt(left);
    basis.push(rest.map((value) => value / norm));
    kept.push(column);
  }
  return kept;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
