import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trainTrees } from '../../core/models/trees/boost.ts';
import { bestKernelKind } from '../../core/models/trees/kernels.ts';
import { poolSlots, rowsOf } from '../../core/models/trees/plan.ts';
import type { Tree } from '../../core/models/trees/tree.ts';
import { booleans, syntheticTraining } from '../support/trees.ts';

const kernels = resolve(import.meta.dirname, '../../core/models/trees/kernels');

function expectSame(a: readonly Tree[], b: readonly Tree[]): void {
  expect(a.length).toBe(b.length);
  for (const [t, tree] of a.entries()) expect(b[t]).toEqual(tree);
}

describe('tree kernels', () => {
  it('a rebuild gives the committed bytes', ({ skip }) => {
    if (!existsSync(join(kernels, 'node_modules'))) skip('no compiler: npm ci --prefix core/models/trees/kernels');
    const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
    try {
      const rebuilt = join(folder, 'kernels.wasm');
      execFileSync(process.execPath, [join(kernels, 'build.mjs'), rebuilt]);
      expect(readFileSync(rebuilt).equals(readFileSync(join(kernels, 'kernels.wasm')))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('runs WebAssembly on this machine', () => {
    expect(bestKernelKind()).toBe('wasm');
  });

  for (const objective of ['logistic', 'squared', 'poisson', 'tweedie', 'cox'] as const) {
    it(`plain JavaScript grows the same ${objective} trees, missing values, categories and weights included`, () => {
      const training = syntheticTraining({ rows: 3001, objective });
      expectSame(trainTrees({ ...training, kernels: 'wasm' }), trainTrees({ ...training, kernels: 'plain' }));
    });
  }

  for (const constrained of booleans) {
    it(`two and three threads grow the same trees as one${constrained ? ', with monotone constraints' : ''}`, () => {
      const training = syntheticTraining({ rows: 40_001, objective: 'logistic', constrained });
      const one = trainTrees(training);
      expectSame(one, trainTrees({ ...training, threads: 2 }));
      expectSame(one, trainTrees({ ...training, threads: 3 }));
    });
  }

  it('threads and plain JavaScript agree with row and column sampling', () => {
    const sampled = {
      ...syntheticTraining({ rows: 20_000, objective: 'logistic' }),
      rowSampling: { kind: 'fraction', fraction: 0.7 },
      featuresPerTree: 6,
      featuresPerNode: 0,
    } as const;
    const one = trainTrees(sampled);
    expectSame(one, trainTrees({ ...sampled, threads: 2 }));
    expectSame(one, trainTrees({ ...sampled, threads: 2, kernels: 'plain' }));
  });

  it('deep bootstrap trees stay within their histograms', () => {
    const training = syntheticTraining({ rows: 9000, objective: 'squared' });
    const deep = {
      ...training,
      rowSampling: { kind: 'bootstrap' },
      featuresPerNode: 3,
      maxDepth: 24,
      minHessian: 1,
      trees: 3,
    } as const;
    expectSame(trainTrees(deep), trainTrees({ ...deep, kernels: 'plain' }));
  });

  it('deals whole blocks of rows to threads, each row once', () => {
    for (const [paddedRows, threads] of [
      [4, 1],
      [40_000, 2],
      [100_000, 7],
    ] as const) {
      const spans = Array.from({ length: threads }, (_, thread) => rowsOf({ paddedRows, threads }, thread));
      expect(spans[0]?.[0]).toBe(0);
      expect(spans.at(-1)?.[1]).toBe(paddedRows);
      for (let k = 1; k < threads; k += 1) expect(spans[k]?.[0]).toBe(spans[k - 1]?.[1]);
    }
    expect(poolSlots(32, 6)).toBe(32);
  });
});
