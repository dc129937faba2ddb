import { addDays, type CalendarDay, calendarDay } from '../domain/calendar-day.ts';

/** How long the time is by which customers are put together, and in which they are followed. */
export type CohortPeriod = 'month' | 'quarter';

const MONTHS: Readonly<Record<CohortPeriod, number>> = { month: 1, quarter: 3 };

/** Cohorts that can be told apart on a screen. */
export const MOST_COHORTS = 24;

/** Months as long as there are no more than can be told apart up to a day, the one of the day left out unless it is its last; then quarters. */
export function periodFor(firstDay: CalendarDay, asOf: CalendarDay): CohortPeriod {
  const last = periodIndex(lastCompleteDay(asOf, 'month'), 'month');
  return last - periodIndex(firstDay, 'month') < MOST_COHORTS ? 'month' : 'quarter';
}

/** Periods in a row have numbers in a row. */
export function periodIndex(day: CalendarDay, period: CohortPeriod): number {
  return Math.floor((Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1) / MONTHS[period]);
}

/** "2026-03", or "2026 Q1". */
export function periodName(index: number, period: CohortPeriod): string {
  const month = index * MONTHS[period];
  const year = Math.floor(month / 12);
  return period === 'month'
    ? `${year}-${String((month % 12) + 1).padStart(2, '0')}`
    : `${year} Q${Math.floor((month % 12) / 3) + 1}`;
}

/** The first day of a period; that of the next one less a day is its last. */
export function firstDayOf(index: number, period: CohortPeriod): CalendarDay {
  const month = index * MONTHS[period];
  return calendarDay(`${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`);
}

/** The last day, up to `asOf`, on which a period ended: a period that is not over would look like one in which few came. */
export function lastCompleteDay(asOf: CalendarDay, period: CohortPeriod): CalendarDay {
  return addDays(firstDayOf(periodIndex(addDays(asOf, 1), period), period), -1);
}
