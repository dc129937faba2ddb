import { type CalendarDay, dayOf, daysBetween } from '../domain/calendar-day.ts';
import type { InstantOrDay } from '../domain/records.ts';
import type { Finding } from './finding.ts';

/** Unix time zero, and before it those of spreadsheets (1900) and databases (0001). */
const FIRST_PLAUSIBLE_DAY = '1971-01-01' as CalendarDay;
/** What is further ahead is a mistyped year; up to it, it may be a deal that closes later. */
const PLAUSIBLE_DAYS_AHEAD = 366;
/** Clocks of two machines differ by seconds. */
const CLOCKS_DIFFER_MS = 10 * 60_000;
/** The widest two time zones are apart. */
const ZONES_DIFFER_MS = 26 * 3_600_000;

/** What is wrong with the time of a sale or activity, by the clock; null when nothing is. */
export function dateFinding(occurredAt: InstantOrDay, now: Date, timeZone: string): Finding | null {
  const day = dayOf(occurredAt, timeZone);
  const today = dayOf(now.toISOString(), timeZone);
  const found = occurredAt;
  if (day < FIRST_PLAUSIBLE_DAY) {
    return {
      rule: 'placeholder-date',
      severity: 'hold',
      field: 'occurredAt',
      expected: `a day from ${FIRST_PLAUSIBLE_DAY} on`,
      found,
      remedy: 'Enter the day at its source: this one stands for "none".',
    };
  }
  const aheadMs = occurredAt.length === 10 ? null : new Date(occurredAt).getTime() - now.getTime();
  if (aheadMs !== null && aheadMs > CLOCKS_DIFFER_MS && aheadMs <= ZONES_DIFFER_MS) {
    return {
      rule: 'clock-ahead',
      severity: 'warn',
      field: 'occurredAt',
      expected: `an instant up to now (${now.toISOString()})`,
      found,
      remedy: 'Set the clock or the time zone of the system that sends it.',
    };
  }
  // A day alone may be tomorrow's where the sun is ahead of us.
  if (daysBetween(today, day) <= 1) return null;
  return {
    rule: 'future-date',
    severity: daysBetween(today, day) > PLAUSIBLE_DAYS_AHEAD ? 'hold' : 'warn',
    field: 'occurredAt',
    expected: `a day up to today (${today})`,
    found,
    remedy: 'Correct the day at its source. Until it comes the record does not count.',
  };
}
