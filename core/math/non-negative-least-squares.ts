/**
 * Least squares with coefficients of zero or more: minimises |X b - y|^2 + ridge * sum of (s_j b_j)^2 over b >= 0, where s_j^2 is the
 * mean square of column j, by cyclic coordinate descent (the problem is convex; each step is exact). A column of zeros gets 0.
 *
 * @param rows n rows of k values
 * @param ridge in rows' worth: 1 counts as much as one row against each coefficient
 * @param free columns whose coefficient may be negative and is not drawn to zero (an intercept)
 */
export function nonNegativeLeastSquares(
  rows: readonly ArrayLike<number>[],
  outcomes: ArrayLike<number>,
  options: { ridge: number; free?: ReadonlySet<number> },
): readonly number[] {
  const k = rows[0]?.length ?? 0;
  const gram = Array.from({ length: k }, () => new Float64Array(k));
  const towards = new Float64Array(k);
  rows.forEach((row, i) => {
    for (let a = 0; a < k; a += 1) {
      const value = row[a] as number;
      if (value === 0) continue;
      towards[a] = (towards[a] as number) + value * (outcomes[i] as number);
      const line = gram[a] as Float64Array;
      for (let b = 0; b < k; b += 1) line[b] = (line[b] as number) + value * (row[b] as number);
    }
  });
  const coefficients = new Float64Array(k);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let moved = 0;
    for (let a = 0; a < k; a += 1) {
      const line = gram[a] as Float64Array;
      const own = line[a] as number;
      if (own === 0) continue;
      const isFree = options.free?.has(a) === true;
      let rest = towards[a] as number;
      for (let b = 0; b < k; b += 1) if (b !== a) rest -= (line[b] as number) * (coefficients[b] as number);
      const solved = rest / (own + (isFree ? 0 : (options.ridge * own) / rows.length));
      const next = isFree ? solved : Math.max(solved, 0);
      moved = Math.max(moved, Math.abs(next - (coefficients[a] as number)) * Math.sqrt(own));
      coefficients[a] = next;
    }
    if (moved < 1e-9 * Math.sqrt(rows.length)) break;
  }
  return [...coefficients];
}

const MOST_SWEEPS = 10_000;
