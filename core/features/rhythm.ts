import { type CalendarDay, dayNumber } from '../domain/calendar-day.ts';

/** Weeks kept: half a year. */
export const RHYTHM_WEEKS = 26;

/** On which days a customer did anything, week by week: what patterns are read from. Holds for every later day while nothing happens. */
export interface Rhythm {
  firstDay: CalendarDay;
  lastDay: CalendarDay;
  /** The week of `lastDay`; weeks run from Monday to Sunday and are counted from 1970. */
  week: number;
  /** Days with activity in that week and in those before it, newest first; at most RHYTHM_WEEKS entries. */
  activeDays: readonly number[];
  /** Days between neighbouring days with activity: how many, their sum and their sum of squares. */
  gaps: number;
  gapDays: number;
  gapDaysSquared: number;
}

/** The week of a day, counted from the first Monday before 1970. */
export function weekOf(day: CalendarDay): number {
  return Math.floor((dayNumber(day) + 3) / 7);
}

/** Summarises days in any order, repeats allowed; null when there is none. */
export function rhythmOf(days: readonly CalendarDay[]): Rhythm | null {
  const distinct = [...new Set(days)].sort();
  const [firstDay] = distinct;
  const lastDay = distinct.at(-1);
  if (firstDay === undefined || lastDay === undefined) return null;
  const week = weekOf(lastDay);
  const activeDays = new Array<number>(Math.min(week - weekOf(firstDay) + 1, RHYTHM_WEEKS)).fill(0);
  let gapDays = 0;
  let gapDaysSquared = 0;
  let before: number | null = null;
  for (const day of distinct) {
    const back = week - weekOf(day);
    if (back < activeDays.length) activeDays[back] = (activeDays[back] ?? 0) + 1;
    const number = dayNumber(day);
    if (before !== null) {
      gapDays += number - before;
      gapDaysSquared += (number - before) ** 2;
    }
    before = number;
  }
  return { firstDay, lastDay, week, activeDays, gaps: distinct.length - 1, gapDays, gapDaysSquared };
}
