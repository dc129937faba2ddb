import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { seededRandom } from '../../core/math/random.ts';
import { type Episode, effectsOf, reviewAdvice } from '../../core/planning/review.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';

const PRIOR = { saveRate: 0.1, standardDeviation: 0.3 };
/** One action, free of cost for time but for 20 each. */
const settings = planningSettingsSchema.parse({
  actions: [{ name: 'call', channel: 'phone', minutes: 0, cost: 20, playbook: 'keep', prior: PRIOR }],
  margin: 1,
  exploreShare: 0,
  leastChance: 0.5,
});
const [CALL] = settings.actions;
if (!CALL) throw new Error('There is an action.');
const terms = { settings, asOf: calendarDay('2026-06-01'), seed: 1 };

/** Entries of customers worth 200 each, half of whom would leave; nine in ten are treated. */
function episodes(seed: number, size: number, saveRate: (segment: string) => number): readonly Episode[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, (_, i) => {
    const segment = String(Math.floor(random.next() * 4));
    const treated = random.next() < 0.9;
    const left = random.next() < 0.5 * (treated ? 1 - saveRate(segment) : 1);
    return {
      customerId: String(i),
      playbook: 'keep',
      segment,
      churnProbability: 0.5,
      valueIfKept12m: 200,
      treated,
      left,
    };
  });
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the review of advice', () => {
  it('is none while an arm has nobody', () => {
    const treated = episodes(1, 50, () => 0).map((episode) => ({ ...episode, treated: true }));
    expect(reviewAdvice(treated, CALL, terms)).toBeNull();
    expect(reviewAdvice([], CALL, terms)).toBeNull();
  });

  it('finds what treating nobody, everybody and those whom it helps is worth', () => {
    // Two segments of four are saved by .8: 80 for a cost of 20; the others not at all.
    const found = reviewAdvice(
      episodes(2, 8_000, (segment) => (segment < '2' ? 0.8 : 0)),
      CALL,
      terms,
    );
    const near = (estimate: { low: number; high: number; value: number } | undefined, truth: number) => {
      expect(Math.abs((estimate?.value ?? 0) - truth)).toBeLessThan(6);
      expect((estimate?.high ?? 0) - (estimate?.low ?? 0)).toBeLessThan(24);
    };
    near(found?.nobody.doublyRobust, 100);
    near(found?.everybody.doublyRobust, 100 + 40 - 20);
    near(found?.everybody.ips, 100 + 40 - 20);
    near(found?.advice.doublyRobust, 100 + 40 - 10);
  });

  it('does not praise advice for outcomes it was learned from', () => {
    // Nothing works, so that advice can only lose its cost; on 80 entries chance makes segments look saved.
    const gains = Array.from({ length: 60 }, (_, seed) => {
      const found = reviewAdvice(
        episodes(seed, 80, () => 0),
        CALL,
        terms,
      );
      return (found?.advice.doublyRobust.value ?? 0) - (found?.nobody.doublyRobust.value ?? 0);
    });
    expect(mean(gains)).toBeLessThan(0);
  });
});

describe('effects from entries', () => {
  it('count each arm of the action that the playbook stands for, and no other', () => {
    const found = effectsOf(settings.actions, [
      ...episodes(3, 500, () => 0.5),
      ...episodes(4, 500, () => -1).map((episode) => ({ ...episode, playbook: 'other' })),
    ]);
    expect(found.get('call')?.overall.customers).toBe(500);
    expect(found.get('call')?.overall.mean).toBeGreaterThan(0.3);
  });
});
