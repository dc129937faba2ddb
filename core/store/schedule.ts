import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import { keepSetting, readSetting } from './settings.ts';

/** The work that brings in, scores and writes everybody. */
export const CYCLE = 'cycle';

/** How recurring work is spread over the processes of a workspace. */
export interface Schedule {
  /** Of the work: one name, one process at a time. */
  name: string;
  /** From the end of one to the beginning of the next. */
  everyMs: number;
  clock: Clock;
  /** A new day is due at once: time alone moves scores. */
  today: CalendarDay;
}

/**
 * Runs work that recurs if it is due and no other process is at it. Its end is noted only when it ended: what a process took with it
 * when it died is due at once.
 *
 * @returns whether it ran
 */
export function runWhenDue(
  database: Database,
  { name, everyMs, clock, today }: Schedule,
  work: () => Promise<void>,
): Promise<boolean> {
  return database.holding([`schedule/${name}`], async (held) => {
    if (held.length === 0) return false;
    const last = await readSetting<{ endedAt: string; day: CalendarDay }>(database, `schedule ${name}`);
    const since = last === null ? Number.POSITIVE_INFINITY : clock.now().getTime() - Date.parse(last.endedAt);
    if (last?.day === today && since < everyMs) return false;
    await work();
    await keepSetting(database, `schedule ${name}`, { endedAt: clock.now().toISOString(), day: today });
    return true;
  });
}

/** Runs work that must not meet recurring work: waits until nobody is at that, and keeps it from beginning meanwhile. */
export function betweenRuns<T>(database: Database, name: string, work: () => Promise<T>): Promise<T> {
  return database.exclusive(`schedule/${name}`, work);
}
