import { binFeatures, binRows } from './binning.ts';
import { BINS } from './bins.ts';
import { objectiveOf } from './objectives.ts';
import { BLOCK_ROWS, NODE_SLOTS, rowsOf } from './plan.ts';
import { ACTION, CONTROL, rangeSlot, rowFloats, type Shop } from './shop.ts';
import { histograms, scan } from './split-search.ts';

/** The steps that all threads take together, each on its own rows, features or nodes. */
export const PHASE = {
  stop: 0,
  binFeatures: 1,
  binRows: 2,
  gradients: 3,
  quantise: 4,
  split: 5,
  histograms: 6,
  scan: 7,
} as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** Takes one thread's share of a phase. */
export function runPhase(shop: Shop, thread: number, phase: Phase): void {
  if (phase === PHASE.binFeatures) binFeatures(shop, thread);
  else if (phase === PHASE.binRows) binRows(shop, thread);
  else if (phase === PHASE.gradients) gradients(shop, thread);
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
