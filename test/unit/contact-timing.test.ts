import { describe, expect, it } from 'vitest';
import { addDays, calendarDay, daysBetween } from '../../core/domain/calendar-day.ts';
import { normal, seededRandom } from '../../core/math/random.ts';
import { planningSettingsSchema } from '../../core/planning/settings.ts';
import { bestContactDay, firstContactDay, leavingByDay, mayContact } from '../../core/planning/timing.ts';

const { hours } = planningSettingsSchema.parse({});
/** A Monday. */
const MONDAY = calendarDay('2026-06-01');
const rules = { hours, from: MONDAY, coolUntil: null };
/** Those who leave do so around one day. */
const around = (peak: number, spread: number, days = 90) =>
  Array.from(
    { length: days },
    (_, d) => Math.exp(-0.5 * ((d - peak) / spread) ** 2) / (spread * Math.sqrt(2 * Math.PI)),
  );

describe('the day of a contact', () => {
  it('is none where no day is allowed', () => {
    expect(bestContactDay([0.1, 0.1], 30, { ...rules, from: calendarDay('2026-06-06') })).toBeNull();
    expect(bestContactDay(around(3, 1, 5), 30, { ...rules, coolUntil: calendarDay('2026-07-01') })).toBeNull();
  });

  it('comes before the peak of leaving, not at it and not long before', () => {
    const day = bestContactDay(around(40, 5), 10, rules);
    const before = 40 - daysBetween(MONDAY, day ?? MONDAY);
    expect(before).toBeGreaterThanOrEqual(4);
    expect(before).toBeLessThanOrEqual(14);
  });

  it('is the first allowed one where most of the risk is there already', () => {
    expect(
      bestContactDay(leavingByDay([0.6, 0.61, 0.62, 0.63]), 30, { ...rules, from: calendarDay('2026-06-06') }),
    ).toBe('2026-06-08');
  });

  it('keeps to working days and cool-down whatever the risk', () => {
    for (let peak = 0; peak < 60; peak += 1) {
      const day = bestContactDay(around(peak, 4), 15, { ...rules, coolUntil: addDays(MONDAY, 20) });
      expect(mayContact(day ?? MONDAY, { hours, coolUntil: addDays(MONDAY, 20) })).toBe(true);
    }
  });

  it('is not today once the working hours are over where the customer is', () => {
    const at = (instant: string, zone: string) => firstContactDay(MONDAY, new Date(instant), zone, hours);
    expect(at('2026-06-01T16:59:00Z', 'UTC')).toBe(MONDAY);
    expect(at('2026-06-01T17:00:00Z', 'UTC')).toBe('2026-06-02');
    expect(at('2026-06-01T15:30:00Z', 'Europe/Berlin')).toBe('2026-06-02');
    expect(at('2026-06-09T20:00:00Z', 'UTC')).toBe(MONDAY);
  });

  it('saves more than the best fixed day does where customers leave at different times', () => {
    const random = seededRandom(11);
    const effectDays = 14;
    const book = Array.from({ length: 2_000 }, () => {
      const peak = 5 + 75 * random.next();
      // What is known of the peak is off by some days.
      return { truth: around(peak, 6), known: around(peak + 4 * normal(random), 7) };
    });
    const reached = (leaving: readonly number[], day: number) =>
      leaving.reduce((sum, share, d) => sum + (d < day ? 0 : share * Math.exp(-(d - day) / effectDays)), 0);
    const fixed = Array.from({ length: 90 }, (_, day) => book.reduce((sum, { truth }) => sum + reached(truth, day), 0));
    const timed = book.reduce((sum, { truth, known }) => {
      const day = bestContactDay(known, effectDays, rules);
      return sum + (day === null ? 0 : reached(truth, daysBetween(MONDAY, day)));
    }, 0);
    // Of the leavers, .49 are reached while the contact still works, against .19 on the best fixed day.
    expect(timed / Math.max(...fixed)).toBeGreaterThan(2);
  });
});
