import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { auc } from '../../core/evaluation/classification.ts';
import { seededRandom } from '../../core/math/random.ts';
import { type GradientBoostingOptions, gradientBoosting } from '../../core/models/trees/gradient-boosting.ts';
import type { FeatureSpec, TreeRow, TreeValue } from '../../core/models/trees/table.ts';

const features: readonly FeatureSpec[] = [
  { name: 'tenure', kind: 'number' },
  { name: 'spend', kind: 'number' },
  { name: 'plan', kind: 'category' },
];

const options = (changes: Partial<GradientBoostingOptions> = {}): GradientBoostingOptions => ({
  features,
  objective: 'logistic',
  trees: 20,
  maxDepth: 3,
  learningRate: 0.3,
  lambda: 1,
  minHessian: 1,
  rowFraction: 1,
  featureFraction: 1,
  random: seededRandom(1),
  ...changes,
});

/** Invented customers: risk falls with tenure, depends on the plan, and spend may be missing. */
function customers(count: number, seed = 5): readonly TreeRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const tenure = Math.floor(random.next() * 60);
    const spend = random.next() < 0.2 ? null : random.next() * 100;
    const plan = ['basic', 'plus', 'pro'][Math.floor(random.next() * 3)] as string;
    const margin = logOdds([tenure, spend, plan]);
    return { values: [tenure, spend, plan], label: random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0 };
  });
}

/** The truth behind the invented customers. */
function logOdds([tenure, spend, plan]: readonly TreeValue[]): number {
  return 1 - Number(tenure) / 20 + (plan === 'plus' ? 1.5 : 0) + (spend === null ? 1 : 0);
}

const withValue = (rows: readonly TreeRow[], row: number, f: number, value: TreeValue): readonly TreeRow[] =>
  rows.map((given, i) => (i === row ? { ...given, values: given.values.with(f, value) } : given));

function faultOf(action: () => unknown): DataError['fault'] {
  try {
    action();
  } catch (error) {
    if (error instanceof DataError) return error.fault;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('gradient boosting refuses', () => {
  const rows = customers(50);

  it('text in a number column, naming row and field', () => {
    const fault = faultOf(() => gradientBoosting.fit(withValue(rows, 7, 1, 'twelve'), options()));
    expect(fault).toMatchObject({ row: 7, field: 'spend', found: 'text of 6 characters' });
  });

  it('an infinite number', () => {
    const fault = faultOf(() => gradientBoosting.fit(withValue(rows, 3, 0, Number.POSITIVE_INFINITY), options()));
    expect(fault).toMatchObject({ row: 3, field: 'tenure', found: 'Infinity' });
  });

  it('a row that is too short', () => {
    const short = rows.map((row, i) => (i === 4 ? { ...row, values: [1] } : row));
    expect(faultOf(() => gradientBoosting.fit(short, options()))).toMatchObject({
      row: 4,
      field: 'values',
      found: '1',
    });
  });

  for (const label of [Number.NaN, 2, -1, undefined]) {
    it(`the label ${label}`, () => {
      const spoilt = rows.map(({ values }, i) =>
        i === 9 ? { values, ...(label !== undefined && { label }) } : { values, label: i % 2 },
      );
      expect(faultOf(() => gradientBoosting.fit(spoilt, options()))).toMatchObject({
        row: 9,
        field: 'label',
        expected: '0 or 1',
      });
    });
  }

  it('a negative count for Poisson and a duration of 0 for Cox', () => {
    const counted = rows.map((row, i) => ({ ...row, label: i === 2 ? -1 : i }));
    expect(faultOf(() => gradientBoosting.fit(counted, options({ objective: 'poisson' })))).toMatchObject({ row: 2 });
    const lasting = rows.map((row, i) => ({ ...row, label: i }));
    expect(faultOf(() => gradientBoosting.fit(lasting, options({ objective: 'cox' })))).toMatchObject({ row: 0 });
  });

  it('a negative weight', () => {
    const spoilt = rows.map((row, i) => (i === 1 ? { ...row, weight: -1 } : row));
    expect(faultOf(() => gradientBoosting.fit(spoilt, options()))).toMatchObject({ row: 1, field: 'weight' });
  });

  it('one class, one row and no rows', () => {
    expect(() =>
      gradientBoosting.fit(
        rows.map((row) => ({ ...row, label: 1 })),
        options(),
      ),
    ).toThrow(NotFittedError);
    expect(() => gradientBoosting.fit(rows.slice(0, 1), options())).toThrow(NotFittedError);
    expect(() => gradientBoosting.fit([], options())).toThrow(NotFittedError);
  });

  for (const [field, changes] of [
    ['trees', { trees: 0 }],
    ['maxDepth', { maxDepth: 2.5 }],
    ['learningRate', { learningRate: 0 }],
    ['lambda', { lambda: Number.NaN }],
    ['minHessian', { minHessian: -1 }],
    ['rowFraction', { rowFraction: 1.5 }],
    ['featureFraction', { featureFraction: 0 }],
    ['tweediePower', { tweediePower: 2 }],
    ['threads', { threads: 0 }],
    ['features', { features: [] }],
    ['features', { features: [...features.slice(0, 2), { name: 'plan', kind: 'category', monotone: 1 }] }],
    ['classWeights', { classWeights: 'balanced', objective: 'squared' }],
  ] as const) {
    it(`the options ${JSON.stringify(changes)}`, () => {
      expect(faultOf(() => gradientBoosting.fit(rows, options(changes))).field).toBe(field);
    });
  }

  it('an artifact of another model or version', () => {
    const artifact = gradientBoosting.fit(rows, options()).save();
    expect(() => gradientBoosting.load({ ...artifact, model: 'logistic' } as unknown as Json)).toThrow(DataError);
    expect(() => gradientBoosting.load({ ...artifact, formatVersion: 2 } as unknown as Json)).toThrow(DataError);
    expect(() => gradientBoosting.load(null)).toThrow(DataError);
  });
});

describe('gradient boosting', () => {
  const rows = customers(2000);
  const model = gradientBoosting.fit(rows, options());

  it('learns numbers, a category and a missing value', () => {
    const fresh = customers(2000, 6);
    const labels = fresh.map(({ label = 0 }) => label);
    const best = auc(
      fresh.map(({ values }) => logOdds(values)),
      labels,
    );
    expect(auc(model.predict(fresh), labels)).toBeGreaterThan(best - 0.015);
    const [missing = 0, given = 0] = model.predict([{ values: [30, null, 'basic'] }, { values: [30, 50, 'basic'] }]);
    expect(missing).toBeGreaterThan(given);
  });

  it('says the same after save and load, one at a time or together, in any order', () => {
    const loaded = gradientBoosting.load(JSON.parse(JSON.stringify(model.save())));
    const predictions = model.predict(rows);
    expect(loaded.predict(rows)).toEqual(predictions);
    expect(rows.slice(0, 100).map((row) => model.predict([row])[0])).toEqual(predictions.slice(0, 100));
    expect(model.predict(rows.toReversed())).toEqual(predictions.toReversed());
    expect(predictions.every((p) => p > 0 && p < 1)).toBe(true);
  });

  it('gives the same model for any order of the rows', () => {
    expect(gradientBoosting.fit(rows.toReversed(), options()).ensemble).toEqual(model.ensemble);
  });

  it('gives the same model for the same seed, another for another', () => {
    const sampled = (seed: number) =>
      gradientBoosting.fit(rows, options({ rowFraction: 0.5, featureFraction: 0.7, random: seededRandom(seed) }));
    expect(sampled(3).ensemble).toEqual(sampled(3).ensemble);
    expect(sampled(3).ensemble).not.toEqual(sampled(4).ensemble);
  });

  it('leaves its rows untouched', () => {
    const frozen = customers(100).map((row) => Object.freeze({ ...row, values: Object.freeze([...row.values]) }));
    expect(() => gradientBoosting.fit(frozen, options())).not.toThrow();
  });

  it('treats a category never seen as missing and says so without quoting it', () => {
    const unseen = [{ values: [10, 20, 'Platinum'] }];
    expect(model.predict(unseen)).toEqual(model.predict([{ values: [10, 20, null] }]));
    const [notice] = model.notices(unseen);
    expect(notice).toMatchObject({ row: 0, field: 'plan' });
    expect(notice?.message).not.toContain('Platinum');
    expect(model.notices(rows)).toEqual([]);
  });

  it('warns of a constant column and of too many categories', () => {
    const spoilt = rows.map((row, i) => ({ ...row, values: [5, row.values[1], `plan ${i % 300}`] }));
    const { warnings } = gradientBoosting.fit(spoilt, options()).diagnostics;
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('plan has 300 categories');
    expect(warnings[1]).toContain('tenure has the same value in every row');
  });

  it('counts a row of weight 2 as two rows', () => {
    const few = customers(300);
    const weighted = few.map((row, i) => ({ ...row, weight: i < 100 ? 2 : 1 }));
    const doubled = [...few, ...few.slice(0, 100)];
    const a = gradientBoosting.fit(weighted, options()).predict(few);
    const b = gradientBoosting.fit(doubled, options()).predict(few);
    for (const [i, p] of a.entries()) expect(p).toBeCloseTo(b[i] as number, 4);
  });

  it('balanced class weights move the mean to one half', () => {
    const rare = customers(3000).filter(({ label }, i) => label === 0 || i % 8 === 0);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const share = mean(rare.map(({ label = 0 }) => label));
    expect(share).toBeLessThan(0.25);
    expect(mean(gradientBoosting.fit(rare, options()).predict(rare))).toBeCloseTo(share, 2);
    const balanced = gradientBoosting.fit(rare, options({ classWeights: 'balanced' })).predict(rare);
    expect(mean(balanced)).toBeGreaterThan(2 * share);
  });

  it('holds to monotone constraints that the data break', () => {
    const constrained = features.map((spec): FeatureSpec => (spec.name === 'tenure' ? { ...spec, monotone: 1 } : spec));
    const rising = gradientBoosting.fit(rows, options({ features: constrained, maxDepth: 5 }));
    for (const [spend, plan] of [
      [null, 'plus'],
      [10, 'basic'],
      [90, 'pro'],
    ] as const) {
      const path = rising.predict(Array.from({ length: 60 }, (_, tenure) => ({ values: [tenure, spend, plan] })));
      for (let k = 1; k < path.length; k += 1) expect(path[k]).toBeGreaterThanOrEqual(path[k - 1] as number);
    }
  });

  it('early stopping keeps the trees up to the best and no more', () => {
    const noise = customers(600).map((row, i) => ({ ...row, label: (i * 7919) % 2 }));
    const stopped = gradientBoosting.fit(noise, options({ trees: 200, earlyStopping: { fraction: 0.3, rounds: 5 } }));
    expect(stopped.ensemble.trees.length).toBeLessThan(50);
    expect(stopped.diagnostics.iterations).toBe(stopped.ensemble.trees.length);
    expect(() =>
      gradientBoosting.fit(noise.slice(0, 2), options({ earlyStopping: { fraction: 0.1, rounds: 5 } })),
    ).toThrow(NotFittedError);
  });

  it('fits means of counts and of money with many zeros', () => {
    const random = seededRandom(8);
    const counted = customers(3000, 9).map((row) => {
      const mean = Number(row.values[0]) < 20 ? 4 : 0.5;
      return { ...row, label: random.next() < 0.5 ? 0 : Math.floor(random.next() * mean * 4) };
    });
    // Tweedie weighs large amounts less, so that its sum need not be met.
    for (const [objective, off] of [
      ['poisson', 0.02],
      ['squared', 0.01],
      ['tweedie', 0.1],
    ] as const) {
      const fitted = gradientBoosting.fit(counted, options({ objective, trees: 60 }));
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const ratio = sum(fitted.predict(counted)) / sum(counted.map(({ label }) => label));
      expect(Math.abs(ratio - 1)).toBeLessThan(off);
    }
  });

  it('ranks those who leave early above those who stay, by Cox, with customers still there', () => {
    const random = seededRandom(10);
    const lasting = customers(1500, 11).map((row) => {
      const rate = Number(row.values[0]) < 20 ? 3 : 0.5;
      const time = -Math.log(1 - random.next()) / rate;
      return { ...row, label: time > 1 ? -1 : Math.max(time, 1e-3) };
    });
    const hazards = gradientBoosting.fit(lasting, options({ objective: 'cox' })).predict(lasting);
    expect(
      auc(
        hazards,
        lasting.map(({ values }) => (Number(values[0]) < 20 ? 1 : 0)),
      ),
    ).toBeGreaterThan(0.95);
  });
});
