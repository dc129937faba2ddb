import { describe, expect, it } from 'vitest';
import { trainTrees } from '../../core/models/trees/boost.ts';
import { scorerOf } from '../../core/models/trees/scorer.ts';
import { leafOf } from '../../core/models/trees/tree.ts';
import { syntheticTraining } from '../support/trees.ts';

/** Gradient and hessian of the logistic loss at margin 0. */
const derivatives = (label: number, weight: number) => ({ g: (0.5 - label) * weight, h: 0.25 * weight });

describe('splits', () => {
  it('the root takes the best of all thresholds, missing sides and category subsets in order', () => {
    const training = { ...syntheticTraining({ rows: 180, objective: 'logistic' }), trees: 1, maxDepth: 1, lambda: 1 };
    const { table, labels, weights, lambda, minHessian } = training;
    const width = table.features.length;
    const sums = (inside: (row: number) => boolean) => {
      let g = 0;
      let h = 0;
      for (let row = 0; row < table.rows; row += 1) {
        if (!inside(row)) continue;
        const d = derivatives(labels[row] as number, weights[row] as number);
        g += d.g;
        h += d.h;
      }
      return { g, h };
    };
    const all = sums(() => true);
    const score = ({ g, h }: { g: number; h: number }) => (g * g) / (h + lambda);
    let best = 0;
    const consider = (goesLeft: (row: number) => boolean) => {
      const left = sums(goesLeft);
      const right = { g: all.g - left.g, h: all.h - left.h };
      if (left.h < minHessian || right.h < minHessian) return;
      best = Math.max(best, score(left) + score(right) - score(all));
    };
    for (const [f, feature] of table.features.entries()) {
      const value = (row: number) => table.values[row * width + f] as number;
      const present = Array.from({ length: table.rows }, (_, row) => value(row)).filter((x) => !Number.isNaN(x));
      let order = [...new Set(present)].sort((a, b) => a - b);
      if (feature.kind === 'category') {
        const rank = (code: number) => {
          const { g, h } = sums((row) => value(row) === code);
          return g / (h + lambda);
        };
        order = order.sort((a, b) => rank(a) - rank(b));
      }
      for (let k = 1; k <= order.length; k += 1) {
        const left = new Set(order.slice(0, k));
        consider((row) => left.has(value(row)));
        consider((row) => left.has(value(row)) || Number.isNaN(value(row)));
      }
    }
    const [tree] = trainTrees(training);
    // The quantised sums are within 1e-6 of the true ones.
    expect(tree?.gain[0]).toBeCloseTo(best, 4);
  });

  it('leaf weights are -G / (H + lambda) times the learning rate, and covers sum to the hessians', () => {
    const training = { ...syntheticTraining({ rows: 500, objective: 'logistic' }), trees: 1 };
    const { table, labels, weights, lambda, learningRate } = training;
    const [tree] = trainTrees(training);
    if (!tree) throw new Error('No tree was grown.');
    const sums = new Map<number, { g: number; h: number }>();
    for (let row = 0; row < table.rows; row += 1) {
      const leaf = leafOf(tree, table.values, row * table.features.length);
      const { g, h } = derivatives(labels[row] as number, weights[row] as number);
      const sum = sums.get(leaf) ?? { g: 0, h: 0 };
      sums.set(leaf, { g: sum.g + g, h: sum.h + h });
    }
    expect(sums.size).toBeGreaterThan(5);
    for (const [leaf, { g, h }] of sums) {
      expect(tree.value[leaf]).toBeCloseTo((-g / (h + lambda)) * learningRate, 5);
      expect(tree.cover[leaf]).toBeCloseTo(h, 4);
    }
  });

  it('training margins are what the finished trees score', () => {
    for (const rows of [500, 501, 502, 503]) {
      const training = syntheticTraining({ rows, objective: 'logistic' });
      let last = new Float32Array(0);
      const trees = trainTrees({
        ...training,
        afterTree: (_tree, margins) => {
          last = margins.slice();
          return true;
        },
      });
      const { table, objective, tweediePower, baseMargin } = training;
      const scored = scorerOf({ features: table.features, objective, tweediePower, baseMargin, trees }).margins(
        table.values,
        rows,
      );
      for (const [row, margin] of scored.entries()) expect(last[row]).toBeCloseTo(margin, 4);
    }
  });

  it('block scoring equals walking row by row, bit by bit, blocks with missing values among others', () => {
    const training = syntheticTraining({ rows: 2000, objective: 'logistic' });
    const numeric = training.table.features.slice(0, 6);
    const values = new Float32Array(2000 * 6);
    for (let row = 0; row < 2000; row += 1) values.set(training.table.values.subarray(row * 7, row * 7 + 6), row * 6);
    const trees = trainTrees({
      ...training,
      table: { features: numeric, rows: 2000, values },
      monotone: [0, 0, 0, 0, 0, 0],
    });
    // The first rows have nothing missing, so that blocks of both kinds occur.
    const given = values.map((value, k) => (k < 1000 * 6 && Number.isNaN(value) ? 0.5 : value));
    const scorer = scorerOf({ features: numeric, objective: 'logistic', tweediePower: 1.5, baseMargin: 0.1, trees });
    const together = scorer.margins(given, 2000);
    for (let row = 0; row < 2000; row += 1) {
      expect(scorer.margins(given.subarray(row * 6, row * 6 + 6), 1)[0]).toBe(together[row]);
    }
  });
});
