import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { treeShap } from '../core/explain/tree-shap.ts';
import { trainTrees } from '../core/models/trees/boost.ts';
import type { KernelKind } from '../core/models/trees/kernels.ts';
import { scorerOf } from '../core/models/trees/scorer.ts';
import type { Feature, TreeEnsemble } from '../core/models/trees/tree.ts';
import { readXgboostJson } from '../core/models/trees/xgboost-read.ts';
import { writeXgboostJson } from '../core/models/trees/xgboost-write.ts';

// Our side of bench/trees.ts, in a process of its own so that peak memory is one task's:
// node bench/trees-child.ts train FOLDER ROWS KIND THREADS | score FOLDER COPIES | explain FOLDER ROWS | single FOLDER ROWS

const FEATURES = 30;
const [task = '', folder = '', count = '0', kind = 'wasm', threads = '1'] = process.argv.slice(2);
const rows = Number(count);
const x = floats('x.f32');
const result = task === 'train' ? train() : apply(readXgboostJson(readFileSync(join(folder, 'model.json'), 'utf8')));
console.log(JSON.stringify({ peakMegabytes: peakMegabytes(), ...result }));

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

function floats(name: string): Float32Array {
  const bytes = readFileSync(join(folder, name));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function timed<T>(action: () => T): { cpuSeconds: number; wallSeconds: number; value: T } {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const value = action();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - start) / 1000, value };
}

function train(): object {
  const labels = floats('y.f32').subarray(0, rows);
  const features = Array.from({ length: FEATURES }, (_, f): Feature => ({ name: `f${f}`, kind: 'number' }));
  const baseMargin = Math.fround(Math.log(0.15 / 0.85));
  const fit = () =>
    trainTrees({
      table: { features, rows, values: x.subarray(0, rows * FEATURES) },
      labels,
      weights: new Float32Array(rows).fill(1),
      objective: 'logistic',
      tweediePower: 1.5,
      trees: 200,
      maxDepth: 6,
      learningRate: 0.1,
      lambda: 1,
      minHessian: 1,
      monotone: new Array<number>(FEATURES).fill(0),
      rowSampling: { kind: 'all' },
      featuresPerTree: 0,
      featuresPerNode: 0,
      seed: { a: 1, b: 2 },
      threads: Number(threads),
      kernels: kind as KernelKind,
      baseMargin,
    });
  const { value: trees, ...times } = timed(fit);
  const peak = peakMegabytes();
  // A server that trains again has its code compiled and its memory mapped; both take one thread's time.
  const againWallSeconds = Math.min(timed(fit).wallSeconds, timed(fit).wallSeconds);
  const ensemble: TreeEnsemble = { features, objective: 'logistic', tweediePower: 1.5, baseMargin, trees };
  writeFileSync(join(folder, 'model.json'), writeXgboostJson(ensemble));
  const holdout = x.subarray(rows * FEATURES);
  return {
    ...times,
    againWallSeconds,
    peakMegabytes: peak,
    margins: Array.from(scorerOf(ensemble).margins(holdout, holdout.length / FEATURES)),
  };
}

function apply(ensemble: TreeEnsemble): object {
  if (task === 'explain') {
    const { cpuSeconds } = timed(() => treeShap(ensemble, x.subarray(0, rows * FEATURES), rows));
    return { cpuSeconds };
  }
  const scorer = scorerOf(ensemble);
  if (task === 'single') {
    const one = (row: number) => scorer.margins(x.subarray(row * FEATURES, (row + 1) * FEATURES), 1);
    for (let row = 0; row < rows; row += 1) one(row);
    const { wallSeconds } = timed(() => {
      for (let row = 0; row < rows; row += 1) one(row);
    });
    return { microsecondsPerRow: (wallSeconds * 1e6) / rows };
  }
  const once = 100_000 * FEATURES;
  const many = new Float32Array(rows * once);
  for (let copy = 0; copy < rows; copy += 1) many.set(x.subarray(0, once), copy * once);
  scorer.margins(many.subarray(0, 1000 * FEATURES), 1000);
  const { cpuSeconds } = timed(() => scorer.margins(many, rows * 100_000));
  return { cpuSeconds };
}
