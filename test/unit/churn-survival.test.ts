import { describe, expect, it } from 'vitest';
import { evaluateChurn } from '../../core/evaluation/churn.ts';
import { independentColumns } from '../../core/math/independent-columns.ts';
import { seededRandom } from '../../core/math/random.ts';
import { type ChurnClassifierOptions, churnClassifier } from '../../core/models/churn/churn-classifier.ts';
import { SURVIVAL_MEMBERS } from '../../core/models/churn/survival-members.ts';
import type { FeatureSpec, TreeRow } from '../../core/models/trees/table.ts';

const FEATURES: readonly FeatureSpec[] = [
  { name: 'tenure', kind: 'number' },
  { name: 'plan', kind: 'category' },
  { name: 'tickets', kind: 'number' },
  { name: 'paid', kind: 'number' },
];
const TENURE = { feature: 'tenure', horizon: 1 };

/** Customers leave each month with a chance of their plan's and tickets'; everybody is seen for up to 36 months. `paid` is a total. */
function table(seed: number, customers: number): readonly TreeRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: customers }, () => {
    const basic = random.next() < 0.5;
    const tickets = Math.floor(random.next() * 4);
    const hazard = (basic ? 0.05 : 0.01) * 1.6 ** tickets;
    const seen = 1 + Math.floor(random.next() * 36);
    const leaves = 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - hazard));
    const tenure = Math.min(seen, leaves);
    return { values: [tenure, basic ? 'basic' : 'pro', tickets, tenure * 20], label: leaves <= seen ? 1 : 0 };
  });
}
const rows = table(1, 1_500);
const options = (model: ChurnClassifierOptions['model']): ChurnClassifierOptions => ({
  model,
  calibration: 'platt',
  features: FEATURES,
  tenure: TENURE,
  imbalance: 'class-weights',
  random: seededRandom(1),
  threads: 1,
});

describe('survival models as churn models', () => {
  it.each(SURVIVAL_MEMBERS.map((member) => [member.name, member] as const))(
    '%s says the chance of leaving in the last month, of who was here at its start',
    (_, member) => {
      const fitted = member.fit(rows, { features: FEATURES, tenure: TENURE, random: seededRandom(1), threads: 1 });
      const said = (plan: string, tickets: number) =>
        1 / (1 + Math.exp(-(fitted.logOdds([{ values: [12, plan, tickets, 240] }])[0] as number)));
      // By construction .05 and .01 a month, 1.6 times for each ticket.
      expect(said('basic', 0)).toBeGreaterThan(0.03);
      expect(said('basic', 0)).toBeLessThan(0.08);
      expect(said('basic', 2) / said('basic', 0)).toBeGreaterThan(2);
      expect(said('basic', 0) / said('pro', 0)).toBeGreaterThan(3.5);
      expect(fitted.diagnostics.warnings.join(' ')).toContain('paid goes with the tenure itself');
    },
  );

  it('the one with the least loss out of fold is the survival model, calibrated, and the same as loaded', () => {
    const fitted = churnClassifier.fit(rows, options('survival'));
    expect(['cox', 'weibull-aft']).toContain(fitted.members[0]?.name);
    const mean = fitted.outOfFold.reduce((sum, each) => sum + each, 0) / rows.length;
    const left = rows.filter(({ label }) => label === 1).length / rows.length;
    expect(Math.abs(mean - left)).toBeLessThan(0.01);
    const loaded = churnClassifier.load(JSON.parse(JSON.stringify(fitted.save())));
    expect(loaded.predict(rows.slice(0, 50))).toEqual(fitted.predict(rows.slice(0, 50)));
  });

  it('take part in the evaluation where a tenure is named, and not otherwise', () => {
    const given = {
      features: FEATURES,
      seed: 1,
      imbalance: 'class-weights',
      calibration: 'platt',
      threads: 1,
      clock: () => 0,
    } as const;
    const some = rows.slice(0, 400);
    const names = evaluateChurn(some, { ...given, tenure: TENURE }).models.map(({ name }) => name);
    expect(names).toEqual(['logistic', 'random-forest', 'gradient-boosting', 'ensemble', 'survival']);
    expect(evaluateChurn(some, given).models).toHaveLength(4);
  });

  it('refuse a tenure that is none, naming row or column', () => {
    const bad = rows.map((row, index) => (index === 7 ? { ...row, values: [null, ...row.values.slice(1)] } : row));
    expect(() => churnClassifier.fit(bad, options('survival'))).toThrow(/tenure: expected a time of zero or more/);
    const text = { ...options('survival'), tenure: { feature: 'plan', horizon: 1 } };
    expect(() => churnClassifier.fit(rows, text)).toThrow(/plan: expected a column of numbers/);
  });
});

describe('columns that say something of their own', () => {
  it('are those that are neither constant nor sums of others', () => {
    const random = seededRandom(2);
    const written = Array.from({ length: 50 }, () => {
      const [a, b] = [random.next(), random.next() * 1e6];
      return [1, a, b, a + 2 * b, b, random.next()];
    });
    expect(independentColumns(written)).toEqual([1, 2, 5]);
    expect(independentColumns([])).toEqual([]);
  });
});
