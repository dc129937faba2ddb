import { HISTOGRAM_BYTES, MISSING_BIN } from './bins.ts';
import type { Shop } from './shop.ts';
import type { Search } from './split-search.ts';

/** What a node's weight may be, so that monotone constraints above it hold; in quantised units. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

interface SpecialFeature {
  readonly feature: number;
  readonly lambda: number;
  readonly minHessian: number;
  readonly category: boolean;
}

/**
 * Looks for a better split in one feature where the kernel cannot: categories, and everything in a model with monotone constraints.
 * Categories are put in order of gradient / hessian, in which the best of all subsets is a prefix (Fisher 1958); `bin` then counts
 * the categories that go left. Writes to the record if it finds one.
 */
export function scanSpecial(
  { plan, i32, f32 }: Shop,
  { histogram, totalG, totalH, bounds }: Search,
  { feature, lambda, minHessian, category }: SpecialFeature,
  record: number,
): void {
  const at = (histogram + feature * HISTOGRAM_BYTES) >> 2;
  const bins = i32[(plan.at.binCounts >> 2) + feature] as number;
  const order = category ? categoryOrder(i32, at, bins, lambda) : undefined;
  const count = order?.length ?? bins;
  const missingH = i32[at + 2 * MISSING_BIN] as number;
  const missingG = i32[at + 2 * MISSING_BIN + 1] as number;
  const missing = missingH !== 0 || missingG !== 0;
  const direction = category ? 0 : (plan.monotone[feature] as number);
  for (let missingLeft = 0; missingLeft <= (missing ? 1 : 0); missingLeft += 1) {
    let hl = missingLeft ? missingH : 0;
    let gl = missingLeft ? missingG : 0;
    const cuts = missing && !missingLeft ? count : count - 1;
    for (let b = 0; b < cuts; b += 1) {
      const bin = order ? (order[b] as number) : b;
      hl += i32[at + 2 * bin] as number;
      gl += i32[at + 2 * bin + 1] as number;
      const hr = totalH - hl;
      const gr = totalG - gl;
      if (hl < minHessian || hr < minHessian) continue;
      const left = boundedWeight(gl, hl + lambda, bounds);
      const right = boundedWeight(gr, hr + lambda, bounds);
      if (direction * (right - left) < 0) continue;
      const gain = Math.fround(leafScore(gl, hl + lambda, left) + leafScore(gr, hr + lambda, right));
      const best = f32[record] as number;
      const found = i32[record + 1] as number;
      // Ties go to the lower feature, whoever scans first.
      if (gain > best || (gain === best && found > feature)) {
        f32[record] = gain;
        i32[record + 1] = feature;
        i32[record + 2] = order ? b + 1 : b;
        i32[record + 3] = missingLeft;
        i32[record + 4] = hl;
        i32[record + 5] = gl;
      }
    }
  }
}

/** Categories with training rows at this node, by rising gradient / hessian. `at` is the Int32 slot of the feature's histogram. */
export function categoryOrder(i32: Int32Array, at: number, bins: number, lambda: number): readonly number[] {
  const present: number[] = [];
  for (let bin = 0; bin < bins; bin += 1) {
    if (i32[at + 2 * bin] !== 0 || i32[at + 2 * bin + 1] !== 0) present.push(bin);
  }
  const rank = (bin: number) => (i32[at + 2 * bin + 1] as number) / ((i32[at + 2 * bin] as number) + lambda + 1e-9);
  return present.sort((a, b) => rank(a) - rank(b) || a - b);
}

/** The weight of a leaf within its bounds; `hessian` includes the penalty. */
export function boundedWeight(gradient: number, hessian: number, { lower, upper }: Bounds): number {
  const weight = hessian > 0 ? -gradient / hessian : 0;
  return Math.min(Math.max(weight, lower), upper);
}

/** Twice the loss that a leaf of this weight takes away: gradient^2 / hessian where the weight is not held back. */
export function leafScore(gradient: number, hessian: number, weight: number): number {
  return -(2 * gradient * weight + hessian * weight * weight);
}
