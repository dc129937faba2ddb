import type { CalendarDay } from '../domain/calendar-day.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import type { Database } from '../ports/database.ts';
import { readHistories } from './history.ts';

const CUSTOMERS_PER_READ = 2_000;

/** Every customer's purchase days as settled by the as-of day, customer by customer; amounts in minor units. */
export async function* purchaseDays(
  database: Database,
  asOf: CalendarDay,
  rank: SourceRank,
): AsyncGenerator<{ customerId: string; day: CalendarDay; amountMinor: bigint }> {
  for (let after: string | null = null; ; ) {
    const ids: { customer_id: string }[] = await database.query(
      `select customer_id from customers where $1::uuid is null or customer_id > $1::uuid
       order by customer_id limit ${CUSTOMERS_PER_READ}`,
      [after],
    );
    const histories = await readHistories(
      database,
      ids.map((row) => row.customer_id),
    );
    for (const { customerId, transactions } of histories) {
      for (const { day, amountMinor } of settle(transactions, asOf, rank).days) yield { customerId, day, amountMinor };
    }
    after = ids.at(-1)?.customer_id ?? null;
    if (after === null) return;
  }
}
