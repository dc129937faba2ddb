import { describe, expect, it } from 'vitest';
import { auc } from '../../core/evaluation/classification.ts';
import { seededRandom } from '../../core/math/random.ts';
import { balanced } from '../../core/models/churn/imbalance.ts';
import { MEMBERS } from '../../core/models/churn/members.ts';
import { trainMember } from '../../core/models/churn/out-of-fold.ts';
import { smote } from '../../core/models/churn/smote.ts';
import { stratifiedFolds } from '../../core/models/churn/stratified-folds.ts';
import type { TreeRow } from '../../core/models/trees/table.ts';
import { churnFeatures, inventedCustomers } from '../support/churn.ts';

const rows = inventedCustomers(400);
const events = rows.filter(({ label }) => label === 1);

describe('SMOTE', () => {
  const filled = smote(rows, churnFeatures, seededRandom(1));
  const invented = filled.slice(rows.length);

  it('keeps the rows and adds as many of the rarer outcome as are missing', () => {
    expect(filled.slice(0, rows.length)).toEqual(rows);
    expect(filled.filter(({ label }) => label === 1)).toHaveLength(rows.length - events.length);
    expect(invented.every(({ label }) => label === 1)).toBe(true);
  });

  it('invents numbers between those of the class, and only categories that it has', () => {
    for (const f of [0, 1, 3]) {
      const known = events.map(({ values }) => values[f]).filter((value) => typeof value === 'number');
      const made = invented.map(({ values }) => values[f]).filter((value) => typeof value === 'number');
      expect(Math.min(...made)).toBeGreaterThanOrEqual(Math.min(...known));
      expect(Math.max(...made)).toBeLessThanOrEqual(Math.max(...known));
    }
    const plans = new Set(events.map(({ values }) => values[2]));
    expect(invented.every(({ values }) => plans.has(values[2]))).toBe(true);
    expect(new Set(invented.map(({ values }) => values[0])).size).toBeGreaterThan(100);
  });

  it('lies on the line between two neighbours where there are just two', () => {
    const few: TreeRow[] = [
      { values: [0, 10], label: 1 },
      { values: [4, 20], label: 1 },
      ...Array.from({ length: 10 }, (_, i) => ({ values: [i, 0], label: 0 })),
    ];
    const features = ['a', 'b'].map((name) => ({ name, kind: 'number' as const }));
    const made = smote(few, features, seededRandom(1)).slice(few.length);
    expect(made).toHaveLength(8);
    for (const { values } of made) {
      const [a, b] = values as number[];
      expect(b).toBeCloseTo(10 + 2.5 * (a as number), 9);
    }
  });

  it('is the same by the same seed, and leaves equal classes and a single leaver alone', () => {
    expect(smote(rows, churnFeatures, seededRandom(1))).toEqual(filled);
    const single = [...rows.filter(({ label }) => label === 0), events[0] as TreeRow];
    expect(smote(single, churnFeatures, seededRandom(1))).toBe(single);
    expect(smote(filled, churnFeatures, seededRandom(1))).toBe(filled);
  });
});

describe('class weights', () => {
  it('make both outcomes weigh the same, and all rows as much as before', () => {
    const weighed = balanced(rows, churnFeatures, 'class-weights', seededRandom(1));
    const sum = (label: number) =>
      weighed.filter((row) => row.label === label).reduce((total, { weight = 1 }) => total + weight, 0);
    expect(sum(1)).toBeCloseTo(200, 9);
    expect(sum(0)).toBeCloseTo(200, 9);
  });
});

/**
 * The mistake to guard against: filling up the rarer outcome before the fold is set apart, so that rows invented from those of the
 * fold are learned from. Where nothing tells who leaves, an honest AUC is one half; the mistake makes it far better.
 */
describe('SMOTE stays inside the training folds', () => {
  const noise = inventedCustomers(400, { seed: 3, signal: 0 });
  const forest = MEMBERS.find(({ name }) => name === 'random-forest') as (typeof MEMBERS)[number];
  const context = { features: churnFeatures, random: seededRandom(2), threads: 1 };
  const labels = (of: readonly TreeRow[]) => of.map(({ label = 0 }) => label);

  it.each(MEMBERS.map((member) => [member.name, member] as const))('%s finds nothing where nothing is', (_, member) => {
    const folds = stratifiedFolds(labels(noise), 4, seededRandom(1));
    const { outOfFold } = trainMember(member, noise, folds, { ...context, imbalance: 'smote' });
    expect(Math.abs(auc(outOfFold, labels(noise)) - 0.5)).toBeLessThan(0.08);
  });

  it('and would be seen if it did not: filled up before the split, a forest ranks the invented', () => {
    const leaked = smote(noise, churnFeatures, seededRandom(1));
    const folds = stratifiedFolds(labels(leaked), 4, seededRandom(1));
    const { outOfFold } = trainMember(forest, leaked, folds, { ...context, imbalance: 'none' });
    expect(auc(outOfFold, labels(leaked))).toBeGreaterThan(0.75);
  });

  it('nor are out-of-bag predictions used with it: a row left out of a tree has invented neighbours in it', () => {
    const folds = stratifiedFolds(labels(noise), 4, seededRandom(1));
    const { fitted, outOfFold } = trainMember(forest, noise, folds, { ...context, imbalance: 'smote' });
    expect(outOfFold).toHaveLength(noise.length);
    expect(outOfFold).not.toEqual(fitted.outOfBag?.slice(0, noise.length));
  });
});
