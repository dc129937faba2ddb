import { describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { type Patterns, patternsAt } from '../../core/engagement/patterns.ts';
import { rhythmOf } from '../../core/features/rhythm.ts';
import { seededRandom } from '../../core/math/random.ts';

/** A Sunday: the running week is full, and is not counted as one. */
const AS_OF = calendarDay('2026-05-31');

function patterns(days: readonly CalendarDay[], asOf = AS_OF): Patterns {
  const rhythm = rhythmOf(days);
  if (!rhythm) throw new Error('no day');
  return patternsAt(rhythm, asOf);
}

/** Active on each of the `count` days up to AS_OF with a chance that depends on how long ago the day is. */
function activeDays(count: number, seed: number, chance: (daysAgo: number) => number): readonly CalendarDay[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, daysAgo) => daysAgo)
    .filter((daysAgo) => random.next() < chance(daysAgo))
    .map((daysAgo) => addDays(AS_OF, -daysAgo));
}

const seeds = Array.from({ length: 300 }, (_, index) => index + 1);
const share = (found: (seed: number) => boolean) => seeds.filter(found).length / seeds.length;

describe('patterns in planted series', () => {
  it('find a rise and a fall in four of five series that have one, and never the other way round', () => {
    const rising = (seed: number) => patterns(activeDays(182, seed, (ago) => 0.9 - ago / 95)).trend;
    const falling = (seed: number) => patterns(activeDays(182, seed, (ago) => Math.min(ago / 95, 0.9))).trend;
    expect(share((seed) => rising(seed) === 'rising')).toBeGreaterThan(0.8);
    expect(share((seed) => falling(seed) === 'falling')).toBeGreaterThan(0.8);
    expect(share((seed) => rising(seed) === 'falling' || falling(seed) === 'rising')).toBe(0);
  });

  it('find a drop where activity fell to a sixth four weeks ago', () => {
    expect(
      share((seed) => patterns(activeDays(182, seed, (ago) => (ago < 35 ? 0.08 : 0.5))).drop !== null),
    ).toBeGreaterThan(0.9);
    const gone = patterns(activeDays(182, 4, (ago) => (ago < 42 ? 0 : 0.5)));
    expect(gone.drop?.days).toBe(0);
    expect(gone.drop?.usualDays).toBeGreaterThan(9);
  });

  it('find nothing in a steady series more often than chance would', () => {
    const steady = (seed: number) => patterns(activeDays(182, seed, () => 0.3));
    expect(share((seed) => steady(seed).trend !== null)).toBeLessThan(0.08);
    expect(share((seed) => steady(seed).drop !== null)).toBeLessThan(0.03);
    expect(share((seed) => steady(seed).everyDays !== null)).toBe(0);
  });

  it('find regularity in days that come every two weeks, give or take two, until they stay away', () => {
    const random = seededRandom(2);
    const days = Array.from({ length: 12 }, (_, i) => addDays(AS_OF, -14 * i - 2 + Math.floor(random.next() * 3)));
    expect(patterns(days).everyDays).toBeCloseTo(14, 0);
    expect(patterns(days, addDays(AS_OF, 30)).everyDays).toBeNull();
    expect(patterns(days.slice(0, 5)).everyDays).toBeNull();
  });

  it('count the weeks of a streak, which a running week without activity does not break and a full one does', () => {
    const weekly = [0, 7, 14, 21, 28].map((ago) => addDays(AS_OF, -ago));
    expect(patterns(weekly).streakWeeks).toBe(5);
    expect(patterns(weekly, addDays(AS_OF, 7)).streakWeeks).toBe(5);
    expect(patterns(weekly, addDays(AS_OF, 8)).streakWeeks).toBe(0);
    expect(patterns(weekly.filter((_, index) => index !== 2)).streakWeeks).toBe(2);
  });

  it('say nothing of a customer of yesterday', () => {
    expect(patterns([addDays(AS_OF, -1)])).toEqual({ trend: null, streakWeeks: 1, drop: null, everyDays: null });
  });

  it('are the same from the rhythm of today and from that of the last active day, months later too', () => {
    const days = activeDays(182, 9, (ago) => (ago < 20 ? 0 : 0.3));
    for (const later of [0, 3, 40, 200]) {
      const asOf = addDays(AS_OF, later);
      const found = patterns(days, asOf);
      expect(patterns([...days].reverse(), asOf)).toEqual(found);
      expect(found.streakWeeks).toBe(0);
    }
  });
});
