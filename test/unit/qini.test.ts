import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import { bootstrapCounts, qini, qiniCurve, quantile, rankingOf, type TrialOutcome } from '../../core/planning/qini.ts';

/** Two treated and two of the control group where the treatment works, the same where it does nothing. */
const TRIAL: readonly TrialOutcome[] = [
  { treated: true, outcome: 1 },
  { treated: true, outcome: 1 },
  { treated: false, outcome: 0 },
  { treated: false, outcome: 0 },
  { treated: true, outcome: 0 },
  { treated: true, outcome: 0 },
  { treated: false, outcome: 0 },
  { treated: false, outcome: 0 },
];
const WORKS = [1, 1, 1, 1, 0, 0, 0, 0];

describe('Qini', () => {
  it('is 0 where everybody has the same score', () => {
    expect(qini(TRIAL, rankingOf(TRIAL.map(() => 7)))).toBe(0);
  });

  it('is the area by hand where the half that the treatment helps comes first', () => {
    expect(qiniCurve(TRIAL, rankingOf(WORKS))).toEqual([
      { share: 0, gain: 0 },
      { share: 0.5, gain: 0.5 },
      { share: 1, gain: 0.5 },
    ]);
    // A triangle up to one half and a rectangle after it, less the triangle of a random order.
    expect(qini(TRIAL, rankingOf(WORKS))).toBeCloseTo(0.125 + 0.25 - 0.25, 12);
  });

  it('turns its sign with the ranking', () => {
    expect(qini(TRIAL, rankingOf(WORKS.map((score) => -score)))).toBeCloseTo(-0.125, 12);
  });

  it('scales the control group to the number of the treated', () => {
    const twice = [...TRIAL, ...TRIAL.filter(({ treated }) => !treated)];
    const scores = [...WORKS, 1, 1, 0, 0];
    expect(qini(twice, rankingOf(scores))).toBeCloseTo(0.125, 12);
  });

  it('takes what comes without the treatment off, in proportion', () => {
    // Two treated, of whom both had it; four held out, of whom one had it: half a customer would have had it anyway.
    const rows = [1, 1, 1, 0, 0, 0].map((outcome, i) => ({ treated: i < 2, outcome }));
    expect(qiniCurve(rows, rankingOf(rows.map(() => 0))).at(-1)).toEqual({ share: 1, gain: (2 - 0.5) / 2 });
  });

  it('does not depend on the order of rows among equals', () => {
    const reversed = TRIAL.toReversed();
    expect(qini(reversed, rankingOf(WORKS.toReversed()))).toBe(qini(TRIAL, rankingOf(WORKS)));
  });

  it('counts a row of weight 2 as two rows', () => {
    const weights = [2, 1, 1, 1, 1, 1, 1, 1];
    const repeated = [TRIAL[0] as TrialOutcome, ...TRIAL];
    expect(qini(TRIAL, rankingOf(WORKS), weights)).toBeCloseTo(qini(repeated, rankingOf([1, ...WORKS])), 12);
  });
});

describe('bootstrap', () => {
  it('draws Poisson counts of mean and variance 1', () => {
    const counts = Array.from(bootstrapCounts(40_000, seededRandom(3)));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  it('takes quantiles between neighbours', () => {
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 2, 3], 1)).toBe(4);
  });
});
