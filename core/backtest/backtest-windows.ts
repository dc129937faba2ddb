import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';

/** A window inside the past: what was known on `from`, and what came up to `to`. */
export interface BacktestWindow {
  from: CalendarDay;
  to: CalendarDay;
}

/**
 * Rolling origins inside the past, newest first: windows as long as the horizon, or half of the past where that is shorter, each
 * half a window before the last, none with less past before it than it is long (of which a twentieth is forgiven): in a younger
 * book customers are still joining, and what holds there does not hold later.
 */
export function backtestWindows(
  firstDay: CalendarDay,
  asOf: CalendarDay,
  weeks: number,
  most: number,
): readonly BacktestWindow[] {
  const past = daysBetween(firstDay, asOf);
  const length = Math.max(Math.min(Math.round(weeks * 7), Math.floor(past / 2)), 1);
  const windows: BacktestWindow[] = [];
  for (let to = asOf; windows.length < most; to = addDays(to, -Math.ceil(length / 2))) {
    const from = addDays(to, -length);
    if (daysBetween(firstDay, from) < length * 0.95) break;
    windows.push({ from, to });
  }
  return windows;
}
