import type { Random } from '../../ports/clock.ts';
import type { FeatureSpec, TreeRow, TreeValue } from '../trees/table.ts';

/** Neighbours to choose from (Chawla et al. 2002). */
const NEIGHBOURS = 5;
/** Squared distance of two different categories, in deviations: every number's own deviation is 1, and so is their median. */
const UNLIKE = 1;

/**
 * SMOTE for tables of numbers and categories (Chawla et al. 2002, SMOTE-NC): adds invented rows of the rarer class until both are equal.
 * A number lies between a row and one of its five nearest neighbours of the class; a category is the commonest among them. Distances are in
 * standard deviations, and their median for two categories that differ.
 *
 * Only ever give it training rows: a row invented from a test row carries its answer. It moves probabilities: calibrate afterwards on
 * rows that were not invented.
 *
 * @returns the rows given, followed by the invented ones; the rows alone when the classes are equal or the rarer one has fewer than two
 */
export function smote(rows: readonly TreeRow[], features: readonly FeatureSpec[], random: Random): readonly TreeRow[] {
  const positives = rows.filter(({ label }) => label === 1);
  const negatives = rows.filter(({ label }) => label === 0);
  const rarer = positives.length < negatives.length ? positives : negatives;
  const wanted = Math.abs(positives.length - negatives.length);
  if (rarer.length < 2 || wanted === 0) return rows;
  const space = spaceOf(rarer, features);
  const known = new Map<number, readonly TreeRow[]>();
  const invented = Array.from({ length: wanted }, (): TreeRow => {
    const at = Math.floor(random.next() * rarer.length);
    const row = rarer[at] as TreeRow;
    const neighbours = known.get(at) ?? nearest(rarer.length, space, at).map((each) => rarer[each] as TreeRow);
    known.set(at, neighbours);
    const other = neighbours[Math.floor(random.next() * neighbours.length)] ?? row;
    const share = random.next();
    const values = features.map(({ kind }, f): TreeValue => {
      if (kind === 'category') return commonest(neighbours.map(({ values }) => values[f]));
      const [from, to] = [row.values[f], other.values[f]];
      return isNumber(from) && isNumber(to) ? from + share * (to - from) : (from ?? null);
    });
    return { values, label: row.label as number };
  });
  return [...rows, ...invented];
}

/** Rows as numbers to measure distances by: scaled to their deviation, a code for each category, NaN for missing. */
interface Space {
  width: number;
  isCategory: readonly boolean[];
  /** m x k by rows. */
  at: Float64Array;
}

function spaceOf(rows: readonly TreeRow[], features: readonly FeatureSpec[]): Space {
  const width = features.length;
  const at = new Float64Array(rows.length * width).fill(Number.NaN);
  for (const [f, { kind }] of features.entries()) {
    const column = rows.map(({ values }) => values[f]);
    const codes = new Map(kind === 'category' ? [...new Set(column)].map((value, code) => [value, code]) : []);
    const scale = kind === 'number' ? deviation(column.filter(isNumber)) : 1;
    for (const [row, value] of column.entries()) {
      if (kind === 'category') at[row * width + f] = codes.get(value) as number;
      else if (isNumber(value)) at[row * width + f] = value / scale;
    }
  }
  return { width, isCategory: features.map(({ kind }) => kind === 'category'), at };
}

function squaredDistance({ width, isCategory, at }: Space, a: number, b: number): number {
  let sum = 0;
  for (let f = 0; f < width; f += 1) {
    const x = at[a * width + f] as number;
    const y = at[b * width + f] as number;
    if (isCategory[f]) sum += x === y ? 0 : UNLIKE;
    // Missing is like missing and unlike any number.
    else if (Number.isNaN(x) || Number.isNaN(y)) sum += Number.isNaN(x) && Number.isNaN(y) ? 0 : UNLIKE;
    else sum += (x - y) * (x - y);
  }
  return sum;
}

/** Indices of the nearest other rows, the nearest first. */
function nearest(rows: number, space: Space, from: number): readonly number[] {
  const best: { row: number; far: number }[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (row === from) continue;
    const far = squaredDistance(space, from, row);
    if (best.length === NEIGHBOURS && far >= (best.at(-1)?.far ?? 0)) continue;
    const place = best.findIndex((each) => far < each.far);
    best.splice(place < 0 ? best.length : place, 0, { row, far });
    if (best.length > NEIGHBOURS) best.pop();
  }
  return best.map(({ row }) => row);
}

function commonest(values: readonly TreeValue[]): TreeValue {
  const counts = new Map<TreeValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function isNumber(value: TreeValue): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // Where all are equal no distance depends on it.
  return variance > 0 ? Math.sqrt(variance) : 1;
}
