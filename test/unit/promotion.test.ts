import { describe, expect, it } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { compareModels } from '../../core/learning/compare-models.ts';
import { decide } from '../../core/learning/decide.ts';
import { pairedDifference } from '../../core/learning/paired-test.ts';
import { shadowScores } from '../../core/learning/shadow.ts';
import { followUpDays } from '../../core/scores/leaving.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const TO = '2026-06-01' as CalendarDay;
const book = simulateBook({ seed: 8, customers: 900, asOf: TO });
const champion = trainedModel(
  book
    .map((customer) => {
      const orders = customer.orders.filter(({ day }) => day <= addDays(TO, -200));
      return { ...customer, orders, events: customer.events.filter(({ day }) => day <= addDays(TO, -200)) };
    })
    .filter(({ orders }) => orders.length > 0),
  addDays(TO, -200),
);
const from = addDays(TO, -followUpDays(champion));
const window = { from, to: TO };
const sample = book.map(trainingCustomer);

describe('a paired comparison of losses', () => {
  it('is refused without cases, and for series of different cases', () => {
    expect(() => pairedDifference([], [])).toThrow(/at least one/);
    expect(() => pairedDifference([1, 2], [1])).toThrow(/2 and 1/);
  });

  it('gives the mean difference and its standard error', () => {
    // Differences 1, 2, 3: mean 2, standard deviation 1, standard error 1 / sqrt(3).
    const { mean, standardError, verdict, cases } = pairedDifference([0, 0, 0], [1, 2, 3]);
    expect([mean, cases, verdict]).toEqual([2, 3, 'worse']);
    expect(standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
  });

  it('sees a small difference that is the same in every case, however much the cases differ', () => {
    const first = [0.1, 5, 900, 3];
    expect(
      pairedDifference(
        first,
        first.map((loss) => loss - 0.01),
      ).verdict,
    ).toBe('better');
  });

  it('says alike within one standard error, and of the same losses', () => {
    expect(pairedDifference([0, 0, 0, 0], [1, -1, 1, -0.9]).verdict).toBe('alike');
    expect(pairedDifference([1, 2], [1, 2])).toEqual({ cases: 2, mean: 0, standardError: 0, verdict: 'alike' });
  });
});

describe('the decision on a challenger', () => {
  const on = (verdicts: readonly ('better' | 'alike' | 'worse')[], championAgeDays = 90) =>
    decide(
      verdicts.map((verdict) => ({ verdict, mean: { better: -2, alike: 0, worse: 2 }[verdict] })),
      { championAgeDays },
    );

  it('is against it when it is worse in anything, whatever else it is better in and however old the champion is', () => {
    expect(on(['better', 'worse'])).toEqual({ promote: false, because: 'worse' });
    expect(on(['alike', 'worse'], 900)).toEqual({ promote: false, because: 'worse' });
  });

  it('is against it without outcomes, and when it is alike', () => {
    expect(on([], 900)).toEqual({ promote: false, because: 'too-few-outcomes' });
    expect(on(['alike', 'alike'], 365)).toEqual({ promote: false, because: 'alike' });
  });

  it('is against it when it is better in one and has a higher loss in the other, though within the error', () => {
    const comparisons = [
      { verdict: 'better', mean: -2 },
      { verdict: 'alike', mean: 0.1 },
    ] as const;
    expect(decide(comparisons, { championAgeDays: 90 })).toEqual({ promote: false, because: 'alike' });
  });

  it('is for it when it is better in one and worse in none, and when it is alike and the champion outdated', () => {
    expect(on(['alike', 'better'])).toEqual({ promote: true, because: 'better' });
    expect(on(['alike'], 366)).toEqual({ promote: true, because: 'outdated-champion' });
  });
});

describe('two models on a later window', () => {
  const off = { ...champion, churn: { kind: 'base-rate', probability: 0.99 } } as const;

  it('are alike when they are the same', () => {
    expect(compareModels(champion, champion, sample, window).map(({ of, verdict }) => [of, verdict])).toEqual([
      ['churn', 'alike'],
      ['value', 'alike'],
    ]);
  });

  it('are told apart by churn: one that is sure of everybody is worse, and the reverse is better', () => {
    const [churn] = compareModels(champion, off, sample, window);
    expect(churn).toMatchObject({ of: 'churn', verdict: 'worse' });
    expect(churn?.challenger).toBeGreaterThan(churn?.champion ?? Number.POSITIVE_INFINITY);
    expect(compareModels(off, champion, sample, window)[0]).toMatchObject({ of: 'churn', verdict: 'better' });
  });

  it('have no outcome to be judged by in a window that nobody could leave in, or where nobody is known', () => {
    expect(compareModels(champion, off, sample.slice(0, 20), window)).toEqual([]);
    const early = addDays(TO, -2_000);
    expect(compareModels(champion, off, sample, { from: early, to: addDays(early, followUpDays(champion)) })).toEqual(
      [],
    );
  });

  it('show what records would say in its place, and nothing moves when they are the same', () => {
    const stats = sample.map((customer) => customer.statsAt(TO));
    const same = shadowScores(champion, champion, stats, TO);
    expect(same).toMatchObject({ churnBandsMoved: 0, valueBandsMoved: 0, churnMoved: 0 });
    expect(same.customers).toBe(900);
    const moved = shadowScores(champion, off, stats, TO);
    expect(moved.churnBandsMoved).toBeGreaterThan(0);
    expect(moved.valueBandsMoved).toBe(0);
    expect(moved.expectedValue.challenger).toBe(moved.expectedValue.champion);
  });
});
