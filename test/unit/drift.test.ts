import { describe, expect, it } from 'vitest';
import { adaptiveWindow } from '../../core/learning/adwin.ts';
import { inputDrift } from '../../core/learning/input-drift.ts';
import { lossDrift } from '../../core/learning/loss-drift.ts';
import { outcomesByMonth } from '../../core/learning/outcomes-by-month.ts';
import { pageHinkley } from '../../core/learning/page-hinkley.ts';
import { normal, seededRandom } from '../../core/math/random.ts';

describe('the adaptive window', () => {
  it('keeps every value of a stream that does not change, with its mean', () => {
    const window = adaptiveWindow(0.002);
    const random = seededRandom(1);
    let sum = 0;
    for (let i = 0; i < 5_000; i += 1) {
      const value = random.next();
      sum += value;
      expect(window.add(value)).toBe(false);
    }
    expect(window.width).toBe(5_000);
    expect(window.mean).toBeCloseTo(sum / 5_000, 9);
  });

  it('drops what came before a change, and then has the mean of what came after', () => {
    const window = adaptiveWindow(0.002);
    const random = seededRandom(2);
    for (let i = 0; i < 2_000; i += 1) window.add(random.next() < 0.2 ? 1 : 0);
    let seenAfter = 0;
    for (let i = 1; i <= 2_000; i += 1) if (window.add(random.next() < 0.6 ? 1 : 0) && seenAfter === 0) seenAfter = i;
    expect(seenAfter).toBeGreaterThan(5);
    expect(seenAfter).toBeLessThan(120);
    expect(window.width).toBeLessThan(2_100);
    expect(Math.abs(window.mean - 0.6)).toBeLessThan(0.05);
  });

  it('has nothing to say of a stream of one value', () => {
    const window = adaptiveWindow(0.002);
    expect(Array.from({ length: 500 }, () => window.add(0.3)).some(Boolean)).toBe(false);
    expect(window.mean).toBeCloseTo(0.3, 12);
  });
});

describe('the Page-Hinkley test', () => {
  const settings = { tolerance: 0.1, threshold: 5 };
  it('alarms when what lies above the mean adds up beyond the threshold, and starts anew', () => {
    const rises = pageHinkley(settings);
    const seen = [...Array(100).fill(0), ...Array(60).fill(1)].map((value) => rises(value)).indexOf(true);
    // Mean (n - 100) / n, so that each value of 1 adds a little less than .9: six of them pass 5.
    expect(seen).toBe(105);
  });

  it('says nothing in the first thirty values, of a fall, and of a rise within the tolerance', () => {
    const early = pageHinkley(settings);
    expect([...Array(10).fill(0), ...Array(19).fill(1)].some((value) => early(value))).toBe(false);
    const fall = pageHinkley(settings);
    expect([...Array(100).fill(1), ...Array(100).fill(0)].some((value) => fall(value))).toBe(false);
    const small = pageHinkley(settings);
    expect([...Array(100).fill(0), ...Array(100).fill(0.1)].some((value) => small(value))).toBe(false);
  });
});

describe('losses', () => {
  it('that rise are alarmed, with where; those that fall are not', () => {
    const random = seededRandom(3);
    const losses = Array.from({ length: 3_000 }, (_, i) => random.next() * (i < 1_500 ? 0.2 : 0.9));
    expect(lossDrift(losses).find(({ detector }) => detector === 'adwin')?.at).toBeGreaterThan(1_500);
    expect(lossDrift(losses).some(({ at }) => at < 1_500)).toBe(false);
    expect(lossDrift(losses.toReversed())).toEqual([]);
    expect(lossDrift([])).toEqual([]);
  });
});

describe('the drift of an input', () => {
  const random = seededRandom(4);
  const sample = (shift: number) => Array.from({ length: 4_000 }, () => normal(random) + shift);

  it('cannot be told without values', () => {
    expect(inputDrift('x', [null], [1])).toBeNull();
    expect(inputDrift('x', [1], [])).toBeNull();
  });

  it('is near nothing between two draws of one distribution, and above the alarm after a shift of one deviation', () => {
    const before = sample(0);
    const same = inputDrift('x', before, sample(0));
    expect(same?.psi).toBeLessThan(0.02);
    expect(same?.ksPValue).toBeGreaterThan(0.01);
    const moved = inputDrift('x', before, sample(1));
    expect(moved?.psi).toBeGreaterThan(0.25);
    // Two normal distributions a deviation apart: 2 Phi(1/2) - 1.
    expect(moved?.ks).toBeCloseTo(0.383, 1);
    expect(moved?.ksPValue).toBeLessThan(1e-12);
  });

  it('counts by hand: halves that trade places, and what is missing', () => {
    const before = [...Array(50).fill(0), ...Array(50).fill(1)];
    const drift = inputDrift('x', before, [...Array(20).fill(0), ...Array(60).fill(1), ...Array(20).fill(null)]);
    expect(drift).toMatchObject({ missingBefore: 0, ks: 0.25 });
    expect(drift?.missingNow).toBeCloseTo(0.2, 12);
    expect(drift?.psi).toBeCloseTo((0.25 - 0.5) * Math.log(0.25 / 0.5) + (0.75 - 0.5) * Math.log(0.75 / 0.5), 9);
  });

  it('gives the p-value of the tables', () => {
    // Kolmogorov's distribution: P(K > 1.3581) = .05.
    const steps = 10_000;
    const ks = 1.3581 / Math.sqrt(steps / 2);
    const before = Array.from({ length: steps }, (_, i) => i);
    const now = before.map((value) => value + Math.round(ks * steps));
    expect(inputDrift('x', before, now)?.ksPValue).toBeCloseTo(0.05, 2);
  });
});

describe('outcomes by month', () => {
  const outcome = (askedOn: string, probability: number, label: 0 | 1, inInterval: boolean | null = null) => ({
    askedOn,
    modelVersion: 'm',
    probability,
    label,
    inInterval,
  });

  it('say who left beside what was foreseen', () => {
    const months = outcomesByMonth([
      outcome('2026-02-03', 0.9, 1, true),
      outcome('2026-01-05', 0.2, 0),
      outcome('2026-02-20', 0.3, 0, false),
      outcome('2026-02-21', 0.6, 0),
    ]);
    expect(months.map(({ month, customers, left, auc }) => [month, customers, left, auc])).toEqual([
      ['2026-01', 1, 0, null],
      ['2026-02', 3, 1, 1],
    ]);
    expect(months[1]?.bias).toBeCloseTo(0.6 - 1 / 3, 12);
    expect(months[1]?.brier).toBeCloseTo((0.01 + 0.09 + 0.36) / 3, 12);
    expect(months[1]?.intervalCoverage).toBe(0.5);
    expect(months[0]?.intervalCoverage).toBeNull();
    expect(outcomesByMonth([])).toEqual([]);
  });
});
