import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Json } from '../domain/json.ts';
import type { Sql } from '../ports/database.ts';

/** A day of a schedule whose run went through. */
export interface DoneDay {
  /** ISO 8601 instant. */
  finishedAt: string;
  /** What the run said it did. */
  result: Readonly<Record<string, Json>>;
}

/** The run of a day; null while it has not gone through. */
export async function dayDone(sql: Sql, day: CalendarDay): Promise<DoneDay | null> {
  const [row] = await sql.query<DoneDay>(
    `select finished_at as "finishedAt", result from run_days where day = $1::date`,
    [day],
  );
  return row ?? null;
}

/** Remembers that the run of a day went through. */
export async function keepDayDone(sql: Sql, day: CalendarDay, { finishedAt, result }: DoneDay): Promise<void> {
  await sql.query(
    `insert into run_days (day, finished_at, result) values ($1::date, $2::timestamptz, $3::jsonb)
     on conflict (day) do update set finished_at = excluded.finished_at, result = excluded.result`,
    [day, finishedAt, JSON.stringify(result)],
  );
}
