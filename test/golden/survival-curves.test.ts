import { describe, expect, it } from 'vitest';
import { kaplanMeier } from '../../core/models/survival/kaplan-meier.ts';
import { AML_MAINTAINED, AML_NOT_MAINTAINED, BY_HAND } from './survival-tables.ts';

// Figures of R 4.5.2, survival 3.8 (survfit, and its restricted mean), unless said otherwise.
const maintained = kaplanMeier.fit(AML_MAINTAINED, {});
const notMaintained = kaplanMeier.fit(AML_NOT_MAINTAINED, {});
const anybody = { duration: 0, event: false, values: [] };

describe('Kaplan-Meier on the leukaemia trial', () => {
  it('has the published steps', () => {
    expect(maintained.steps.map(({ time, atRisk, events }) => [time, atRisk, events])).toEqual([
      [9, 11, 1],
      [13, 10, 1],
      [18, 8, 1],
      [23, 7, 1],
      [31, 5, 1],
      [34, 4, 1],
      [48, 2, 1],
    ]);
    const published = [
      0.90909090909, 0.81818181818, 0.71590909091, 0.61363636364, 0.49090909091, 0.36818181818, 0.18409090909,
    ];
    for (const [i, { survival }] of maintained.steps.entries()) expect(survival).toBeCloseTo(published[i] ?? 0, 10);
  });

  it('falls to 0 where the last customer had the event', () => {
    const last = notMaintained.steps.at(-1);
    expect(last).toEqual({ time: 45, atRisk: 1, events: 1, survival: 0, low: 0, high: 0 });
    expect(notMaintained.survival(anybody, 1_000)).toBe(0);
  });

  it('has the published medians and restricted means', () => {
    expect(maintained.quantile(0.5).time).toBe(31);
    expect(notMaintained.quantile(0.5).time).toBe(23);
    expect(maintained.expectedRemaining(anybody, 0, 30)).toBeCloseTo(24.6022727273, 9);
    expect(maintained.expectedRemaining(anybody, 0, 48)).toBeCloseTo(31.8431818182, 9);
    expect(notMaintained.expectedRemaining(anybody, 0, 30)).toBeCloseTo(19.6944444444, 9);
    expect(notMaintained.expectedRemaining(anybody, 0, 48)).toBeCloseTo(22.7083333333, 9);
  });

  it('has the published cumulative hazard of Nelson and Aalen', () => {
    expect(maintained.cumulativeHazard(8.9)).toBe(0);
    expect(maintained.cumulativeHazard(9)).toBeCloseTo(0.090909090909, 11);
    expect(maintained.cumulativeHazard(47)).toBeCloseTo(0.90876623377, 10);
    expect(maintained.cumulativeHazard(161)).toBeCloseTo(1.4087662338, 9);
  });
});

describe('Kaplan-Meier by hand', () => {
  it('draws log-log intervals from the variance of Greenwood', () => {
    const [first, second] = kaplanMeier.fit(BY_HAND, {}).steps;
    expect(first?.survival).toBeCloseTo(5 / 6, 14);
    expect(second?.survival).toBeCloseTo(5 / 12, 14);
    // 1 / (6 * 5) + 2 / (4 * 2), on the scale of ln(-ln S).
    const spread = (1.959963984540054 * Math.sqrt(1 / 30 + 2 / 8)) / Math.log(12 / 5);
    expect(second?.low).toBeCloseTo((5 / 12) ** Math.exp(spread), 14);
    expect(second?.high).toBeCloseTo((5 / 12) ** Math.exp(-spread), 14);
  });

  it('takes the first time at which half are gone, though 3/4 * 2/3 misses a half by rounding', () => {
    const rows = [1, 2, 3, 4].map((duration) => ({ duration, event: true, values: [] }));
    expect(kaplanMeier.fit(rows, {}).quantile(0.5).time).toBe(2);
  });

  it('says of a customer who is still here: the part of those who came so far', () => {
    const model = kaplanMeier.fit(AML_MAINTAINED, {});
    expect(model.conditionalSurvival(anybody, 18, 13)).toBeCloseTo(0.49090909091 / 0.71590909091, 9);
    // From 18 on: 5 weeks with 7/7, 8 with 6/7 of those at risk.
    expect(model.expectedRemaining(anybody, 18, 13)).toBeCloseTo(5 + 8 * (6 / 7), 12);
  });

  it('does not say what lies beyond the longest time it has seen', () => {
    expect(maintained.survival(anybody, 161)).toBeCloseTo(0.18409, 5);
    expect(maintained.survival(anybody, 162)).toBe(null);
    expect(maintained.conditionalSurvival(anybody, 100, 62)).toBe(null);
    expect(maintained.expectedRemaining(anybody, 100, 62)).toBe(null);
    expect(maintained.survivalTime(anybody, 0.1)).toBe(null);
    expect(notMaintained.conditionalSurvival(anybody, 45, 1)).toBe(null);
  });
});
