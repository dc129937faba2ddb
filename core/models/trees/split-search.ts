import { featuresOf, JOB_SLOTS, RECORD_SLOTS, SHARED, type TrainingPlan } from './plan.ts';
import { CONTROL, MODE, rangeSlot, recordSlot, type Shop } from './shop.ts';
import { type Bounds, scanSpecial } from './special-split.ts';

/** Features, or threads, first..last-1. */
type Span = readonly [first: number, last: number];

/**
 * Builds histograms. Of a shared job each thread adds its own rows, and `scan` puts them together; a job with an owner is built and
 * scanned by that thread while its histogram is in the cache.
 */
export function histograms(shop: Shop, thread: number): void {
  const { plan, i32 } = shop;
  const count = i32[(plan.at.control >> 2) + CONTROL.count] as number;
  for (let job = 0; job < count; job += 1) {
    const owner = ownerOf(shop, job);
    if (owner === SHARED) {
      const target = thread === 0 ? smallHistogram(shop, job) : partialOf(plan, thread, job);
      build(shop, job, [thread, thread + 1], target);
    } else if (owner === thread) {
      build(shop, job, [0, plan.threads], smallHistogram(shop, job));
      searchJob(shop, job, thread, [0, plan.features]);
    }
  }
}

/** Adds up the threads' histograms of each shared job and looks for its splits, each thread in its own features. */
export function scan(shop: Shop, thread: number): void {
  const { plan, memory, i32 } = shop;
  const count = i32[(plan.at.control >> 2) + CONTROL.count] as number;
  const span = featuresOf(plan, thread);
  for (let job = 0; job < count; job += 1) {
    if (ownerOf(shop, job) !== SHARED) continue;
    for (let other = 1; other < plan.threads; other += 1) {
      memory.kernels.add(smallHistogram(shop, job), partialOf(plan, other, job), ...span, plan.at.binCounts);
    }
    searchJob(shop, job, thread, span);
  }
}

function ownerOf({ plan, i32 }: Shop, job: number): number {
  return i32[(plan.at.jobs >> 2) + JOB_SLOTS * job + 8] as number;
}

function smallHistogram({ plan, i32 }: Shop, job: number): number {
  return plan.at.pool + (i32[(plan.at.jobs >> 2) + JOB_SLOTS * job] as number) * plan.histogramBytes;
}

function partialOf(plan: TrainingPlan, thread: number, job: number): number {
  return plan.at.partial + ((thread - 1) * plan.batch + job) * plan.histogramBytes;
}

/** The histogram, at `target`, of a job's rows that lie in these threads' parts of the index. */
function build({ plan, memory, i32 }: Shop, job: number, [from, until]: Span, target: number): void {
  const { at } = plan;
  memory.kernels.zero(target, plan.paddedFeatures, at.binCounts);
  for (let thread = from; thread < until; thread += 1) {
    const range = rangeSlot(plan, thread, job);
    const start = i32[range] as number;
    const rows = (i32[range + 1] as number) - start;
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

/** Looks for the splits of a job's smaller child, then of its sibling, whose histogram is what is left of their parent's. */
function searchJob(shop: Shop, job: number, thread: number, span: Span): void {
  const { plan, memory, i32, f64 } = shop;
  const slots = (plan.at.jobs >> 2) + JOB_SLOTS * job;
  const small = smallHistogram(shop, job);
  look(small, slots, 0);
  const bigSlot = i32[slots + 4] as number;
  if (bigSlot < 0) return;
  const big = plan.at.pool + bigSlot * plan.histogramBytes;
  memory.kernels.subtract(big, small, ...span, plan.at.binCounts);
  look(big, slots + 4, 1);

  function look(histogram: number, slot: number, side: 0 | 1): void {
    const bound = (plan.at.bounds >> 3) + 2 * (2 * job + side);
    const search: Search = {
      histogram,
      totalG: i32[slot + 1] as number,
      totalH: i32[slot + 2] as number,
      modes: i32[slot + 3] as number,
      bounds: { lower: f64[bound] as number, upper: f64[bound + 1] as number },
    };
    searchNode(shop, search, thread, span, recordSlot(plan, thread, job, side));
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

function searchNode(shop: Shop, search: Search, thread: number, [first, last]: Span, record: number): void {
  const { plan, memory, i32, f32, u8 } = shop;
  const control = plan.at.control >> 2;
  const scaleH = f32[control + CONTROL.scaleH] as number;
  const lambda = Math.fround(plan.lambda * scaleH);
  const minHessian = Math.min(Math.ceil(plan.minHessian * scaleH), 2 ** 31 - 1);
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
