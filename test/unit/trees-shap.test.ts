import { describe, expect, it } from 'vitest';
import { interventionalTreeShap, type TreeContributions, treeShap } from '../../core/explain/tree-shap.ts';
import { trainTrees } from '../../core/models/trees/boost.ts';
import { scorerOf } from '../../core/models/trees/scorer.ts';
import { childOf, leafOf, type Tree, type TreeEnsemble } from '../../core/models/trees/tree.ts';
import { syntheticTraining } from '../support/trees.ts';

function ensembleOf(changes: { maxDepth?: number; trees?: number } = {}): {
  ensemble: TreeEnsemble;
  values: Float32Array;
} {
  const training = { ...syntheticTraining({ rows: 1200, objective: 'logistic' }), ...changes };
  const { table, objective, tweediePower } = training;
  const ensemble = {
    features: table.features,
    objective,
    tweediePower,
    baseMargin: -0.25,
    trees: trainTrees(training),
  };
  return { ensemble, values: table.values };
}

/** Shapley's formula itself, over all sets of the features. */
function bruteForce(width: number, value: (known: ReadonlySet<number>) => number): readonly number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let mask = 0; mask < 1 << width; mask += 1) {
      if (mask & (1 << i)) continue;
      const set = new Set(Array.from({ length: width }, (_unused, f) => f).filter((f) => mask & (1 << f)));
      const weight = (factorial(set.size) * factorial(width - set.size - 1)) / factorial(width);
      sum += weight * (value(new Set([...set, i])) - value(set));
    }
    return sum;
  });
}

/** The tree's mean when only some features are known: at the others, both ways, by the share of training rows. */
function expectation(tree: Tree, row: Float32Array, known: ReadonlySet<number>, node = 0): number {
  const feature = tree.feature[node] as number;
  if (feature < 0) return tree.value[node] as number;
  if (known.has(feature)) return expectation(tree, row, known, childOf(tree, node, row[feature] as number));
  const total = tree.cover[node] as number;
  return [tree.left[node] as number, tree.right[node] as number].reduce(
    (sum, child) => sum + ((tree.cover[child] as number) / total) * expectation(tree, row, known, child),
    0,
  );
}

const row = (contributions: TreeContributions, i: number, width: number) =>
  Array.from(contributions.contributions.subarray(i * width, (i + 1) * width));

describe('TreeSHAP', () => {
  const { ensemble, values } = ensembleOf();
  const width = ensemble.features.length;

  it('path-dependent equals the sum over all sets of features', () => {
    const shap = treeShap(ensemble, values, 12);
    for (let i = 0; i < 12; i += 1) {
      const x = values.subarray(i * width, (i + 1) * width);
      const brute = bruteForce(width, (known) =>
        ensemble.trees.reduce((sum, tree) => sum + expectation(tree, x, known), 0),
      );
      for (const [f, value] of row(shap, i, width).entries()) expect(value).toBeCloseTo(brute[f] as number, 7);
    }
  });

  it('interventional equals the sum over all sets of features, replaced by background rows', () => {
    const background = values.subarray(100 * width, 110 * width);
    const shap = interventionalTreeShap(ensemble, values, 12, background, 10);
    for (let i = 0; i < 12; i += 1) {
      const brute = bruteForce(width, (known) => {
        let sum = 0;
        for (let b = 0; b < 10; b += 1) {
          const mixed = background.slice(b * width, (b + 1) * width);
          for (const f of known) mixed[f] = values[i * width + f] as number;
          for (const tree of ensemble.trees) sum += (tree.value[leafOf(tree, mixed, 0)] as number) / 10;
        }
        return sum;
      });
      for (const [f, value] of row(shap, i, width).entries()) expect(value).toBeCloseTo(brute[f] as number, 10);
    }
  });

  it('both add up to the margin within 1e-9, and the interventional baseline is the background mean', () => {
    const margins = scorerOf(ensemble).margins(values, 500);
    const background = values.subarray(200 * width, 300 * width);
    const interventional = interventionalTreeShap(ensemble, values, 500, background, 100);
    for (const shap of [treeShap(ensemble, values, 500), interventional]) {
      for (let i = 0; i < 500; i += 1) {
        const sum = row(shap, i, width).reduce((total, value) => total + value, shap.baseline);
        expect(Math.abs(sum - (margins[i] as number))).toBeLessThan(1e-9);
      }
    }
    const mean = scorerOf(ensemble)
      .margins(background, 100)
      .reduce((sum, margin) => sum + margin / 100, 0);
    expect(interventional.baseline).toBeCloseTo(mean, 12);
  });

  it('a feature that no tree asks gets exactly 0', () => {
    const shap = treeShap(ensemble, values, 50);
    // Feature f is constant.
    for (let i = 0; i < 50; i += 1) expect(shap.contributions[i * width + 5]).toBe(0);
  });

  it('a single leaf explains nothing and is the baseline', () => {
    const leaf: Tree = {
      feature: Int32Array.of(-1),
      threshold: Float32Array.of(0),
      left: Int32Array.of(-1),
      right: Int32Array.of(-1),
      missingLeft: Uint8Array.of(0),
      value: Float32Array.of(0.5),
      gain: Float32Array.of(0),
      cover: Float32Array.of(10),
      goesRight: new Map(),
    };
    const shap = treeShap({ ...ensemble, trees: [leaf] }, values, 2);
    expect(shap.baseline).toBe(0.25);
    expect(Array.from(shap.contributions)).toEqual(new Array(2 * width).fill(0));
  });

  it('paths of more features than tables are kept for add up too', () => {
    const wide = 14;
    const nodes = 2 * wide + 1;
    const inner = (node: number) => node % 2 === 0 && node < nodes - 1;
    // A chain: node 2k asks feature k; right is a leaf, left goes on.
    const chain: Tree = {
      feature: Int32Array.from({ length: nodes }, (_, node) => (inner(node) ? node / 2 : -1)),
      threshold: new Float32Array(nodes).fill(0.5),
      left: Int32Array.from({ length: nodes }, (_, node) => (inner(node) ? node + 2 : -1)),
      right: Int32Array.from({ length: nodes }, (_, node) => (inner(node) ? node + 1 : -1)),
      missingLeft: new Uint8Array(nodes),
      value: Float32Array.from({ length: nodes }, (_, node) => Math.sin(node)),
      gain: new Float32Array(nodes),
      cover: Float32Array.from({ length: nodes }, (_, node) => 2 ** -Math.ceil(node / 2)),
      goesRight: new Map(),
    };
    const features = Array.from({ length: wide }, (_, f) => ({ name: `f${f}`, kind: 'number' as const }));
    const deep = { ...ensemble, features, trees: [chain] };
    const x = Float32Array.from({ length: 3 * wide }, (_, k) => (k % 5 === 0 ? 1 : 0));
    const shap = treeShap(deep, x, 3);
    const margins = scorerOf(deep).margins(x, 3);
    for (let i = 0; i < 3; i += 1) {
      const sum = row(shap, i, wide).reduce((total, value) => total + value, shap.baseline);
      expect(sum).toBeCloseTo(margins[i] as number, 10);
    }
  });
});
