import { InvalidArgumentError } from 'commander';
import { type CalendarDay, dayOf } from '../core/domain/calendar-day.ts';

/** Reads a whole number of zero or more from an option. */
export function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number of zero or more.');
  return Number(text);
}

/** Reads a share above 0 and at most 1 from an option. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be above 0 and at most 1, such as 0.35.');
  return value;
}

/** Today in UTC, as the days of a file are. */
export function today(): CalendarDay {
  return dayOf(new Date().toISOString(), 'UTC');
}
