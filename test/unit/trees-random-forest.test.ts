import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { auc } from '../../core/evaluation/classification.ts';
import { seededRandom } from '../../core/math/random.ts';
import { permutationImportance } from '../../core/models/trees/permutation-importance.ts';
import { type RandomForestOptions, randomForest } from '../../core/models/trees/random-forest.ts';
import type { TreeRow } from '../../core/models/trees/table.ts';

const options = (changes: Partial<RandomForestOptions> = {}): RandomForestOptions => ({
  features: ['signal', 'weak', 'noise'].map((name) => ({ name, kind: 'number' })),
  predicts: 'probability',
  trees: 60,
  maxDepth: 12,
  minLeaf: 3,
  featuresPerNode: 2,
  random: seededRandom(2),
  ...changes,
});

function customers(count: number, seed: number): readonly TreeRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const values = [random.next() * 6 - 3, random.next() * 6 - 3, random.next()];
    const margin = 1.2 * (values[0] as number) + 0.4 * (values[1] as number);
    return { values, label: random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0 };
  });
}

const labelsOf = (rows: readonly TreeRow[]) => rows.map(({ label = 0 }) => label);

describe('random forest', () => {
  const rows = customers(1500, 3);
  const fresh = customers(1500, 4);
  const forest = randomForest.fit(rows, options());

  it('refuses bad options, one class and another model', () => {
    expect(() => randomForest.fit(rows, options({ minLeaf: 0 }))).toThrow(DataError);
    expect(() => randomForest.fit(rows, options({ featuresPerNode: 0 }))).toThrow(DataError);
    expect(() =>
      randomForest.fit(
        rows.map((row) => ({ ...row, label: 0 })),
        options(),
      ),
    ).toThrow(NotFittedError);
    const other = { ...forest.save(), model: 'gradient-boosting' };
    expect(() => randomForest.load(other as unknown as Json)).toThrow(DataError);
  });

  it('its out-of-bag predictions are as good as those on fresh rows, and worse than on its own', () => {
    const outOfBag = auc(forest.outOfBag, labelsOf(rows));
    const truly = auc(forest.predict(fresh), labelsOf(fresh));
    const own = auc(forest.predict(rows), labelsOf(rows));
    expect(forest.outOfBag.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(Math.abs(outOfBag - truly)).toBeLessThan(0.03);
    expect(own - outOfBag).toBeGreaterThan(0.05);
  });

  it('says so when rows were in every bag', () => {
    const few = randomForest.fit(rows, options({ trees: 1 }));
    expect(few.outOfBag.some(Number.isNaN)).toBe(true);
    expect(few.diagnostics.warnings.join()).toContain('grow more trees');
    expect(forest.diagnostics.warnings).toEqual([]);
  });

  it('says the same after save and load and for the same seed', () => {
    const loaded = randomForest.load(JSON.parse(JSON.stringify(forest.save())));
    expect(loaded.predict(fresh)).toEqual(forest.predict(fresh));
    expect(randomForest.fit(rows, options()).ensemble).toEqual(forest.ensemble);
  });

  it('predicts means beyond 0 and 1 when asked for', () => {
    const money = rows.map((row) => ({ ...row, label: 100 + 10 * Number(row.values[0]) }));
    const [low = 0, high = 0] = randomForest
      .fit(money, options({ predicts: 'mean' }))
      .predict([{ values: [-2.5, 0, 0.5] }, { values: [2.5, 0, 0.5] }]);
    expect(low).toBeGreaterThan(70);
    expect(low).toBeLessThan(80);
    expect(high).toBeGreaterThan(120);
    expect(high).toBeLessThan(130);
  });

  it('permutation importance ranks the features, and the interval of noise holds 0 or less', () => {
    const importance = permutationImportance({
      rows: fresh,
      features: ['signal', 'weak', 'noise'],
      repeats: 8,
      random: seededRandom(5),
      predict: forest.predict,
      score: auc,
    });
    expect(importance.map(({ feature }) => feature)).toEqual(['signal', 'weak', 'noise']);
    const [signal, weak, noise] = importance;
    expect(signal?.low).toBeGreaterThan(0.1);
    expect(weak?.low).toBeGreaterThan(0.005);
    expect(noise?.low).toBeLessThan(0.003);
    for (const { low, mean, high } of importance) expect(low <= mean && mean <= high).toBe(true);
    expect(() =>
      permutationImportance({
        rows,
        features: [],
        repeats: 1,
        random: seededRandom(1),
        predict: forest.predict,
        score: auc,
      }),
    ).toThrow(RangeError);
  });
});
