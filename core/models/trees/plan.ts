import { BINS, HISTOGRAM_BYTES } from './bins.ts';
import type { ObjectiveName } from './tree.ts';

/** Rows of one block: gradient sums are kept by block, so that they do not depend on how rows are dealt to threads. */
export const BLOCK_ROWS = 4096;

/** Slots of Int32 that describe one node of a batch to be split: feature, action, left value, right value (f32). */
export const NODE_SLOTS = 4;

/**
 * Slots of Int32 that describe one histogram to be built and scanned: slot, gradient, hessian and address of feature modes of the
 * smaller child, then the same of its sibling (slot -1: none), then the thread that does it alone (SHARED: all of them).
 */
export const JOB_SLOTS = 9;

/** Owner of a job whose rows and features are shared out among all threads. */
export const SHARED = -1;

/** Int32 slots of a split record: gain (f32), feature, bin, missingLeft, hessian and gradient of the left side. */
export const RECORD_SLOTS = 8;

/** Where everything of one training lies in the shared memory, and what every thread must know. Addresses are in bytes. */
export interface TrainingPlan {
  readonly rows: number;
  /** Rows rounded up to a multiple of 4; the padding has weight 0. */
  readonly paddedRows: number;
  readonly features: number;
  /** Features rounded up to an even number: the histogram kernel takes two at a time. */
  readonly paddedFeatures: number;
  /** Bytes of one row of bins. */
  readonly stride: number;
  readonly threads: number;
  /** Most nodes that are split together. */
  readonly batch: number;
  readonly objective: ObjectiveName;
  readonly tweediePower: number;
  /** L2 penalty on leaf weights. */
  readonly lambda: number;
  /** Least sum of hessians in a child. */
  readonly minHessian: number;
  /** -1, 0 or 1 for each feature. */
  readonly monotone: readonly number[];
  /** For each feature how many categories it has; 0 for a number. */
  readonly categories: readonly number[];
  readonly histogramBytes: number;
  readonly bytes: number;
  readonly at: Readonly<Record<Region, number>>;
}

type Region =
  | 'control'
  | 'binCounts'
  | 'modes'
  | 'columns'
  | 'rows'
  | 'labels'
  | 'weights'
  | 'margins'
  | 'index'
  | 'spare'
  | 'gradients'
  | 'blockSums'
  | 'totals'
  | 'sides'
  | 'nodes'
  | 'jobs'
  | 'bounds'
  | 'ranges'
  | 'records'
  | 'scratch'
  | 'sorting'
  | 'cuts'
  | 'pool'
  | 'partial';

/** What decides the plan. */
export interface PlanRequest
  extends Pick<
    TrainingPlan,
    'rows' | 'features' | 'objective' | 'tweediePower' | 'lambda' | 'minHessian' | 'monotone' | 'categories'
  > {
  readonly threads: number;
  readonly maxDepth: number;
}

/** Histograms may take this much together; wide tables split fewer nodes at a time. */
const POOL_BYTES = 256 * 2 ** 20;
const MAX_BATCH = 32;

/** Lays out the memory of one training. */
export function planTraining(request: PlanRequest): TrainingPlan {
  const { rows, features, threads, maxDepth } = request;
  const paddedRows = (rows + 3) & ~3;
  const paddedFeatures = (features + 1) & ~1;
  const stride = (features + 7) & ~7;
  const histogramBytes = paddedFeatures * HISTOGRAM_BYTES;
  const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(POOL_BYTES / (histogramBytes * (maxDepth + threads)))));
  let bytes = 64;
  const take = (size: number) => {
    const start = bytes;
    bytes = (bytes + size + 63) & ~63;
    return start;
  };
  const at: Record<Region, number> = {
    control: take(512),
    binCounts: take(paddedFeatures * 4),
    modes: take((2 * batch + 1) * paddedFeatures),
    labels: take(paddedRows * 4),
    weights: take(paddedRows * 4),
    margins: take(paddedRows * 4),
    index: take(paddedRows * 4 + 64),
    spare: take(paddedRows * 4 + 64),
    gradients: take(paddedRows * 8),
    blockSums: take(Math.ceil(paddedRows / BLOCK_ROWS) * 16),
    totals: take(threads * 64),
    sides: take(batch * BINS),
    nodes: take(batch * NODE_SLOTS * 4),
    jobs: take(batch * JOB_SLOTS * 4),
    bounds: take(batch * 4 * 8),
    ranges: take(threads * batch * 3 * 4),
    records: take(threads * batch * 2 * RECORD_SLOTS * 4),
    scratch: take(threads * (HISTOGRAM_BYTES + 64)),
    sorting: take(threads * sortingBytes(paddedRows)),
    cuts: take(features * BINS * 4),
    columns: take(features * paddedRows),
    rows: take(paddedRows * stride),
    pool: take(poolSlots(batch, maxDepth) * histogramBytes),
    partial: take((threads - 1) * batch * histogramBytes),
  };
  return { ...request, paddedRows, paddedFeatures, stride, batch, histogramBytes, bytes, at };
}

/** What a thread needs to sort one feature: its keys three times over (as they come, as they train, sorted), and the counts. */
export function sortingBytes(paddedRows: number): number {
  return 3 * paddedRows * 4 + SORT_COUNT_BYTES;
}

/** Counts of a radix sort's three passes. */
export const SORT_COUNT_BYTES = 24_576;

/**
 * Histograms that can be alive at once. Nodes are taken from a stack, a batch at a time, so that at most one batch stays behind at
 * each depth; a shallow tree never has more than its last level but one.
 */
export function poolSlots(batch: number, maxDepth: number): number {
  return Math.min(2 ** Math.min(Math.max(maxDepth - 1, 0), 30), batch * (maxDepth + 1));
}

/** The rows that a thread works on: whole blocks, so that every thread count gives the same sums. */
export function rowsOf(plan: Pick<TrainingPlan, 'paddedRows' | 'threads'>, thread: number): readonly [number, number] {
  const blocks = Math.ceil(plan.paddedRows / BLOCK_ROWS);
  const first = Math.floor((blocks * thread) / plan.threads) * BLOCK_ROWS;
  const last = Math.floor((blocks * (thread + 1)) / plan.threads) * BLOCK_ROWS;
  return [first, Math.min(last, plan.paddedRows)];
}

/** The features whose splits a thread looks for. */
export function featuresOf(
  plan: Pick<TrainingPlan, 'features' | 'threads'>,
  thread: number,
): readonly [number, number] {
  return [
    Math.floor((plan.features * thread) / plan.threads),
    Math.floor((plan.features * (thread + 1)) / plan.threads),
  ];
}
