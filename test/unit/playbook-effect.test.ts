import { describe, expect, it } from 'vitest';
import { LEAST_UNITS, sequentialEffect, type TrialCustomer } from '../../core/evaluation/playbook-effect.ts';
import { confidenceSequence } from '../../core/math/confidence-sequence.ts';
import { simulatedTrial as trial } from '../support/trials.ts';

/** Whether an interval excludes zero at any of the looks, one each 50 customers. */
function everShows(rows: readonly TrialCustomer[]): boolean {
  for (let count = 100; count <= rows.length; count += 50) {
    const { effect } = sequentialEffect(rows.slice(0, count));
    if (effect !== null && (effect.low > 0 || effect.high < 0)) return true;
  }
  return false;
}

const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

describe('the effect of a playbook', () => {
  it('is not told while an arm is small, but what each arm did is', () => {
    const rows = trial(1, { customers: 2 * LEAST_UNITS, share: 0.5 }).slice(0, LEAST_UNITS);
    const { treated, heldOut, effect } = sequentialEffect(rows);
    expect(treated.customers + heldOut.customers).toBe(LEAST_UNITS);
    expect(effect).toBeNull();
    expect(sequentialEffect([])).toEqual({
      treated: { customers: 0, mean: null },
      heldOut: { customers: 0, mean: null },
      effect: null,
    });
  });

  it('is the difference of the means', () => {
    const rows = trial(2, { customers: 600 });
    const mean = (treated: boolean) => {
      const own = rows.filter((row) => row.treated === treated);
      return own.reduce((sum, { outcome }) => sum + outcome, 0) / own.length;
    };
    expect(sequentialEffect(rows).effect?.value).toBeCloseTo(mean(true) - mean(false), 12);
  });

  it.each([
    ['who stayed', {}],
    ['money', { money: true }],
    ['who stayed, by account', { perAccount: 4 }],
  ])('shows none where there is none, at any of 59 looks, in 89 of 100 runs at least: %s', (_, given) => {
    const quiet = seeds.filter((seed) => !everShows(trial(seed, { customers: 3_000, ...given })));
    expect(quiet.length).toBeGreaterThanOrEqual(89);
  });

  it('would be shown far too often by the interval of a fixed sample, looked at as often', () => {
    const shows = seeds.filter((seed) => {
      const rows = trial(seed, { customers: 3_000 });
      for (let count = 100; count <= rows.length; count += 50) {
        const { treated, heldOut } = sequentialEffect(rows.slice(0, count));
        if (heldOut.customers < LEAST_UNITS || treated.mean === null || heldOut.mean === null) continue;
        const variance = (mean: number, of: number) => (mean * (1 - mean)) / of;
        const error = Math.sqrt(variance(treated.mean, treated.customers) + variance(heldOut.mean, heldOut.customers));
        if (Math.abs(treated.mean - heldOut.mean) > 1.96 * error) return true;
      }
      return false;
    });
    expect(shows.length).toBeGreaterThan(20);
  });

  it.each([
    [0.15, {}],
    [-0.2, {}],
    [0.2, { perAccount: 3 }],
  ])(
    'of %d that was planted lies in its interval in 95 of 100 runs at least, and the interval excludes zero in most',
    (effect, given) => {
      const found = seeds.map((seed) => sequentialEffect(trial(seed, { customers: 4_000, effect, ...given })).effect);
      expect(found.filter((each) => each && each.low <= effect && effect <= each.high).length).toBeGreaterThanOrEqual(
        95,
      );
      expect(found.filter((each) => each && (effect > 0 ? each.low > 0 : each.high < 0)).length).toBeGreaterThan(80);
    },
  );

  it('is not proved by a small holdout in which nobody left yet', () => {
    const rows = Array.from({ length: 220 }, (_, index) => ({
      unit: String(index),
      treated: index >= LEAST_UNITS,
      outcome: index < LEAST_UNITS || index % 10 > 0 ? 1 : 0,
    }));
    expect(sequentialEffect(rows).effect?.high).toBeGreaterThan(0);
  });

  it('knows less where colleagues move together than where each moves alone', () => {
    const width = (perAccount: number) => {
      const { effect } = sequentialEffect(trial(5, { customers: 3_000, share: 0.5, perAccount }));
      return effect ? effect.high - effect.low : 0;
    };
    expect(width(6)).toBeGreaterThan(1.5 * width(1));
  });
});

describe('a confidence sequence', () => {
  it('narrows with the count, and is wider than the interval of a fixed sample by half or so at its best', () => {
    const half = (count: number) => confidenceSequence({ mean: 0, variance: 1, count }).high;
    expect(half(0)).toBe(Number.POSITIVE_INFINITY);
    for (const count of [1, 10, 100, 1_000, 10_000]) expect(half(2 * count)).toBeLessThan(half(count));
    expect((half(500) * Math.sqrt(500)) / 1.96).toBeGreaterThan(1.4);
    expect((half(500) * Math.sqrt(500)) / 1.96).toBeLessThan(1.6);
  });
});
