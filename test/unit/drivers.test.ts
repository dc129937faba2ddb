import { describe, expect, it } from 'vitest';
import { type DriverExample, driversOf } from '../../core/explain/drivers.ts';
import { falseDiscovery } from '../../core/math/false-discovery.ts';
import { compareProportions } from '../../core/math/proportions.ts';
import { seededRandom } from '../../core/math/random.ts';

/** Customers of two cohorts with twenty factors at random; `support` goes with leaving, `export` with staying in 2025 alone. */
function examples(seed: number, effect: number): readonly DriverExample[] {
  const random = seededRandom(seed);
  return Array.from({ length: 1_200 }, (_, index) => {
    const cohort = index % 2 === 0 ? '2025 Q1' : '2026 Q1';
    const names = [...Array.from({ length: 18 }, (_unused, i) => `noise ${i}`), 'support', 'export'];
    const factors = new Set(names.filter(() => random.next() < 0.4));
    const rate =
      0.4 + (factors.has('support') ? effect : 0) - (factors.has('export') && cohort === '2025 Q1' ? effect : 0);
    return { cohort, factors, left: random.next() < rate };
  });
}

describe('what goes with leaving', () => {
  it('is what was planted, with the size of its effect inside the interval, and hardly any noise', () => {
    const { drivers, tests } = driversOf(examples(3, 0.25));
    expect(tests).toBe(60);
    const support = drivers.find(({ factor, cohort }) => factor === 'support' && cohort === null);
    expect(support?.low).toBeLessThan(0.25);
    expect(support?.high).toBeGreaterThan(0.25);
    expect(drivers.find(({ factor, cohort }) => factor === 'export' && cohort === '2025 Q1')?.high).toBeLessThan(0);
    expect(drivers.find(({ factor, cohort }) => factor === 'export' && cohort === '2026 Q1')).toBeUndefined();
    expect(drivers.filter(({ factor }) => factor.startsWith('noise')).length).toBeLessThanOrEqual(1);
  });

  it('is nothing in nearly all books in which nothing goes with it, whatever the number of comparisons', () => {
    const books = Array.from({ length: 60 }, (_, seed) => driversOf(examples(100 + seed, 0)).drivers.length);
    expect(books.filter((count) => count > 0).length).toBeLessThanOrEqual(6);
  });

  it('is not asked of a handful of customers', () => {
    expect(driversOf(examples(3, 0.25).slice(0, 19))).toEqual({ drivers: [], tests: 0 });
    expect(driversOf([])).toEqual({ drivers: [], tests: 0 });
  });
});

describe('two proportions', () => {
  it('have Newcombe’s interval, as his paper works it (56 of 70 and 48 of 80)', () => {
    const { difference, low, high, pValue } = compareProportions({ count: 56, of: 70 }, { count: 48, of: 80 });
    expect(difference).toBeCloseTo(0.2, 12);
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
    expect(pValue).toBeCloseTo(0.0083, 3);
  });

  it('differ by nothing where both are all or nothing', () => {
    expect(compareProportions({ count: 5, of: 5 }, { count: 7, of: 7 }).pValue).toBe(1);
  });
});

describe('the correction for many tests', () => {
  it('is Benjamini and Hochberg’s, in the order given', () => {
    expect(falseDiscovery([0.01, 0.04, 0.03, 0.005])).toEqual([0.02, 0.04, 0.04, 0.02]);
    expect(falseDiscovery([])).toEqual([]);
  });
});
