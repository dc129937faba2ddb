import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';

/** Facts of a connection by the day they happened on. */
export type DayCounts = Record<string, number>;

/** Days kept: ten weeks, and some to come late. */
const DAYS_KEPT = 80;
/** Days beyond them that are let go together. */
const DAYS_LET_GO = 8;
const WEEKS_BEFORE = 8;
/** Facts that should have come before silence says anything. */
const LEAST_EXPECTED = 15;
/** Silence must be so many times the longest of the weeks before. */
const TIMES_LONGEST = 3;
/** A drop: below this part of the usual week, and by so many deviations. */
const DROP_BELOW = 0.4;
const DEVIATIONS = 6;

/** Counts a fact in, and lets go of days long before the last. */
export function countDay(counts: DayCounts, day: CalendarDay): void {
  counts[day] = (counts[day] ?? 0) + 1;
  const days = Object.keys(counts);
  if (days.length < DAYS_KEPT + DAYS_LET_GO) return;
  const first = addDays(lastDay(days), -DAYS_KEPT);
  for (const each of days) if (each < first) delete counts[each];
}

function lastDay(days: readonly string[]): CalendarDay {
  return days.reduce((last, day) => (day > last ? day : last), '') as CalendarDay;
}

/** What is wrong with the volume of a connection. */
export type VolumeFault =
  /** Nothing since `since`, while about `expected` should have come. */
  | { is: 'stale'; since: CalendarDay; expected: number }
  /** `found` in the last complete week; `usual` in one of those before. */
  | { is: 'drop'; found: number; usual: number };

/**
 * Whether a connection has stopped, or brings far less than it did, on a day: told by the eight weeks before. A fact of today counts, the
 * day itself does not: it is not over.
 */
export function volumeFault(counts: DayCounts, asOf: CalendarDay): VolumeFault | null {
  const days = Object.keys(counts)
    .filter((day) => day <= asOf)
    .sort() as CalendarDay[];
  const last = days.at(-1);
  if (last === undefined) return null;
  const first = addDays(last, -7 * WEEKS_BEFORE);
  const recent = days.filter((day) => day > first);
  const sum = (some: readonly CalendarDay[]) => some.reduce((total, day) => total + (counts[day] ?? 0), 0);
  const perDay = sum(recent) / Math.max(daysBetween(recent[0] ?? last, last) + 1, 14);
  const longest = recent
    .slice(1)
    .reduce((most, day, at) => Math.max(most, daysBetween(recent[at] as CalendarDay, day)), 1);
  const silent = daysBetween(last, asOf) - 1;
  const expected = perDay * silent;
  if (silent >= TIMES_LONGEST * longest && expected >= LEAST_EXPECTED)
    return { is: 'stale', since: last, expected: Math.round(expected) };

  const week = (back: number) =>
    sum(days.filter((day) => day > addDays(asOf, -7 * (back + 1) - 1) && day <= addDays(asOf, -7 * back - 1)));
  if ((days[0] as CalendarDay) > addDays(asOf, -7 * WEEKS_BEFORE)) return null;
  const before = Array.from({ length: WEEKS_BEFORE }, (_, index) => week(index + 1)).sort((a, b) => a - b);
  const usual = ((before[WEEKS_BEFORE / 2 - 1] as number) + (before[WEEKS_BEFORE / 2] as number)) / 2;
  const off = before.map((each) => Math.abs(each - usual)).sort((a, b) => a - b)[WEEKS_BEFORE / 2] as number;
  const found = week(0);
  const spread = Math.max(1.4826 * off, Math.sqrt(usual));
  return usual >= LEAST_EXPECTED && found < DROP_BELOW * usual && usual - found > DEVIATIONS * spread
    ? { is: 'drop', found, usual }
    : null;
}
