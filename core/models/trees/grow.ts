import type { Cuts } from './binning.ts';
import { BINS, HISTOGRAM_BYTES, MISSING_BIN } from './bins.ts';
import type { Crew } from './crew.ts';
import { dealJobs } from './deal-jobs.ts';
import { PHASE } from './phases.ts';
import { JOB_SLOTS, NODE_SLOTS, poolSlots, rowsOf, SHARED } from './plan.ts';
import { ACTION, CONTROL, rangeSlot, recordSlot, type Shop } from './shop.ts';
import { boundedWeight, categoryOrder, leafScore } from './special-split.ts';
import type { Feature, Tree } from './tree.ts';
import { type BuiltSplit, treeBuilder } from './tree-builder.ts';

/** What one tree needs beyond the shop. */
export interface GrowRequest {
  readonly maxDepth: number;
  readonly learningRate: number;
  readonly features: readonly Feature[];
  readonly cuts: readonly Cuts[];
  /** Scan modes of the features that may be asked at a node; left out, those of the whole tree. */
  readonly modesAt?: (node: number) => Uint8Array;
}

/** Sums of a node in quantised units, and what its weight may be. */
interface Sums {
  readonly G: number;
  readonly H: number;
  readonly lower: number;
  readonly upper: number;
}

/** A node on its way. Its rows are a range in each thread's part of the index. */
interface OpenNode extends Sums {
  readonly id: number;
  readonly depth: number;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly rows: number;
  /** Where its histogram is; -1 when it has none. */
  slot: number;
  found: FoundSplit | undefined;
}

interface FoundSplit {
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly leftG: number;
  readonly leftH: number;
}

interface HistogramJob {
  readonly small: OpenNode;
  /** Its sibling, whose histogram is what is left of their parent's. */
  readonly big?: OpenNode;
}

/** Above every value: what "present or missing" is cut at. */
const F32_MAX = 3.4028234663852886e38;

/**
 * Grows one tree on the shop's quantised gradients and adds its leaves to the margins. Nodes are taken from a stack, a batch at a
 * time, which bounds the histograms that are alive; of two children only the smaller one's is built.
 */
export function growTree(shop: Shop, crew: Crew, request: GrowRequest): Tree {
  const { plan, i32, f32, f64, u8 } = shop;
  const { at } = plan;
  const control = at.control >> 2;
  const scaleG = f32[control + CONTROL.scaleG] as number;
  const scaleH = f32[control + CONTROL.scaleH] as number;
  const lambda = Math.fround(plan.lambda * scaleH);
  const builder = treeBuilder();
  const free = Array.from({ length: poolSlots(plan.batch, request.maxDepth) }, (_, slot) => slot).reverse();

  const weightOf = (sums: Sums) => boundedWeight(sums.G, sums.H + lambda, sums);
  const scoreOf = (sums: Sums) => leafScore(sums.G, sums.H + lambda, weightOf(sums));
  // + 0 turns -0 into 0.
  const leafValue = (sums: Sums) => Math.fround(((weightOf(sums) * scaleH) / scaleG) * request.learningRate) + 0;
  const addLeaf = (sums: Sums) => builder.leaf(leafValue(sums), sums.H / scaleH);

  const root = openRoot();
  search([{ small: root }]);
  const stack = [root];
  while (stack.length > 0) {
    const batch = stack.splice(-plan.batch);
    const splits = batch.map((node, position) => prepare(node, position));
    i32[control + CONTROL.count] = batch.length;
    crew.run(PHASE.split);
    const jobs: HistogramJob[] = [];
    for (const [position, split] of splits.entries()) {
      const parent = batch[position] as OpenNode;
      if (!split) continue;
      const children = part(parent, position, split);
      const [left, right] = children;
      stack.push(left, right);
      const [small, big] = left.rows <= right.rows ? [left, right] : [right, left];
      if (children.some(maySplit)) {
        big.slot = parent.slot;
        jobs.push({ small, big });
      } else free.push(parent.slot);
    }
    search(jobs);
  }
  return builder.build();

  function openRoot(): OpenNode {
    const spans = Array.from({ length: plan.threads }, (_, thread) => rowsOf(plan, thread));
    const sums = { G: 0, H: 0, lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
    for (let thread = 0; thread < plan.threads; thread += 1) {
      sums.H += i32[(at.totals >> 2) + 16 * thread] as number;
      sums.G += i32[(at.totals >> 2) + 16 * thread + 1] as number;
    }
    return {
      ...sums,
      id: addLeaf(sums),
      depth: 0,
      starts: spans.map(([start]) => start),
      // The padding after the last row belongs to no node.
      ends: spans.map(([, end]) => Math.min(end, plan.rows)),
      rows: plan.rows,
      slot: -1,
      found: undefined,
    };
  }

  function maySplit(node: OpenNode): boolean {
    return node.rows > 1 && node.H >= 2 * plan.minHessian * scaleH;
  }

  /** Finds the split of each job's nodes. */
  function search(jobs: readonly HistogramJob[]): void {
    if (jobs.length === 0) return;
    for (const [job, { small, big }] of jobs.entries()) {
      const slot = free.pop();
      if (slot === undefined) throw new Error('More histograms are alive than poolSlots() allows for.');
      small.slot = slot;
      writeRange(small, job);
      describe(small, job, 0);
      if (big) describe(big, job, 1);
      else i32[(at.jobs >> 2) + JOB_SLOTS * job + 4] = -1;
    }
    const owners = dealJobs(
      jobs.map(({ small }) => small.rows),
      plan.threads,
    );
    for (const [job, owner] of owners.entries()) i32[(at.jobs >> 2) + JOB_SLOTS * job + 8] = owner;
    i32[control + CONTROL.count] = jobs.length;
    crew.run(PHASE.histograms);
    if (owners.includes(SHARED)) crew.run(PHASE.scan);
    for (const [job, { small, big }] of jobs.entries()) {
      const owner = owners[job] as number;
      take(small, job, 0, owner);
      if (big) take(big, job, 1, owner);
    }
  }

  function describe(node: OpenNode, job: number, side: 0 | 1): void {
    const slots = (at.jobs >> 2) + JOB_SLOTS * job + 4 * side;
    i32[slots] = node.slot;
    i32[slots + 1] = node.G;
    i32[slots + 2] = node.H;
    i32[slots + 3] = at.modes;
    if (request.modesAt) {
      const own = at.modes + (1 + 2 * job + side) * plan.paddedFeatures;
      u8.set(request.modesAt(node.id), own);
      i32[slots + 3] = own;
    }
    f64.set([node.lower, node.upper], (at.bounds >> 3) + 2 * (2 * job + side));
  }

  /** Reads what the job's owner, or all threads, found for a node: the greatest gain, of equals the lowest feature. */
  function take(node: OpenNode, job: number, side: 0 | 1, owner: number): void {
    let best = recordSlot(plan, owner === SHARED ? 0 : owner, job, side);
    for (let thread = 1; owner === SHARED && thread < plan.threads; thread += 1) {
      const other = recordSlot(plan, thread, job, side);
      const better = (i32[other + 1] as number) >= 0 && (f32[other] as number) > (f32[best] as number);
      if (better) best = other;
    }
    const feature = i32[best + 1] as number;
    if (feature < 0) {
      free.push(node.slot);
      node.slot = -1;
      return;
    }
    node.found = {
      feature,
      bin: i32[best + 2] as number,
      missingLeft: i32[best + 3] === 1,
      leftH: i32[best + 4] as number,
      leftG: i32[best + 5] as number,
    };
  }

  function writeRange(node: OpenNode, position: number): void {
    for (let thread = 0; thread < plan.threads; thread += 1) {
      const range = rangeSlot(plan, thread, position);
      i32[range] = node.starts[thread] as number;
      i32[range + 1] = node.ends[thread] as number;
    }
  }

  /** Writes what the split phase does with a node; returns its split when its rows part, undefined when it ends in leaves. */
  function prepare(node: OpenNode, position: number): readonly [BuiltSplit, Sums, Sums] | undefined {
    writeRange(node, position);
    const slots = (at.nodes >> 2) + NODE_SLOTS * position;
    const side = u8.subarray(at.sides + BINS * position, at.sides + BINS * (position + 1));
    if (!node.found) {
      side.fill(1);
      i32[slots] = 0;
      i32[slots + 1] = ACTION.addLeaves;
      f32[slots + 2] = leafValue(node);
      return undefined;
    }
    const [left, right] = halves(node, node.found);
    const gain = ((scoreOf(left) + scoreOf(right) - scoreOf(node)) * scaleH) / scaleG ** 2;
    const split = { ...deal(node, node.found, left.H >= right.H, side), gain };
    i32[slots] = node.found.feature;
    if (node.depth + 1 < request.maxDepth) {
      i32[slots + 1] = ACTION.partition;
      return [split, left, right];
    }
    i32[slots + 1] = ACTION.addLeaves;
    f32[slots + 2] = leafValue(left);
    f32[slots + 3] = leafValue(right);
    builder.split(node.id, split, addLeaf(left), addLeaf(right));
    free.push(node.slot);
    return undefined;
  }

  /** The children's sums; under a monotone constraint neither may pass the middle of their weights further down. */
  function halves(node: OpenNode, found: FoundSplit): readonly [Sums, Sums] {
    const { lower, upper } = node;
    const left = { G: found.leftG, H: found.leftH, lower, upper };
    const right = { G: node.G - found.leftG, H: node.H - found.leftH, lower, upper };
    const direction = plan.monotone[found.feature] as number;
    if (direction === 0) return [left, right];
    const middle = (weightOf(left) + weightOf(right)) / 2;
    return direction > 0
      ? [
          { ...left, upper: middle },
          { ...right, lower: middle },
        ]
      : [
          { ...left, lower: middle },
          { ...right, upper: middle },
        ];
  }

  /** Fills the side of every bin (1 = left) and says the same in the tree's terms. Bins that no row here has follow the missing. */
  function deal(node: OpenNode, found: FoundSplit, heavierLeft: boolean, side: Uint8Array): Omit<BuiltSplit, 'gain'> {
    const { feature, bin } = found;
    const histogram = (at.pool + node.slot * plan.histogramBytes + feature * HISTOGRAM_BYTES) >> 2;
    const sawMissing = i32[histogram + 2 * MISSING_BIN] !== 0 || i32[histogram + 2 * MISSING_BIN + 1] !== 0;
    const missingLeft = sawMissing ? found.missingLeft : heavierLeft;
    const kind = request.features[feature];
    if (kind?.kind !== 'category') {
      side.fill(0);
      side.fill(1, 0, bin + 1);
      side[MISSING_BIN] = missingLeft ? 1 : 0;
      return { feature, threshold: request.cuts[feature]?.[bin] ?? F32_MAX, missingLeft };
    }
    side.fill(missingLeft ? 1 : 0);
    const order = categoryOrder(i32, histogram, kind.categories.length, lambda);
    for (const [rank, category] of order.entries()) side[category] = rank < bin ? 1 : 0;
    const goesRight = new Uint32Array(Math.ceil(kind.categories.length / 32));
    for (let code = 0; code < kind.categories.length; code += 1) {
      if (!side[code]) goesRight[code >> 5] = (goesRight[code >> 5] as number) | (1 << (code & 31));
    }
    return { feature, threshold: 0, missingLeft, goesRight };
  }

  /** The children of a node whose rows have been parted. */
  function part(
    node: OpenNode,
    position: number,
    [split, left, right]: readonly [BuiltSplit, Sums, Sums],
  ): readonly [OpenNode, OpenNode] {
    const middles = node.starts.map((_, thread) => i32[rangeSlot(plan, thread, position) + 2] as number);
    const open = (sums: Sums, starts: readonly number[], ends: readonly number[]): OpenNode => ({
      ...sums,
      id: addLeaf(sums),
      depth: node.depth + 1,
      starts,
      ends,
      rows: starts.reduce((count, start, thread) => count + (ends[thread] as number) - start, 0),
      slot: -1,
      found: undefined,
    });
    const children = [open(left, node.starts, middles), open(right, middles, node.ends)] as const;
    builder.split(node.id, split, children[0].id, children[1].id);
    return children;
  }
}
