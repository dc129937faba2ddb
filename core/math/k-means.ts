import type { Random } from '../ports/clock.ts';

/** Points grouped around k centres. */
export interface Clustering {
  /** k centres of d coordinates. */
  centroids: readonly Float64Array[];
  /** The centre of each row, 0..k-1. */
  assignments: Int32Array;
  /** Sum of the squared distances to the centres. */
  inertia: number;
}

const MOST_ITERATIONS = 300;
const SWAPS_PER_CENTRE = 4;

/**
 * k-means: the best of several starts, each seeded by greedy k-means++ (Arthur & Vassilvitskii 2007), iterated by Lloyd until no row
 * changes its centre, and then polished by moving single rows as long as that lowers the inertia (Hartigan 1975), which leaves local
 * optima that Lloyd is caught in. Then centres of the best are put elsewhere at random, which is kept when it ends lower (Fränti 2018):
 * that mends two centres in one group and one in two, which no number of small moves does.
 *
 * @param rows n rows of d finite numbers, on comparable scales; n >= k
 */
export function kMeans(
  rows: readonly ArrayLike<number>[],
  options: { k: number; starts: number; random: Random },
): Clustering {
  const { k, starts, random } = options;
  if (!(k >= 1 && k <= rows.length)) throw new RangeError(`k-means needs 1 to ${rows.length} centres, got ${k}.`);
  let best: Clustering | null = null;
  for (let start = 0; start < starts; start += 1) {
    const found = polish(rows, lloyd(rows, seeds(rows, k, random)));
    if (best === null || found.inertia < best.inertia) best = found;
  }
  if (best === null) throw new RangeError('k-means needs one start at least.');
  for (let swap = 0; swap < SWAPS_PER_CENTRE * k && k > 1; swap += 1) {
    const found = polish(rows, lloyd(rows, swapped(rows, best, random)));
    if (found.inertia < best.inertia) best = found;
  }
  return best;
}

/** The centre nearest to a row; of equally near ones the first. */
export function nearest(centroids: readonly ArrayLike<number>[], row: ArrayLike<number>): number {
  let found = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let c = 0; c < centroids.length; c += 1) {
    const distance = squaredDistance(centroids[c] as ArrayLike<number>, row);
    if (distance < least) {
      least = distance;
      found = c;
    }
  }
  return found;
}

/** Sum of the squared differences. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < a.length; j += 1) sum += ((a[j] as number) - (b[j] as number)) ** 2;
  return sum;
}

/** Each centre the best of a few rows drawn by their squared distance to the centres before it. */
function seeds(rows: readonly ArrayLike<number>[], k: number, random: Random): Float64Array[] {
  const tries = 2 + Math.floor(Math.log(k));
  const first = rows[Math.floor(random.next() * rows.length)] as ArrayLike<number>;
  const centroids = [Float64Array.from(first)];
  let distances: Float64Array = Float64Array.from(rows, (row) => squaredDistance(first, row));
  while (centroids.length < k) {
    const total = sum(distances);
    let best: { row: ArrayLike<number>; distances: Float64Array; total: number } | null = null;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const row = rows[drawn(distances, random.next() * total)] as ArrayLike<number>;
      const next = Float64Array.from(rows, (each, i) => Math.min(distances[i] as number, squaredDistance(row, each)));
      const left = sum(next);
      if (best === null || left < best.total) best = { row, distances: next, total: left };
    }
    if (best === null) break;
    centroids.push(Float64Array.from(best.row));
    distances = best.distances;
  }
  return centroids;
}

/** The centres with one of them, any, put onto a row drawn by its squared distance to its own. */
function swapped(
  rows: readonly ArrayLike<number>[],
  { centroids, assignments }: Clustering,
  random: Random,
): Float64Array[] {
  const distances = Float64Array.from(rows, (row, i) =>
    squaredDistance(centroids[assignments[i] as number] as Float64Array, row),
  );
  const row = rows[drawn(distances, random.next() * sum(distances))] as ArrayLike<number>;
  const away = Math.floor(random.next() * centroids.length);
  return centroids.map((centroid, c) => Float64Array.from(c === away ? row : centroid));
}

function drawn(weights: Float64Array, at: number): number {
  let rest = at;
  for (let i = 0; i < weights.length; i += 1) {
    rest -= weights[i] as number;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

function lloyd(rows: readonly ArrayLike<number>[], centroids: Float64Array[]): Clustering {
  const assignments = new Int32Array(rows.length).fill(-1);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration += 1) {
    let moved = false;
    for (let i = 0; i < rows.length; i += 1) {
      const centre = nearest(centroids, rows[i] as ArrayLike<number>);
      if (centre !== assignments[i]) {
        assignments[i] = centre;
        moved = true;
      }
    }
    if (!moved) break;
    recentre(rows, assignments, centroids);
  }
  return { centroids, assignments, inertia: inertiaOf(rows, assignments, centroids) };
}

/** A centre without rows is put where a row lies farthest from its own. */
function recentre(rows: readonly ArrayLike<number>[], assignments: Int32Array, centroids: Float64Array[]): void {
  const counts = countsOf(assignments, centroids.length);
  for (const [c, centroid] of centroids.entries()) if ((counts[c] as number) > 0) centroid.fill(0);
  for (let i = 0; i < rows.length; i += 1) {
    const c = assignments[i] as number;
    add(centroids[c] as Float64Array, rows[i] as ArrayLike<number>, 1 / (counts[c] as number));
  }
  for (let c = 0; c < centroids.length; c += 1) {
    if ((counts[c] as number) > 0) continue;
    let farthest = 0;
    let most = -1;
    for (let i = 0; i < rows.length; i += 1) {
      const own = centroids[assignments[i] as number] as Float64Array;
      const distance = squaredDistance(own, rows[i] as ArrayLike<number>);
      if (distance > most) [most, farthest] = [distance, i];
    }
    (centroids[c] as Float64Array).set(rows[farthest] as ArrayLike<number>);
  }
}

/** Moves rows one by one, with the centres following at once, until no move lowers the inertia. */
function polish(rows: readonly ArrayLike<number>[], found: Clustering): Clustering {
  const centroids = found.centroids.map((centroid) => Float64Array.from(centroid));
  const assignments = Int32Array.from(found.assignments);
  const counts = countsOf(assignments, centroids.length);
  for (let sweep = 0; sweep < MOST_ITERATIONS; sweep += 1) {
    let moved = false;
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i] as ArrayLike<number>;
      const from = assignments[i] as number;
      const size = counts[from] as number;
      if (size <= 1) continue;
      const gain = (size / (size - 1)) * squaredDistance(centroids[from] as Float64Array, row);
      let to = from;
      let least = gain * (1 - 1e-12);
      for (let c = 0; c < centroids.length; c += 1) {
        if (c === from) continue;
        const grown = counts[c] as number;
        const cost = (grown / (grown + 1)) * squaredDistance(centroids[c] as Float64Array, row);
        if (cost < least) [least, to] = [cost, c];
      }
      if (to === from) continue;
      shift(centroids[from] as Float64Array, row, -1 / (size - 1));
      shift(centroids[to] as Float64Array, row, 1 / ((counts[to] as number) + 1));
      counts[from] = size - 1;
      counts[to] = (counts[to] as number) + 1;
      assignments[i] = to;
      moved = true;
    }
    if (!moved) break;
  }
  // Means anew: moving them step by step has left rounding in them.
  recentre(rows, assignments, centroids);
  return { centroids, assignments, inertia: inertiaOf(rows, assignments, centroids) };
}

/** Moves a mean by one row that joins (share > 0) or leaves (share < 0). */
function shift(centroid: Float64Array, row: ArrayLike<number>, share: number): void {
  for (let j = 0; j < centroid.length; j += 1) {
    centroid[j] = (centroid[j] as number) + share * ((row[j] as number) - (centroid[j] as number));
  }
}

function add(centroid: Float64Array, row: ArrayLike<number>, share: number): void {
  for (let j = 0; j < centroid.length; j += 1) centroid[j] = (centroid[j] as number) + share * (row[j] as number);
}

function countsOf(assignments: Int32Array, k: number): Float64Array {
  const counts = new Float64Array(k);
  for (const c of assignments) counts[c] = (counts[c] as number) + 1;
  return counts;
}

function inertiaOf(
  rows: readonly ArrayLike<number>[],
  assignments: Int32Array,
  centroids: readonly Float64Array[],
): number {
  let total = 0;
  for (let i = 0; i < rows.length; i += 1) {
    total += squaredDistance(centroids[assignments[i] as number] as Float64Array, rows[i] as ArrayLike<number>);
  }
  return total;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
