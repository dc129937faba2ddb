import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import { auc } from '../../core/evaluation/classification.ts';
import { seededRandom } from '../../core/math/random.ts';
import { CHURN_MODELS, churnClassifier } from '../../core/models/churn/churn-classifier.ts';
import { oddsRatios } from '../../core/models/churn/odds-ratios.ts';
import { fitStack, stackedLogOdds } from '../../core/models/churn/stacking.ts';
import { tableLogistic } from '../../core/models/churn/table-logistic.ts';
import type { TreeRow } from '../../core/models/trees/table.ts';
import { churnFeatures, inventedCustomers } from '../support/churn.ts';

const rows = inventedCustomers(600);
const later = inventedCustomers(600, { seed: 2 });
const labels = later.map(({ label = 0 }) => label);

const options = (model: (typeof CHURN_MODELS)[number], seed = 1) => ({
  model,
  features: churnFeatures,
  imbalance: 'class-weights' as const,
  calibration: 'platt' as const,
  random: seededRandom(seed),
  threads: 1,
});

describe.each(CHURN_MODELS)('the churn model %s', (model) => {
  const fitted = churnClassifier.fit(rows, options(model));

  it('ranks customers that it has not seen, with probabilities that come true', () => {
    const said = fitted.predict(later);
    expect(auc(said, labels)).toBeGreaterThan(0.85);
    const mean = said.reduce((sum, each) => sum + each, 0) / said.length;
    const share = labels.reduce((sum, each) => sum + each, 0) / labels.length;
    expect(Math.abs(mean - share)).toBeLessThan(0.05);
    expect(said.every((each) => each > 0 && each < 1)).toBe(true);
  });

  it('is the same by the same seed, and after it was saved as JSON and loaded', () => {
    expect(churnClassifier.fit(rows, options(model)).save()).toEqual(fitted.save());
    const loaded = churnClassifier.load(JSON.parse(JSON.stringify(fitted.save())) as Json);
    expect(loaded.predict(later)).toEqual(fitted.predict(later));
    expect(loaded.save()).toEqual(fitted.save());
    expect(loaded.threshold).toBe(fitted.threshold);
    expect(loaded.outOfFold).toEqual([]);
  });

  it('says of a row the same, whoever is asked about with it', () => {
    expect(fitted.predict(later.slice(3, 5))).toEqual(fitted.predict(later).slice(3, 5));
    expect(fitted.predict([])).toEqual([]);
  });

  it('takes a category never seen and missing values, and says so', () => {
    const strange: TreeRow = { values: [10, 2, 'lifetime', null] };
    expect(fitted.predict([strange])[0]).toBeGreaterThan(0);
    expect(fitted.notices([strange, later[0] as TreeRow])).toEqual([
      { row: 0, field: 'plan', message: expect.stringMatching(/training did not see/) },
    ]);
    const none: TreeRow = { values: [null, null, null, null] };
    expect(Number.isFinite(fitted.predict([none])[0])).toBe(true);
  });

  it.each([
    ['no rows', [], NotFittedError],
    ['one row', rows.slice(0, 1), NotFittedError],
    ['one outcome', rows.filter(({ label }) => label === 0), NotFittedError],
    ['text where a number is due', [...rows, { values: ['ten', 1, 'trial', 1], label: 1 }], DataError],
    ['an endless number', [...rows, { values: [Number.POSITIVE_INFINITY, 1, 'trial', 1], label: 1 }], DataError],
    ['too few values', [...rows, { values: [1, 1, 'trial'], label: 1 }], DataError],
    ['an unknown outcome', [...rows, { values: [1, 1, 'trial', 1], label: Number.NaN }], DataError],
    ['a row without outcome', [...rows, { values: [1, 1, 'trial', 1] }], DataError],
  ])('refuses %s', (_, unusable, kind) => {
    expect(() => churnClassifier.fit(unusable, options(model))).toThrow(kind);
  });

  it.each([null, [], {}, { ...fitted.save(), formatVersion: 9 }])('refuses to load what it does not know', (saved) => {
    expect(() => churnClassifier.load(saved as Json)).toThrow(DataError);
  });
});

describe('the ensemble', () => {
  it('has no negative weight and leaves out members without one', () => {
    const { members } = churnClassifier.fit(rows, options('ensemble'));
    expect(members.every(({ weight }) => weight > 0)).toBe(true);
  });

  it('says the base rate of everybody where no member has anything to say', () => {
    const [outcomes, opposite] = [[1, 0, 1, 0, 0, 0, 1, 0] as const, [[-1, 1, -2, 2, 1, 3, -1, 2]]];
    const stack = fitStack(opposite, outcomes);
    expect(stack).toEqual({ intercept: Math.log(3 / 5), weights: [0] });
    expect(stackedLogOdds({ ...stack, weights: [] }, [], 2)).toEqual([Math.log(3 / 5), Math.log(3 / 5)]);
  });

  it('gives a column that says the opposite no weight', () => {
    const random = seededRandom(1);
    const truth = Array.from({ length: 500 }, () => 4 * random.next() - 2);
    const outcomes = truth.map((each) => (random.next() < 1 / (1 + Math.exp(-each)) ? 1 : 0));
    const columns = [truth.map((each) => each + random.next()), truth.map((each) => random.next() - each)];
    const stack = fitStack(columns, outcomes);
    expect(stack.weights[0]).toBeGreaterThan(0.5);
    expect(stack.weights[1]).toBe(0);
    expect(auc(stackedLogOdds(stack, columns, 500), outcomes)).toBeCloseTo(auc(columns[0] ?? [], outcomes), 12);
  });
});

describe('logistic regression on a table', () => {
  const fitted = tableLogistic.fit(rows, { features: churnFeatures, l2: 1 });

  it('drops the first level of a category and marks missing numbers', () => {
    expect(fitted.regression.featureNames).toEqual([
      'tenure',
      'tickets',
      'plan=monthly',
      'plan=trial',
      'seats',
      'seats=(missing)',
    ]);
  });

  it('puts odds ratios in words, with interval, and doubt where there is', () => {
    const [first, ...rest] = oddsRatios(fitted, 'leaving').map(({ sentence }) => sentence);
    expect(first).toMatch(
      /^One more of tickets goes with odds of leaving \d+ % higher \(95 %: \d+ % higher to \d+ % higher\)\.$/,
    );
    expect(rest.join(' ')).toMatch(/plan monthly instead of annual goes with odds of leaving \d+ % higher/);
    expect(rest.at(-1)).toMatch(/, which may be chance\.$/);
  });

  it('recovers the odds that rows were made with', () => {
    const many = tableLogistic.fit(inventedCustomers(20_000), { features: churnFeatures, l2: 1 });
    const found = Object.fromEntries(many.regression.coefficients.map((each) => [each.name, each]));
    for (const [name, truth] of [
      ['tenure', -1 / 15],
      ['tickets', 1],
      ['plan=monthly', 2],
    ] as const) {
      const { low, high } = found[name] ?? {};
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
    }
  });

  it('names constant and empty columns among its warnings', () => {
    const spoiled = rows.map(({ values, label }) => ({
      values: [...values.slice(0, 3), null],
      label: label as number,
    }));
    expect(tableLogistic.fit(spoiled, { features: churnFeatures, l2: 1 }).diagnostics.warnings.join(' ')).toMatch(
      /seats is empty in every row/,
    );
    const same = rows.map(({ values, label }) => ({ values: values.with(1, 3), label: label as number }));
    expect(tableLogistic.fit(same, { features: churnFeatures, l2: 1 }).diagnostics.warnings).toEqual([
      'tickets has the same value in every row and says nothing: leave it out.',
    ]);
  });

  it('loads what it saved', () => {
    const loaded = tableLogistic.load(JSON.parse(JSON.stringify(fitted.save())) as Json);
    expect(loaded.predict(later)).toEqual(fitted.predict(later));
    expect(() => tableLogistic.load({ ...fitted.save(), formatVersion: 2 } as unknown as Json)).toThrow(DataError);
  });
});
