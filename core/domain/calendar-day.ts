import { DataError } from './errors.ts';

/** A calendar day of the workspace's time zone, "YYYY-MM-DD". Compares correctly as text. */
export type CalendarDay = string & { readonly __brand: 'CalendarDay' };

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const OFFSET = /(?:Z|[+-]\d{2}:?\d{2})$/;
const MS_PER_DAY = 86_400_000;

/** Reads "YYYY-MM-DD". Throws DataError when the text is not a day that exists (2026-02-30). */
export function calendarDay(text: string): CalendarDay {
  const parts = DAY.exec(text);
  if (parts) {
    const day = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
    if (day.toISOString().startsWith(text)) return text as CalendarDay;
  }
  throw new DataError({
    field: 'date',
    expected: 'a calendar day such as 2026-03-31',
    found: text,
    remedy: 'correct it',
  });
}

/** Days since 1970-01-01. */
export function dayNumber(day: CalendarDay): number {
  // A date alone is its midnight in UTC.
  return Date.parse(day) / MS_PER_DAY;
}

/** The calendar day with this number of days since 1970-01-01. */
export function fromDayNumber(number: number): CalendarDay {
  return new Date(number * MS_PER_DAY).toISOString().slice(0, 10) as CalendarDay;
}

/** 1 Monday to 7 Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: CalendarDay): number {
  return ((((dayNumber(day) + 3) % 7) + 7) % 7) + 1;
}

/** The day `days` later (earlier when negative). */
export function addDays(day: CalendarDay, days: number): CalendarDay {
  return fromDayNumber(dayNumber(day) + days);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: CalendarDay, to: CalendarDay): number {
  return dayNumber(to) - dayNumber(from);
}

/** A day, as zone-aware text formatters are slow to build: one is kept for each zone. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * The calendar day on which an instant falls in a time zone. Text that is a date alone is that day, whatever the zone
 * (DECISIONS: "date-only values are that day there").
 *
 * @param at ISO 8601 instant with zone or offset, or "YYYY-MM-DD"
 * @param timeZone IANA name, e.g. "Pacific/Auckland"
 */
export function dayOf(at: string, timeZone: string): CalendarDay {
  if (at.length === 10) return calendarDay(at);
  const instant = new Date(at);
  // Without an offset it would be read in the time zone of whatever machine this runs on.
  if (Number.isNaN(instant.getTime()) || !OFFSET.test(at)) {
    throw new DataError({
      field: 'occurredAt',
      expected: 'an ISO 8601 instant with Z or an offset, or a day',
      found: at,
      remedy: 'correct it at the source',
    });
  }
  if (timeZone === 'UTC') return instant.toISOString().slice(0, 10) as CalendarDay;
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(instant) as CalendarDay;
}

/** Whether a text is the IANA name of a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
