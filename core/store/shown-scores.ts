import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Sql } from '../ports/database.ts';
import type { Lifecycle } from '../scores/score.ts';

/** What a customer's records showed from a day on. */
export interface ShownScore {
  asOf: CalendarDay;
  modelVersion: string;
  lifecycle: Lifecycle;
  churnProbability: number | null;
  horizonDays: number;
  /** The 80 % interval of 12 months' money, in major units. */
  low: number | null;
  high: number | null;
}

const CUSTOMERS_PER_READ = 2_000;

/** The score history of some customers, each one's earliest first. */
export async function shownScores(
  sql: Sql,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ShownScore[]>> {
  const shown = new Map<string, ShownScore[]>();
  for (let start = 0; start < customerIds.length; start += CUSTOMERS_PER_READ) {
    const rows = await sql.query<ShownScore & { customerId: string }>(
      `select customer_id as "customerId", as_of as "asOf", model_version as "modelVersion", score->>'lifecycle' as lifecycle,
         (score->>'churnProbability')::double precision as "churnProbability",
         (score->>'churnHorizonDays')::int as "horizonDays",
         (score->>'clv12mLow')::double precision as low, (score->>'clv12mHigh')::double precision as high
       from score_history where customer_id = any($1::uuid[]) order by customer_id, as_of`,
      [customerIds.slice(start, start + CUSTOMERS_PER_READ)],
    );
    for (const { customerId, ...score } of rows) {
      const own = shown.get(customerId);
      if (own) own.push(score);
      else shown.set(customerId, [score]);
    }
  }
  return shown;
}
