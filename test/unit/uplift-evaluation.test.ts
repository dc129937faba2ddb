import { describe, expect, it } from 'vitest';
import { upliftTable } from '../../cli/uplift-table.ts';
import { evaluateUplift } from '../../core/evaluation/uplift.ts';
import { seededRandom } from '../../core/math/random.ts';
import { upliftTrial } from '../../core/planning/review.ts';
import { type TrialRow, tLearner, twoModelLogistic, xLearner } from '../../core/planning/uplift-learners.ts';
import { bestRule } from '../../core/planning/uplift-rule.ts';

const FEATURES = ['a', 'b', 'noise'].map((name) => ({ name, kind: 'number' as const }));

/** A trial with a base rate of .3 and a planted effect. */
function trial(seed: number, size: number, effect: (a: number, b: number) => number): readonly TrialRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, () => {
    const values = [random.next(), random.next(), random.next()];
    const treated = random.next() < 0.5;
    const rate = 0.3 + (treated ? effect(values[0] as number, values[1] as number) : 0);
    return { values, treated, outcome: random.next() < rate ? 1 : 0 };
  });
}

describe('evaluate uplift', () => {
  it('refuses an arm without outcomes', () => {
    const rows = trial(1, 200, () => 0).map((row) => (row.treated ? { ...row, outcome: 0 as const } : row));
    expect(() => evaluateUplift(rows, { features: FEATURES, seed: 1 })).toThrow(/treated 0 have the outcome 1/);
  });

  it('says that nothing was found where the treatment does the same to all', () => {
    const found = evaluateUplift(
      trial(2, 3_000, () => 0.1),
      { features: FEATURES, seed: 1 },
    );
    expect(found.choice).toBeNull();
    expect(found.warnings.at(-1)).toContain('Nothing here beats a random order');
    expect(found.random.low).toBeLessThan(0);
    expect(found.random.high).toBeGreaterThan(0);
  });

  it('prefers the rule where the effect follows one question', () => {
    const found = evaluateUplift(
      trial(3, 4_000, (a) => (a > 0.5 ? 0.4 : -0.1)),
      { features: FEATURES, seed: 1 },
    );
    expect(found.choice).toBe('one-line rule');
    expect(found.rule.says).toMatch(/^a > 0\.[45]/);
    expect(found.rule.qini).toBeGreaterThan(found.random.high);
    expect(found.warnings.join(' ')).toContain('two-model-logistic does not beat the one-line rule');
  });

  it('prefers trees where two columns work together, which one question cannot say', () => {
    const found = evaluateUplift(
      trial(4, 6_000, (a, b) => (a > 0.5 === b > 0.5 ? 0.45 : -0.25)),
      {
        features: FEATURES,
        seed: 1,
      },
    );
    expect(['t-learner', 'x-learner']).toContain(found.choice);
    const learner = found.models.find(({ name }) => name === found.choice);
    expect(learner?.aboveRule?.low).toBeGreaterThan(0);
    // Treating everybody gains .1; treating the half it helps .225.
    expect(learner?.topHalf.doublyRobust.value).toBeGreaterThan(0.45);
  });

  it('judges on later rows alone where time is known, and is the same for one seed', () => {
    const rows = trial(5, 2_000, (a) => (a > 0.5 ? 0.3 : 0));
    const options = { features: FEATURES, seed: 1, times: rows.map((_, i) => i) };
    const found = evaluateUplift(rows, options);
    expect(found.judgedOn).toEqual({ split: 'later rows', customers: 800 });
    expect(evaluateUplift(rows, options)).toEqual(found);
  });
});

describe('learners', () => {
  it.each([twoModelLogistic, tLearner, xLearner])('$name says by how much, not only whom', (learner) => {
    const effect = (a: number) => (a > 0.5 ? 0.3 : -0.1);
    const uplift = learner.fit(trial(7, 8_000, effect), { features: FEATURES, random: seededRandom(1) });
    const asked = (a: number) => ({ values: [a, 0.5, 0.5], treated: false, outcome: 0 as const });
    const [low = 0, high = 0] = uplift([asked(0.15), asked(0.85)]);
    expect(Math.abs(low - -0.1)).toBeLessThan(0.08);
    expect(Math.abs(high - 0.3)).toBeLessThan(0.08);
  });
});

describe('the holdout of a playbook', () => {
  it('is a trial whose outcome is staying, told by what the scores said on entry', () => {
    const episode = { customerId: 'c', segment: 'loyal', churnProbability: 0.4, valueIfKept12m: 90 };
    const episodes = [
      { ...episode, playbook: 'keep', treated: true, left: false },
      { ...episode, playbook: 'other', treated: true, left: true },
      { ...episode, playbook: 'keep', treated: false, left: true },
    ];
    expect(upliftTrial(episodes, 'keep')).toEqual([
      { values: [0.4, 90, 'loyal'], treated: true, outcome: 1 },
      { values: [0.4, 90, 'loyal'], treated: false, outcome: 0 },
    ]);
  });
});

describe('the best rule', () => {
  it('names a level of a category, and the other way round where that is better', () => {
    const rows = trial(6, 2_000, () => 0).map((row, i) => {
      const plan = i % 3 === 0 ? 'basic' : 'pro';
      return { ...row, values: [plan], outcome: (row.treated && plan === 'pro' ? 1 : 0) as 0 | 1 };
    });
    expect(bestRule(rows, [{ name: 'plan', kind: 'category' }])?.says).toMatch(/^plan is (pro|not basic)$/);
  });
});

describe('the table of a trial', () => {
  const table = {
    header: ['arm', 'orders', 'visit', 'spend', 'week'],
    rows: [
      ['mail', '3', '1', '20', '1'],
      ['none', '1', '0', '0', '2'],
      ['call', '1', '1', '5', '2'],
      ['mail', '2', '0', '0', '3'],
      ['none', '5', '1', '7', '4'],
    ].map((cells, i) => ({ line: i + 2, cells })),
  };
  const columns = { arm: 'arm', treated: 'mail', control: 'none', outcome: 'visit', leaveOut: [], time: 'week' };

  it('refuses an arm that is not there, naming those that are', () => {
    expect(() => upliftTable(table, { ...columns, treated: 'post' })).toThrow(/call, mail, none.*"post"/);
  });

  it('refuses an outcome that is neither 0 nor 1, with its line', () => {
    expect(() => upliftTable(table, { ...columns, outcome: 'orders' })).toThrow(/row 2, field orders.*"3"/);
  });

  it('leaves out other arms, and what is the same wherever the outcome is 0', () => {
    const found = upliftTable(table, columns);
    expect(found.features).toEqual([{ name: 'orders', kind: 'number' }]);
    expect(found.rows).toHaveLength(4);
    expect(found.times).toEqual([1, 2, 3, 4]);
    expect(found.notes).toEqual([
      'Rows of other arms, left out: 1.',
      'Column "spend" is the same wherever the outcome is 0: it came after the treatment, and was left out.',
    ]);
  });
});
