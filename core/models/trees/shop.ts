import type { KernelMemory } from './kernels.ts';
import { RECORD_SLOTS, type TrainingPlan } from './plan.ts';

/** How a feature is scanned: by the kernel, with its missing values tried on both sides, or by scanSpecial as number or category. */
export const MODE = { scan: 1, missing: 2, special: 4, category: 8 } as const;

/** Int32 slots of the control region. The first two are for crew.ts, each counter in a cache line of its own. */
export const CONTROL = {
  phaseNumber: 0,
  done: 16,
  phase: 32,
  count: 33,
  scaleG: 34,
  scaleH: 35,
  nextFeature: 48,
} as const;

/** One training's memory with views of it. */
export interface Shop {
  readonly plan: TrainingPlan;
  readonly memory: KernelMemory;
  /** The table's values, row by row; read by every thread, so shared memory when there are several. */
  readonly values: Float32Array;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** Views of a memory laid out by this plan. */
export function openShop(plan: TrainingPlan, memory: KernelMemory, values: Float32Array): Shop {
  const { buffer } = memory;
  return {
    plan,
    memory,
    values,
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
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

/** What to do with a node's rows. */
export const ACTION = { partition: 0, addLeaves: 1 } as const;
