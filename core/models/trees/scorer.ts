import { bestKernelKind, type KernelMemory, kernelMemory } from './kernels.ts';
import { depthOf, hasCategory, type Tree, type TreeEnsemble } from './tree.ts';

/** Sums a model's leaves for rows of f32 values (row-major, NaN missing). A row's margin is the same alone as among others. */
export interface Scorer {
  margins(values: Float32Array, rows: number): Float64Array;
}

/** Complete trees double with each level: beyond this depth they no longer fit the cache. */
const MAX_COMPLETE_DEPTH = 8;
/** Rows that go through all trees together; fewer do not pay the call. */
const BLOCK_ROWS = 64;
/** Trees that a block of rows goes through before the next block: they stay in the cache meanwhile. */
const TREE_BYTES = 256 * 1024;
const ROWS_AT_ONCE = 8192;

/** Prepares a model for scoring: numeric trees of moderate depth by the kernel, everything else by walking the nodes. */
export function scorerOf(ensemble: TreeEnsemble): Scorer {
  const walk = walker(ensemble);
  const width = ensemble.features.length;
  let fast: BlockScorer | undefined | null;
  return {
    margins(values, rows) {
      const margins = new Float64Array(rows).fill(ensemble.baseMargin);
      if (rows >= BLOCK_ROWS && fast === undefined) fast = blockScorer(ensemble) ?? null;
      for (let from = 0; from < rows; from += BLOCK_ROWS) {
        const to = Math.min(from + BLOCK_ROWS, rows);
        // A block with a missing value walks: the kernel has no default directions.
        if (fast && !anyMissing(values, from * width, to * width)) fast.add(values, from, to, margins);
        else for (let row = from; row < to; row += 1) margins[row] = walk(values, row * width);
      }
      fast?.flush(margins);
      return margins;
    },
  };
}

/** All trees' nodes in one set of columns: children as absolute numbers. */
function walker({ baseMargin, trees }: TreeEnsemble): (values: Float32Array, offset: number) => number {
  const nodes = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const roots = new Int32Array(trees.length);
  const feature = new Int32Array(nodes);
  const cut = new Float32Array(nodes);
  const left = new Int32Array(nodes);
  const right = new Int32Array(nodes);
  const missing = new Int32Array(nodes);
  const categories = new Map<number, Uint32Array>();
  let start = 0;
  for (const [t, tree] of trees.entries()) {
    roots[t] = start;
    for (let node = 0; node < tree.feature.length; node += 1) {
      const at = start + node;
      const leaf = (tree.feature[node] as number) < 0;
      feature[at] = tree.feature[node] as number;
      cut[at] = (leaf ? tree.value[node] : tree.threshold[node]) as number;
      left[at] = start + (tree.left[node] as number);
      right[at] = start + (tree.right[node] as number);
      missing[at] = (tree.missingLeft[node] ? left[at] : right[at]) as number;
      const bits = tree.goesRight.get(node);
      if (bits) categories.set(at, bits);
    }
    start += tree.feature.length;
  }
  const anyCategories = categories.size > 0;
  return (values, offset) => {
    let margin = baseMargin;
    for (let t = 0; t < roots.length; t += 1) {
      let node = roots[t] as number;
      for (let f = feature[node] as number; f >= 0; f = feature[node] as number) {
        const value = values[offset + f] as number;
        const bits = anyCategories ? categories.get(node) : undefined;
        if (Number.isNaN(value)) node = missing[node] as number;
        else if (bits) node = (hasCategory(bits, value) ? right[node] : left[node]) as number;
        else node = (value < (cut[node] as number) ? left[node] : right[node]) as number;
      }
      margin += cut[node] as number;
    }
    return margin;
  };
}

interface BlockScorer {
  /** Takes in rows from..to-1, which have no missing value. */
  add(values: Float32Array, from: number, to: number, margins: Float64Array): void;
  /** Scores what was taken in and not scored yet. */
  flush(margins: Float64Array): void;
}

function blockScorer(ensemble: TreeEnsemble): BlockScorer | undefined {
  const { trees, baseMargin } = ensemble;
  const depth = trees.reduce((most, tree) => Math.max(most, depthOf(tree)), 0);
  const numeric = trees.every((tree) => tree.goesRight.size === 0);
  if (!numeric || depth === 0 || depth > MAX_COMPLETE_DEPTH || bestKernelKind() !== 'wasm') return undefined;
  const rowBytes = ensemble.features.length * 4;
  const inner = 2 ** depth - 1;
  const nodesAt = 64;
  const leavesAt = nodesAt + trees.length * inner * 8;
  const valuesAt = (leavesAt + trees.length * (inner + 1) * 4 + 63) & ~63;
  const marginsAt = (valuesAt + ROWS_AT_ONCE * rowBytes + 63) & ~63;
  const memory = kernelMemory(marginsAt + ROWS_AT_ONCE * 8 + 64, 'wasm');
  for (const [t, tree] of trees.entries())
    complete(tree, depth, memory, nodesAt + t * inner * 8, leavesAt + t * (inner + 1) * 4);
  const values = new Float32Array(memory.buffer, valuesAt, (ROWS_AT_ONCE * rowBytes) / 4);
  const sums = new Float64Array(memory.buffer, marginsAt, ROWS_AT_ONCE);
  const blocks: { from: number; count: number }[] = [];
  let held = 0;
  const treesAtOnce = Math.max(1, Math.floor(TREE_BYTES / (12 * inner)));

  const flush = (margins: Float64Array) => {
    sums.fill(baseMargin, 0, held);
    for (let t = 0; t < trees.length; t += treesAtOnce) {
      const count = Math.min(treesAtOnce, trees.length - t);
      for (let row = 0; row < held; row += BLOCK_ROWS) {
        memory.kernels.score(
          valuesAt + row * rowBytes,
          Math.min(BLOCK_ROWS, held - row),
          rowBytes,
          nodesAt + t * inner * 8,
          leavesAt + t * (inner + 1) * 4,
          count,
          depth,
          marginsAt + row * 8,
        );
      }
    }
    let at = 0;
    for (const { from, count } of blocks) {
      margins.set(sums.subarray(at, at + count), from);
      at += count;
    }
    blocks.length = 0;
    held = 0;
  };
  return {
    add(source, from, to, margins) {
      if (held + to - from > ROWS_AT_ONCE) flush(margins);
      const width = rowBytes / 4;
      values.set(source.subarray(from * width, to * width), held * width);
      blocks.push({ from, count: to - from });
      held += to - from;
    },
    flush,
  };
}

/** Writes a tree as a complete one: a leaf above the last level is repeated below itself. */
function complete(tree: Tree, depth: number, { buffer }: KernelMemory, nodesAt: number, leavesAt: number): void {
  const inner = 2 ** depth - 1;
  const offsets = new Uint32Array(buffer, nodesAt, 2 * inner);
  const cuts = new Float32Array(buffer, nodesAt, 2 * inner);
  const leaves = new Float32Array(buffer, leavesAt, inner + 1);
  const place = (node: number, at: number) => {
    if (at >= inner) {
      leaves[at - inner] = tree.value[node] as number;
      return;
    }
    const leaf = (tree.feature[node] as number) < 0;
    offsets[2 * at] = leaf ? 0 : 4 * (tree.feature[node] as number);
    cuts[2 * at + 1] = leaf ? 0 : (tree.threshold[node] as number);
    place(leaf ? node : (tree.left[node] as number), 2 * at + 1);
    place(leaf ? node : (tree.right[node] as number), 2 * at + 2);
  };
  place(0, 0);
}

function anyMissing(values: Float32Array, from: number, to: number): boolean {
  // A sum is NaN exactly when a term is: values are finite, so no two infinities cancel.
  let sum = 0;
  for (let k = from; k < to; k += 1) sum += values[k] as number;
  return Number.isNaN(sum);
}
