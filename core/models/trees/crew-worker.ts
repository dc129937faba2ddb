import { workerData } from 'node:worker_threads';
import { serveCrew } from './crew.ts';
import { openKernelMemory } from './kernels.ts';
import type { TrainingPlan } from './plan.ts';
import { openShop } from './shop.ts';

/** Entry of the other threads of a training: opens the caller's memory and takes its shares. */
interface CrewOrder {
  readonly plan: TrainingPlan;
  readonly source: WebAssembly.Memory | SharedArrayBuffer;
  readonly values: Float32Array;
  readonly thread: number;
}

const { plan, source, values, thread } = workerData as CrewOrder;
serveCrew(openShop(plan, openKernelMemory(source), values), thread);
