import { cutsOf } from './binning.ts';
import { startCrew } from './crew.ts';
import { growTree } from './grow.ts';
import { bestKernelKind, type KernelKind, kernelMemory } from './kernels.ts';
import { PHASE } from './phases.ts';
import { BLOCK_ROWS, planTraining } from './plan.ts';
import { drawFeatures, type RowSampling, type SamplingSeed, timesDrawn } from './sampling.ts';
import { CONTROL, openShop, rowFloats, type Shop } from './shop.ts';
import type { FeatureTable } from './table.ts';
import type { ObjectiveName, Tree } from './tree.ts';

/** One training of trees, whatever the model: boosting adds them up, a forest grows each on its own. */
export interface TreeTraining {
  readonly table: FeatureTable;
  readonly labels: Float32Array;
  /** 0 holds a row out: it falls through the trees and gets a margin but teaches nothing. */
  readonly weights: Float32Array;
  readonly objective: ObjectiveName;
  readonly tweediePower: number;
  readonly trees: number;
  readonly maxDepth: number;
  readonly learningRate: number;
  readonly lambda: number;
  readonly minHessian: number;
  /** -1, 0 or 1 for each feature. */
  readonly monotone: readonly number[];
  readonly rowSampling: RowSampling;
  /** Features that each tree may ask, and of these each node; every feature when 0. */
  readonly featuresPerTree: number;
  readonly featuresPerNode: number;
  readonly seed: SamplingSeed;
  readonly threads: number;
  /** Left out: the fastest this machine has. Both give the same trees. */
  readonly kernels?: KernelKind;
  readonly baseMargin: number;
  /** Called after each tree with every row's margin (a view: copy what must last) and how often it was drawn; false stops. */
  afterTree?(tree: number, margins: Float32Array, drawn: (row: number) => number): boolean;
}

/** Threads only pay above this many rows each. */
const ROWS_PER_THREAD = 2 * BLOCK_ROWS;

/** Largest exponent of a quantisation scale; only reached when all gradients are almost nothing. */
const MAX_EXPONENT = 60;

/** Grows the trees. With more threads it gives the same trees, bit by bit. */
export function trainTrees(training: TreeTraining): readonly Tree[] {
  const { table, labels, weights } = training;
  const features = table.features.length;
  const plan = planTraining({
    rows: table.rows,
    features,
    objective: training.objective,
    tweediePower: training.tweediePower,
    lambda: training.lambda,
    minHessian: training.minHessian,
    monotone: training.monotone,
    categories: table.features.map((feature) => (feature.kind === 'category' ? feature.categories.length : 0)),
    threads: Math.max(1, Math.min(training.threads, Math.floor(table.rows / ROWS_PER_THREAD), features)),
    maxDepth: training.maxDepth,
  });
  const values = plan.threads > 1 ? shared(table.values) : table.values;
  const shop = openShop(plan, kernelMemory(plan.bytes, training.kernels ?? bestKernelKind()), values);
  const crew = startCrew(shop);
  try {
    rowFloats(shop, 'labels').set(labels);
    rowFloats(shop, 'weights').set(weights);
    crew.run(PHASE.binFeatures);
    crew.run(PHASE.binRows);
    const cuts = cutsOf(shop);
    const margins = rowFloats(shop, 'margins');
    margins.fill(training.baseMargin);
    const modes = shop.u8.slice(plan.at.modes, plan.at.modes + features);
    const trees: Tree[] = [];
    for (let t = 0; t < training.trees; t += 1) {
      const drawn = (row: number) => timesDrawn(training.rowSampling, training.seed, t, row);
      if (training.rowSampling.kind !== 'all') {
        const own = rowFloats(shop, 'weights');
        for (let row = 0; row < table.rows; row += 1) own[row] = (weights[row] as number) * drawn(row);
      }
      const mayAsk = training.featuresPerTree
        ? drawFeatures(training.seed, t, -1, features, training.featuresPerTree)
        : undefined;
      if (mayAsk) shop.u8.set(only(modes, mayAsk), plan.at.modes);
      crew.run(PHASE.gradients);
      setScales(shop);
      crew.run(PHASE.quantise);
      trees.push(
        growTree(shop, crew, {
          maxDepth: training.maxDepth,
          learningRate: training.learningRate,
          features: table.features,
          cuts,
          ...(training.featuresPerNode > 0 && {
            modesAt: (node: number) =>
              only(modes, drawFeatures(training.seed, t, node, features, training.featuresPerNode)),
          }),
        }),
      );
      if (training.afterTree?.(t, margins.subarray(0, table.rows), drawn) === false) break;
    }
    return trees;
  } finally {
    crew.stop();
  }
}

/**
 * Chooses the scales by which gradients become integers: the greatest powers of two at which no histogram entry can leave 31 bits,
 * half a unit of rounding for each row included.
 */
function setScales({ plan, f32, f64 }: Shop): void {
  let sumG = 0;
  let sumH = 0;
  for (let block = 0; block < Math.ceil(plan.paddedRows / BLOCK_ROWS); block += 1) {
    sumG += f64[(plan.at.blockSums >> 3) + 2 * block] as number;
    sumH += f64[(plan.at.blockSums >> 3) + 2 * block + 1] as number;
  }
  const scale = (sum: number) => 2 ** Math.min(MAX_EXPONENT, Math.floor(Math.log2((2 ** 31 - plan.rows) / sum)));
  f32[(plan.at.control >> 2) + CONTROL.scaleG] = sumG > 0 ? scale(sumG) : 1;
  f32[(plan.at.control >> 2) + CONTROL.scaleH] = sumH > 0 ? scale(sumH) : 1;
}

/** The same numbers where every thread can read them. */
function shared(values: Float32Array): Float32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

/** Modes of these features; 0 for all others. */
function only(modes: Uint8Array, features: readonly number[]): Uint8Array {
  const chosen = new Uint8Array(modes.length);
  for (const feature of features) chosen[feature] = modes[feature] as number;
  return chosen;
}
