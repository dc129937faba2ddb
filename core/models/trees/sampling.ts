import type { Random } from '../../ports/clock.ts';

/**
 * Chance by place instead of by turn: a number for (tree, row) or (tree, node, feature) that does not depend on which thread asks
 * first. Seeded once from the caller's generator.
 */
export interface SamplingSeed {
  readonly a: number;
  readonly b: number;
}

/** Draws the seed. */
export function samplingSeed(random: Random): SamplingSeed {
  return { a: Math.floor(random.next() * 2 ** 32) | 0, b: Math.floor(random.next() * 2 ** 32) | 0 };
}

/** Uniform on 0 <= u < 1 for three integers (the finaliser of MurmurHash3 over each in turn). */
export function uniformAt({ a, b }: SamplingSeed, x: number, y: number, z: number): number {
  let h = mix(a ^ Math.imul(x, 0x9e3779b1));
  h = mix(h ^ b ^ Math.imul(y, 0x85ebca77));
  h = mix(h ^ Math.imul(z, 0xc2b2ae3d));
  return (h >>> 0) / 2 ** 32;
}

function mix(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Ways to draw rows for a tree: each with probability `fraction`, or as often as a bootstrap would draw them. */
export type RowSampling =
  | { readonly kind: 'all' }
  | { readonly kind: 'fraction'; readonly fraction: number }
  | { readonly kind: 'bootstrap' };

/** How often a row counts in a tree. A bootstrap's counts are Poisson(1), its limit for many rows (Oza & Russell 2001). */
export function timesDrawn(sampling: RowSampling, seed: SamplingSeed, tree: number, row: number): number {
  if (sampling.kind === 'all') return 1;
  const u = uniformAt(seed, tree, row, 0);
  if (sampling.kind === 'fraction') return u < sampling.fraction ? 1 : 0;
  let count = 0;
  for (let mass = Math.exp(-1), below = mass; u >= below && count < 12; below += mass) {
    count += 1;
    mass /= count;
  }
  return count;
}

/** `count` of `features`, drawn for this tree and node, in rising order. */
export function drawFeatures(
  seed: SamplingSeed,
  tree: number,
  node: number,
  features: number,
  count: number,
): readonly number[] {
  const keys = Float64Array.from({ length: features }, (_, f) => uniformAt(seed, tree, node + 1, f + 1));
  return Array.from(keys.keys())
    .sort((f, g) => (keys[f] as number) - (keys[g] as number) || f - g)
    .slice(0, count)
    .sort((f, g) => f - g);
}
