import { describe, expect, it } from 'vitest';
import { guardedTrees } from '../../core/learning/guarded-trees.ts';
import { chooseHalfLife, recencyWeight } from '../../core/learning/half-life.ts';
import { seededRandom } from '../../core/math/random.ts';
import { livedWith } from '../drills/online-streams.ts';

/** A stream of 0 and 1 whose rate is a function of the index, told by its weighted mean. */
function chosenFor(rate: (index: number) => number, seed: number) {
  const random = seededRandom(seed);
  const examples = Array.from({ length: 2_000 }, (_, at) => ({ at, label: random.next() < rate(at) ? 1 : 0 }));
  return chooseHalfLife(examples, {
    halfLives: [50, 200, 800],
    windows: [
      [1_600, 1_800],
      [1_800, 2_000],
    ],
    at: ({ at }) => at,
    fit: (past, weights) => {
      const total = weights.reduce((sum, each) => sum + each, 0);
      const mean = past.reduce((sum, { label }, i) => sum + label * (weights[i] as number), 0) / total;
      return ({ label }) => (label - mean) ** 2;
    },
  });
}

describe('the half-life of what was learned', () => {
  it('halves the weight for each half-life of age, and leaves all alike without one', () => {
    expect([0, 10, 20].map((age) => recencyWeight(age, 10))).toEqual([1, 0.5, 0.25]);
    expect(recencyWeight(1_000, null)).toBe(1);
  });

  it('forgets where the rate moves', () => {
    const { halfLife, tried } = chosenFor((index) => 0.1 + (0.8 * index) / 2_000, 3);
    expect(halfLife).not.toBeNull();
    expect(tried).toHaveLength(4);
    expect(Math.min(...tried.slice(1).map(({ loss }) => loss))).toBeLessThan(tried[0]?.loss ?? 0);
  });

  it('lets all count alike where nothing moves: forgetting is rarely chosen', () => {
    const chosen = Array.from({ length: 30 }, (_, seed) => chosenFor(() => 0.4, seed)).filter(
      ({ halfLife }) => halfLife !== null,
    );
    expect(chosen.length).toBeLessThanOrEqual(8);
  });

  it('is not chosen where a window has nothing before it, or nothing can be fitted', () => {
    const given = { halfLives: [1], at: (at: number) => at, fit: () => null };
    expect(chooseHalfLife([1, 2, 3], { ...given, windows: [[0, 3]] })).toEqual({ halfLife: null, tried: [] });
    expect(chooseHalfLife([1, 2, 3], { ...given, windows: [[1, 3]] })).toEqual({ halfLife: null, tried: [] });
  });
});

describe('trees that are grown anew', () => {
  it('say what the frozen model says until they are proved better, and follow when the truth is bent', () => {
    const learner = guardedTrees(['constant', 'first', 'second', 'third'], 1);
    expect(learner.logOdds(0.3, [1, 0, 0, 0])).toBe(0.3);
    expect(learner.review()).toBeNull();
    expect(livedWith(learner, 1, 'bent')).toBeLessThan(-0.1);
    expect(learner.serving).toBe('online');
  });
});
