import { childOf, type Tree, type TreeEnsemble } from '../models/trees/tree.ts';

/** What each feature adds to each row's margin, against a baseline. */
export interface TreeContributions {
  /** The margin that is explained from: the mean over training (path-dependent) or over the background rows (interventional). */
  readonly baseline: number;
  /** rows x features, row-major: baseline + the sum of a row is its margin. */
  readonly contributions: Float64Array;
}

/**
 * Exact Shapley values of a tree model's margin, path-dependent: features left out are averaged over by the training rows' ways through
 * the tree (Lundberg, Erion & Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles").
 *
 * @param values rows x features of f32, row-major, NaN missing, categories as codes
 */
export function treeShap(ensemble: TreeEnsemble, values: Float32Array, rows: number): TreeContributions {
  return explain(ensemble, values, rows, (paths) =>
    paths.map((path) => {
      const expected = path.value * path.shares.reduce((product, share) => product * share, 1);
      return { expected, fill: (pattern, out, at) => pathDependent(path, pattern, out, at) };
    }),
  );
}

/**
 * Exact Shapley values of a tree model's margin, interventional: features left out take the values of background rows, one after the
 * other, and the results are averaged (Lundberg et al. 2020, "From local explanations to global understanding", algorithm 3).
 *
 * @param background rows x features like values; its mean margin is the baseline
 */
export function interventionalTreeShap(
  ensemble: TreeEnsemble,
  values: Float32Array,
  rows: number,
  background: Float32Array,
  backgroundRows: number,
): TreeContributions {
  const width = ensemble.features.length;
  return explain(ensemble, values, rows, (paths, walk) => {
    const counts = paths.map(() => new Map<number, number>());
    for (let row = 0; row < backgroundRows; row += 1) {
      const patterns = walk(background, row * width);
      for (const [k, { leaf }] of paths.entries()) {
        const pattern = patterns[leaf] as number;
        counts[k]?.set(pattern, (counts[k]?.get(pattern) ?? 0) + 1 / backgroundRows);
      }
    }
    return paths.map((path, k) => {
      const own = counts[k] ?? new Map<number, number>();
      const expected = path.value * (own.get(path.full) ?? 0);
      return { expected, fill: (pattern, out, at) => interventional(path, own, pattern, out, at) };
    });
  });
}

/** The way from the root to a leaf. Its k-th distinct feature is satisfied when the row follows the way at all nodes that ask it. */
interface Path {
  readonly leaf: number;
  readonly value: number;
  readonly features: readonly number[];
  /** For each distinct feature, the share of training rows at its nodes that follow the way. */
  readonly shares: readonly number[];
  /** The pattern with all features satisfied. */
  readonly full: number;
}

interface PreparedPath {
  /** What the leaf adds to the baseline. */
  readonly expected: number;
  /** Writes the contributions of the path's features, given which of them the row satisfies (a bit for each). */
  fill(pattern: number, out: Float64Array, at: number): void;
}

/** For a row, the pattern at every node. */
type PatternWalk = (values: Float32Array, offset: number) => Int32Array;

/** Up to so many features on a path, the contributions for each pattern are kept once computed: rows share them. */
const MAX_KEPT = 10;
const MAX_FEATURES = 30;

function explain(
  ensemble: TreeEnsemble,
  values: Float32Array,
  rows: number,
  prepare: (paths: readonly Path[], walk: PatternWalk) => readonly PreparedPath[],
): TreeContributions {
  const width = ensemble.features.length;
  const contributions = new Float64Array(rows * width);
  let baseline = ensemble.baseMargin;
  for (const tree of ensemble.trees) {
    const paths = pathsOf(tree);
    const walk = patternWalk(tree);
    const prepared = prepare(paths, walk);
    const leaves = paths.map((path, k) => {
      const { expected, fill } = prepared[k] as PreparedPath;
      baseline += expected;
      const size = path.features.length;
      const kept = size <= MAX_KEPT ? 2 ** size : 1;
      return {
        leaf: path.leaf,
        features: Int32Array.from(path.features),
        fill,
        table: new Float64Array(kept * size),
        filled: new Uint8Array(size <= MAX_KEPT ? kept : 0),
      };
    });
    for (let row = 0; row < rows; row += 1) {
      const patterns = walk(values, row * width);
      const out = row * width;
      for (let k = 0; k < leaves.length; k += 1) {
        const { leaf, features, fill, table, filled } = leaves[k] as (typeof leaves)[number];
        const pattern = patterns[leaf] as number;
        const size = features.length;
        let at = 0;
        if (filled.length > 0) at = pattern * size;
        if (filled[pattern] !== 1) {
          fill(pattern, table, at);
          filled[pattern] = 1;
        }
        for (let j = 0; j < size; j += 1) {
          const target = out + (features[j] as number);
          contributions[target] = (contributions[target] as number) + (table[at + j] as number);
        }
      }
    }
  }
  return { baseline, contributions };
}

/**
 * A function that gives, for a row, the pattern at every node: bit k is set while the row follows the way at all nodes that ask the
 * way's k-th distinct feature; at leaves, bits beyond the way's features are clear.
 */
function patternWalk(tree: Tree): PatternWalk {
  const nodes = tree.feature.length;
  const patterns = new Int32Array(nodes);
  const bits = new Int32Array(nodes);
  const order: number[] = [];
  const masks = new Int32Array(nodes);
  const visit = (node: number, seen: readonly number[]) => {
    const feature = tree.feature[node] as number;
    masks[node] = 2 ** seen.length - 1;
    if (feature < 0) return;
    order.push(node);
    const known = seen.indexOf(feature);
    bits[node] = 1 << (known < 0 ? seen.length : known);
    const below = known < 0 ? [...seen, feature] : seen;
    visit(tree.left[node] as number, below);
    visit(tree.right[node] as number, below);
  };
  visit(0, []);
  const inner = Int32Array.from(order);
  const leaves = Int32Array.from(masks.keys()).filter((node) => (tree.feature[node] as number) < 0);
  return (values, offset) => {
    patterns[0] = 2 ** MAX_FEATURES - 1;
    for (let k = 0; k < inner.length; k += 1) {
      const node = inner[k] as number;
      const left = tree.left[node] as number;
      const right = tree.right[node] as number;
      const child = childOf(tree, node, values[offset + (tree.feature[node] as number)] as number);
      const pattern = patterns[node] as number;
      const without = pattern & ~(bits[node] as number);
      patterns[left] = child === left ? pattern : without;
      patterns[right] = child === right ? pattern : without;
    }
    for (let k = 0; k < leaves.length; k += 1) {
      const leaf = leaves[k] as number;
      patterns[leaf] = (patterns[leaf] as number) & (masks[leaf] as number);
    }
    return patterns;
  };
}

function pathsOf(tree: Tree): readonly Path[] {
  const paths: Path[] = [];
  const visit = (node: number, features: readonly number[], shares: readonly number[]) => {
    const feature = tree.feature[node] as number;
    if (feature < 0) {
      if (features.length > MAX_FEATURES) {
        throw new RangeError(
          `A path asks ${features.length} features; at most ${MAX_FEATURES} can be explained exactly.`,
        );
      }
      const full = 2 ** features.length - 1;
      paths.push({ leaf: node, value: tree.value[node] as number, features, shares, full });
      return;
    }
    for (const child of [tree.left[node] as number, tree.right[node] as number]) {
      const cover = tree.cover[node] as number;
      // No training row came by: both ways are as likely.
      const share = cover > 0 ? (tree.cover[child] as number) / cover : 0.5;
      const known = features.indexOf(feature);
      if (known < 0) visit(child, [...features, feature], [...shares, share]);
      else visit(child, features, shares.with(known, (shares[known] as number) * share));
    }
  };
  visit(0, [], []);
  return paths;
}

/**
 * A leaf is reached with a set S of known features with probability prod(satisfied in S) * prod(shares outside S). The Shapley value of
 * feature i sums, over the size k of S without i, k! (d-1-k)! / d! times the coefficient of t^k in prod over the others of
 * (share + satisfied t).
 */
function pathDependent({ value, shares }: Path, pattern: number, out: Float64Array, at: number): void {
  const d = shares.length;
  const weights = shapleyWeights(d);
  const polynomial = new Float64Array(d + 1);
  for (let i = 0; i < d; i += 1) {
    polynomial.fill(0);
    polynomial[0] = 1;
    let degree = 0;
    for (let j = 0; j < d; j += 1) {
      if (j === i) continue;
      const share = shares[j] as number;
      const satisfied = (pattern >> j) & 1;
      degree += 1;
      for (let k = degree; k > 0; k -= 1) {
        polynomial[k] = share * (polynomial[k] as number) + satisfied * (polynomial[k - 1] as number);
      }
      polynomial[0] = share * (polynomial[0] as number);
    }
    let sum = 0;
    for (let k = 0; k < d; k += 1) sum += (weights[k] as number) * (polynomial[k] as number);
    out[at + i] = value * (((pattern >> i) & 1) - (shares[i] as number)) * sum;
  }
}

/**
 * With one background row, only features that one of the two rows satisfies and the other does not are in play: a of the explained
 * row's and b of the background's, of which all a must be known and all b unknown.
 */
function interventional(
  { value, features, full }: Path,
  counts: ReadonlyMap<number, number>,
  pattern: number,
  out: Float64Array,
  at: number,
): void {
  const d = features.length;
  out.fill(0, at, at + d);
  for (const [other, share] of counts) {
    if ((pattern | other) !== full) continue;
    const ours = pattern & ~other;
    const theirs = other & ~pattern;
    const a = bitCount(ours);
    const b = bitCount(theirs);
    const weights = shapleyWeights(a + b);
    for (let j = 0; j < d; j += 1) {
      if ((ours >> j) & 1) out[at + j] = (out[at + j] as number) + share * value * (weights[a - 1] as number);
      else if ((theirs >> j) & 1) out[at + j] = (out[at + j] as number) - share * value * (weights[a] as number);
    }
  }
}

const WEIGHTS: Float64Array[] = [];

/** k! (d-1-k)! / d! for k = 0..d-1. */
function shapleyWeights(d: number): Float64Array {
  const known = WEIGHTS[d];
  if (known) return known;
  const weights = new Float64Array(d);
  for (let k = 0; k < d; k += 1) {
    // 1 / (d * C(d-1, k)), without factorials that overflow.
    let choose = 1;
    for (let j = 1; j <= k; j += 1) choose = (choose * (d - j)) / j;
    weights[k] = 1 / (d * choose);
  }
  WEIGHTS[d] = weights;
  return weights;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
