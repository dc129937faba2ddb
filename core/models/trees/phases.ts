import { BINS } from './bins.ts';
import type { KernelMemory } from './kernels.ts';
import { objectiveOf } from './objectives.ts';
import { BLOCK_ROWS, featuresOf, JOB_SLOTS, NODE_SLOTS, RECORD_SLOTS, rowsOf, type TrainingPlan } from './plan.ts';
import { type Bounds, scanSpecial } from './special-split.ts';

/** The steps that all threads take together, each on its own rows or features. */
export const PHASE = { stop: 0, gradients: 1, quantise: 2, split: 3, histograms: 4, scan: 5 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** What to do with a node's rows. */
export const ACTION = { partition: 0, addLeaves: 1 } as const;

/** How a feature is scanned: by the kernel, with its missing values tried on both sides, or by scanSpecial as number or category. */
export const MODE = { scan: 1, missing: 2, special: 4, category: 8 } as const;

/** Int32 slots of the control region. The first two are for crew.ts. */
export const CONTROL = { phaseNumber: 0, done: 16, phase: 32, count: 33, scaleG: 34, scaleH: 35 } as const;

/** One training's memory with views of it. */
export interface Shop {
  readonly plan: TrainingPlan;
  readonly memory: KernelMemory;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** Views of a memory laid out by this plan. */
export function openShop(plan: TrainingPlan, memory: KernelMemory): Shop {
  const { buffer } = memory;
  return {
    plan,
    memory,
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  };
}

/** One f32 for each row (padding included) of a region. */
export function rowFloats(shop: Shop, region: 'labels' | 'weights' | 'margins'): Float32Array {
  const start = shop.plan.at[region] >> 2;
  return shop.f32.subarray(start, start + shop.plan.paddedRows);
}

/** Int32 slot where the range (start, end, middle) of a batch's node in a thread's rows begins. */
export function rangeSlot(plan: TrainingPlan, thread: number, position: number): number {
  return (plan.at.ranges >> 2) + 3 * (thread * plan.batch + position);
}

/** Int32 slot of the split record that a thread found for a job; side 0 is the smaller child, 1 its sibling. */
export function recordSlot(plan: TrainingPlan, thread: number, job: number, side: 0 | 1): number {
  return (plan.at.records >> 2) + RECORD_SLOTS * (2 * (thread * plan.batch + job) + side);
}

/** Takes one thread's share of a phase. */
export function runPhase(shop: Shop, thread: number, phase: Phase): void {
  if (phase === PHASE.gradients) gradients(shop, thread);
  else if (phase === PHASE.quantise) quantise(shop, thread);
  else if (phase === PHASE.split) split(shop, thread);
  else if (phase === PHASE.histograms) histograms(shop, thread);
  else if (phase === PHASE.scan) scan(shop, thread);
}

function gradients(shop: Shop, thread: number): void {
  const { plan, memory, f32, f64 } = shop;
  const { at } = plan;
  const objective = objectiveOf(plan.objective, plan.tweediePower);
  const [first, last] = rowsOf(plan, thread);
  const pairs = f32.subarray(at.gradients >> 2, (at.gradients >> 2) + 2 * plan.paddedRows);
  const views = {
    margins: rowFloats(shop, 'margins'),
    labels: rowFloats(shop, 'labels'),
    weights: rowFloats(shop, 'weights'),
    gradients: pairs,
  };
  if (objective.wholeBook) {
    if (thread !== 0) return;
    objective.gradients(views, 0, plan.paddedRows);
    for (let from = 0; from < plan.paddedRows; from += BLOCK_ROWS) sumBlock(from);
    return;
  }
  for (let from = first; from < last; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, last - from);
    if (plan.objective === 'logistic') {
      memory.kernels.logisticGradients(
        at.margins + 4 * from,
        at.labels + 4 * from,
        at.weights + 4 * from,
        count,
        at.gradients + 8 * from,
        at.blockSums + (16 * from) / BLOCK_ROWS,
      );
    } else {
      objective.gradients(views, from, from + count);
      sumBlock(from);
    }
  }

  function sumBlock(from: number): void {
    let sumG = 0;
    let sumH = 0;
    for (let i = from; i < Math.min(from + BLOCK_ROWS, plan.paddedRows); i += 1) {
      sumH += pairs[2 * i] as number;
      sumG += Math.abs(pairs[2 * i + 1] as number);
    }
    const slot = (at.blockSums >> 3) + (2 * from) / BLOCK_ROWS;
    f64[slot] = sumG;
    f64[slot + 1] = sumH;
  }
}

function quantise({ plan, memory, i32, f32 }: Shop, thread: number): void {
  const { at } = plan;
  const [first, last] = rowsOf(plan, thread);
  const control = at.control >> 2;
  const total = at.totals + 64 * thread;
  i32.fill(0, total >> 2, (total >> 2) + 2);
  memory.kernels.quantise(
    at.gradients + 8 * first,
    last - first,
    f32[control + CONTROL.scaleG] as number,
    f32[control + CONTROL.scaleH] as number,
    at.index + 4 * first,
    first,
    total,
  );
}

function split({ plan, memory, i32, f32 }: Shop, thread: number): void {
  const { at } = plan;
  const count = i32[(at.control >> 2) + CONTROL.count] as number;
  for (let k = 0; k < count; k += 1) {
    const node = (at.nodes >> 2) + NODE_SLOTS * k;
    const range = rangeSlot(plan, thread, k);
    const start = i32[range] as number;
    const rows = (i32[range + 1] as number) - start;
    const column = at.columns + (i32[node] as number) * plan.paddedRows;
    const index = at.index + 4 * start;
    const side = at.sides + BINS * k;
    if (i32[node + 1] === ACTION.partition) {
      i32[range + 2] = start + memory.kernels.partition(column, index, rows, side, at.spare + 4 * start);
    } else {
      const left = f32[node + 2] as number;
      const right = f32[node + 3] as number;
      memory.kernels.addLeaves(column, index, rows, side, at.margins, left, right);
    }
  }
}

function histograms({ plan, memory, i32 }: Shop, thread: number): void {
  const { at, histogramBytes } = plan;
  const count = i32[(at.control >> 2) + CONTROL.count] as number;
  for (let job = 0; job < count; job += 1) {
    const slot = i32[(at.jobs >> 2) + JOB_SLOTS * job] as number;
    const target = thread === 0 ? at.pool + slot * histogramBytes : partialOf(plan, thread, job);
    const range = rangeSlot(plan, thread, job);
    const start = i32[range] as number;
    const rows = (i32[range + 1] as number) - start;
    memory.kernels.zero(target, plan.paddedFeatures, at.binCounts);
    memory.kernels.histogram(
      at.rows,
      plan.stride,
      plan.paddedFeatures,
      at.index + 4 * start,
      rows,
      at.gradients,
      target,
    );
  }
}

function scan(shop: Shop, thread: number): void {
  const { plan, memory, i32, f64 } = shop;
  const { at, histogramBytes } = plan;
  const count = i32[(at.control >> 2) + CONTROL.count] as number;
  const [first, last] = featuresOf(plan, thread);
  for (let job = 0; job < count; job += 1) {
    const slots = (at.jobs >> 2) + JOB_SLOTS * job;
    const small = at.pool + (i32[slots] as number) * histogramBytes;
    for (let other = 1; other < plan.threads; other += 1) {
      memory.kernels.add(small, partialOf(plan, other, job), first, last, at.binCounts);
    }
    look(small, slots, 0);
    const bigSlot = i32[slots + 4] as number;
    if (bigSlot < 0) continue;
    const big = at.pool + bigSlot * histogramBytes;
    memory.kernels.subtract(big, small, first, last, at.binCounts);
    look(big, slots + 4, 1);

    function look(histogram: number, slot: number, side: 0 | 1): void {
      const record = recordSlot(plan, thread, job, side);
      const bound = (at.bounds >> 3) + 2 * (2 * job + side);
      const bounds: Bounds = { lower: f64[bound] as number, upper: f64[bound + 1] as number };
      searchNode(
        shop,
        {
          histogram,
          totalG: i32[slot + 1] as number,
          totalH: i32[slot + 2] as number,
          modes: i32[slot + 3] as number,
          bounds,
        },
        thread,
        record,
      );
    }
  }
}

/** A node whose best split is looked for. Gradients are in quantised units, addresses in bytes. */
export interface Search {
  readonly histogram: number;
  readonly totalG: number;
  readonly totalH: number;
  readonly modes: number;
  readonly bounds: Bounds;
}

function searchNode(shop: Shop, search: Search, thread: number, record: number): void {
  const { plan, memory, i32, f32, u8 } = shop;
  const control = plan.at.control >> 2;
  const scaleH = f32[control + CONTROL.scaleH] as number;
  const lambda = Math.fround(plan.lambda * scaleH);
  const minHessian = Math.min(Math.ceil(plan.minHessian * scaleH), 2 ** 31 - 1);
  const [first, last] = featuresOf(plan, thread);
  const parent = search.totalG ** 2 / (search.totalH + lambda);
  // A split must beat not splitting by more than f32 rounding.
  f32[record] = parent * (1 + 1e-6);
  i32.fill(0, record + 1, record + RECORD_SLOTS);
  i32[record + 1] = -1;
  memory.kernels.scan(
    search.histogram,
    first,
    last,
    plan.at.binCounts,
    search.modes,
    search.totalG,
    search.totalH,
    lambda,
    minHessian,
    plan.at.scratch + thread * 2112,
    record * 4,
  );
  for (let feature = first; feature < last; feature += 1) {
    const mode = u8[search.modes + feature] as number;
    if (mode & MODE.special) {
      scanSpecial(shop, search, { feature, lambda, minHessian, category: (mode & MODE.category) !== 0 }, record);
    }
  }
}

function partialOf(plan: TrainingPlan, thread: number, job: number): number {
  return plan.at.partial + ((thread - 1) * plan.batch + job) * plan.histogramBytes;
}
