import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import { type ChurnEvaluationOptions, evaluateChurn } from '../../core/evaluation/churn.ts';
import { churnCard } from '../../core/evaluation/churn-card.ts';
import { findLeaks } from '../../core/evaluation/churn-leaks.ts';
import { normal, seededRandom } from '../../core/math/random.ts';
import { stratifiedFolds } from '../../core/models/churn/stratified-folds.ts';
import type { FeatureSpec, TreeRow } from '../../core/models/trees/table.ts';
import { churnFeatures, inventedCustomers } from '../support/churn.ts';

const rows = inventedCustomers(160);

const evaluate = (of: readonly TreeRow[], options: Partial<ChurnEvaluationOptions> = {}) =>
  evaluateChurn(of, {
    features: churnFeatures,
    seed: 1,
    imbalance: 'class-weights',
    calibration: 'platt',
    threads: 1,
    clock: () => 0,
    ...options,
  });

describe('a table that nothing can be learned from is refused', () => {
  it.each([
    ['no rows', [], NotFittedError, /All 0 rows/],
    ['one row', rows.slice(0, 1), NotFittedError, /All 1 rows have the same outcome/],
    ['one outcome', rows.filter(({ label }) => label === 0), NotFittedError, /Add customers who left/],
    [
      'three leavers',
      [...rows.filter(({ label }) => label === 0), ...rows.filter(({ label }) => label === 1).slice(0, 3)],
      NotFittedError,
      /at least 4 with and 4 without/,
    ],
    ['a NaN outcome', [...rows, { values: [1, 1, 'trial', 1], label: Number.NaN }], DataError, /^row 160, field label/],
    ['text in a column of numbers', [...rows, { values: ['x', 1, 'trial', 1], label: 1 }], DataError, /field tenure/],
  ])('%s', (_, table, kind, message) => {
    expect(() => evaluate(table)).toThrow(kind);
    expect(() => evaluate(table)).toThrow(message);
  });

  it('folds that leave too little outside of one', () => {
    const folds = rows.map(({ label }) => label as number);
    expect(() => evaluate(rows, { folds })).toThrow(/at least 2 rows of each outcome outside every fold/);
    expect(() => evaluate(rows, { folds: rows.map(() => 3) })).toThrow(/at least two folds/);
  });
});

describe('a strange table is handled, and that is said', () => {
  // A copy of the outcome, a nearly perfect copy, a date that is only there for leavers, a constant, NaN, a category met once.
  const random = seededRandom(9);
  const features: readonly FeatureSpec[] = [
    ...churnFeatures,
    { name: 'status', kind: 'category' },
    { name: 'hint', kind: 'number' },
    { name: 'cancelled on day', kind: 'number' },
    { name: 'country', kind: 'category' },
  ];
  const strange = rows.map(({ values, label }, i) => ({
    values: [
      ...values.slice(0, 3),
      i % 7 === 0 ? Number.NaN : (values[3] ?? null),
      label === 1 ? 'gone' : 'here',
      2.8 * (label ?? 0) + normal(random),
      label === 1 ? i : null,
      i === 5 ? 'Elsewhere' : 'Home',
    ],
    label: label as number,
  }));
  const found = evaluate(strange, { features, costs: { falseAlarm: 1, miss: 4 }, capacityShare: 0.1 });
  const said = found.warnings.join('\n');

  it('missing values are counted by column', () => {
    expect(said).toMatch(/Values are missing in rows of seats \(\d+\): trees send them a way of their own/);
    const whole = rows.map((row) => ({ ...row, values: [...row.values.slice(0, 3), 1] }));
    expect(evaluate(whole).warnings.join()).not.toContain('missing');
  });

  it('columns that say the outcome are left out, by their names', () => {
    expect(found.features).toEqual(['tenure', 'tickets', 'plan', 'seats', 'hint', 'country']);
    expect(said).toMatch(/Column "status" says the outcome by itself \(AUC 1.000\).*left out/);
    expect(said).toMatch(/Column "cancelled on day" says the outcome/);
  });

  it('a suspicious one is kept and pointed at', () => {
    expect(said).toMatch(/Column "hint" alone has an AUC of 0\.9\d\d: make sure that it was known before the outcome/);
  });

  it('a category that a fold alone has is counted', () => {
    expect(said).toMatch(/In 1 rows of a fold set apart: country has a category that training did not see/);
  });

  it('every model and both naive rows have all metrics', () => {
    expect(found.models.map(({ name }) => name)).toEqual([
      'logistic',
      'random-forest',
      'gradient-boosting',
      'ensemble',
    ]);
    expect(found.naive.map(({ name }) => name)).toEqual(['base-rate', 'best-single-column (hint)']);
    for (const { metrics } of [...found.models, ...found.naive]) {
      expect(Object.keys(metrics)).toEqual(['auc', 'prAuc', 'brier', 'ece', 'atHalf', 'atBest', 'topDecileLift']);
      for (const decisions of [metrics.atHalf, metrics.atBest]) {
        expect(Object.keys(decisions)).toEqual(['precision', 'recall', 'f1', 'accuracy']);
      }
    }
    expect(found.naive[0]?.metrics.auc).toBe(0.5);
  });

  it('the forest says how it does out of bag, and what it loses without each column', () => {
    const forest = evaluate(inventedCustomers(400)).models.find(({ name }) => name === 'random-forest');
    expect(Math.abs((forest?.outOfBag?.auc ?? 0) - (forest?.metrics.auc ?? 0))).toBeLessThan(0.03);
    const importance = forest?.importance ?? [];
    expect(importance.map(({ feature }) => feature).sort()).toEqual(['plan', 'seats', 'tenure', 'tickets']);
    expect(importance[0]?.feature).toBe('tickets');
    const seats = importance.find(({ feature }) => feature === 'seats');
    expect(seats?.high).toBeLessThan(0.02);
    for (const { mean, low, high } of importance) expect(low <= mean && mean <= high).toBe(true);
  });

  it('thresholds by cost find more leavers than by capacity', () => {
    const [ensemble] = found.models.slice(-1);
    const recall = Object.fromEntries(ensemble?.thresholds.map(({ by, decisions }) => [by, decisions.recall]) ?? []);
    expect(Object.keys(recall)).toEqual(['f1', 'cost', 'capacity']);
    expect(recall['cost']).toBeGreaterThan(recall['capacity'] as number);
  });

  it('the card says it again, with the naive rows', () => {
    const card = churnCard(found);
    const text = card.sections.flatMap(({ sentences }) => sentences).join('\n');
    expect(card.beatsNaive).toBe(true);
    expect(text).toContain('Naive, base-rate: AUC 0.500');
    expect(text).toContain('Column "status" says the outcome');
    expect(text).toMatch(/accuracy \d+\.\d % where saying "stays" of everybody has \d+\.\d %/);
  });
});

describe('where nothing tells who leaves', () => {
  it('the card says not to use the model', () => {
    const found = evaluate(inventedCustomers(160, { seed: 4, signal: 0 }));
    for (const { metrics } of found.models) expect(Math.abs(metrics.auc - 0.5)).toBeLessThan(0.3);
    expect(found.warnings.filter((each) => !each.startsWith('Values are missing'))).toEqual([
      expect.stringMatching(/Only \d+ rows had the outcome/),
    ]);
    const card = churnCard(found);
    expect(card.beatsNaive).toBe(false);
    expect(card.sections[0]?.sentences.join(' ')).toContain('do not use it');
  });
});

describe('few and coarse columns', () => {
  const coarse: readonly FeatureSpec[] = [{ name: 'plan', kind: 'category' }];
  const alike = rows.map(({ values, label }) => ({ values: [values[2]], label: label as number }));

  it('make customers alike, not copies: each fold has all of them', () => {
    const { models, warnings } = evaluate(alike, { features: coarse });
    expect(warnings.join(' ')).not.toContain('training did not see');
    for (const { metrics } of models) expect(metrics.brier).toBeLessThan(0.3);
  });

  it('that never vary are refused', () => {
    const same = rows.map(({ label }) => ({ values: ['trial'], label: label as number }));
    expect(() => evaluate(same, { features: coarse })).toThrow(/No column is left to learn from/);
  });
});

describe('folds', () => {
  it('keep copies together, and every fold has its share of leavers', () => {
    const labels = [...rows, ...rows].map(({ label = 0 }) => label);
    const groups = [...rows.keys(), ...rows.keys()];
    const folds = stratifiedFolds(labels, 5, seededRandom(1), groups);
    expect([...folds.slice(0, rows.length)]).toEqual([...folds.slice(rows.length)]);
    const leavers = [0, 1, 2, 3, 4].map((fold) => labels.filter((label, i) => folds[i] === fold && label === 1).length);
    expect(Math.max(...leavers) - Math.min(...leavers)).toBeLessThanOrEqual(2);
  });
});

describe('leaks', () => {
  it('a category that no other row has says nothing, as names do not', () => {
    const named = rows.map(({ label }, i) => ({ values: [`customer ${i}`], label: label as number }));
    const found = findLeaks(named, [{ name: 'name', kind: 'category' }]);
    expect(found).toEqual({ leaking: [], suspect: [] });
  });

  it('two categories with equal shares of leavers are none', () => {
    const half = rows.map(({ label }, i) => ({ values: [i % 3 === 0 ? 'a' : 'b'], label: label as number }));
    expect(findLeaks(half, [{ name: 'group', kind: 'category' }]).leaking).toEqual([]);
  });
});
