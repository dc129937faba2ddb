import { describe, expect, it } from 'vitest';
import { addDays, calendarDay, dayNumber, dayOf, daysBetween, fromDayNumber } from '../../core/domain/calendar-day.ts';

describe('calendar days', () => {
  it('falls on the day of the workspace’s time zone', () => {
    const instant = '2026-03-31T11:30:00Z';
    expect(dayOf(instant, 'UTC')).toBe('2026-03-31');
    expect(dayOf(instant, 'Pacific/Auckland')).toBe('2026-04-01');
    expect(dayOf('2026-03-31T02:00:00Z', 'America/Los_Angeles')).toBe('2026-03-30');
  });

  it('takes a date without time as that day in any zone', () => {
    expect(dayOf('2026-03-31', 'America/Los_Angeles')).toBe('2026-03-31');
  });

  it('counts across leap days and summer time', () => {
    expect(daysBetween(calendarDay('2024-02-28'), calendarDay('2024-03-01'))).toBe(2);
    expect(addDays(calendarDay('2026-12-31'), 1)).toBe('2027-01-01');
    expect(fromDayNumber(dayNumber(calendarDay('1997-09-30')))).toBe('1997-09-30');
  });

  it.each(['2026-02-30', '2026-2-3', 'yesterday', ''])('refuses %j', (text) => {
    expect(() => calendarDay(text)).toThrow(/calendar day/);
  });

  it('refuses an instant that is none', () => {
    expect(() => dayOf('not a time at all', 'UTC')).toThrow(/ISO 8601/);
  });
});
