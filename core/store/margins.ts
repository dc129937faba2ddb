import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Sql } from '../ports/database.ts';
import type { BookMarginSums, MarginSums } from '../scores/margin.ts';

/** Orders up to a day that tell a margin; a refund takes back the same share of both sums. */
const TOLD = "transaction_kind = 'order' and day <= $1 and amount_minor > 0 and margin_minor is not null";

/** Sums over a book's orders up to a day. They are of type numeric, so that the order of the rows makes no difference to the last bit. */
export async function bookMargin(sql: Sql, asOf: CalendarDay): Promise<BookMarginSums> {
  const [sums] = await sql.query<
    Record<'customers' | 'known' | 'amount' | 'margin' | 'squared' | 'between' | 'within', string | null>
  >(
    `select count(*)::text as customers, sum(known)::text as known, sum(amount)::text as amount, sum(margin)::text as margin,
       sum(amount * amount)::text as squared, sum(margin * margin / amount)::text as between, sum(within)::text as within
     from (select customer_id, count(*) as known, sum(amount_minor)::numeric as amount, sum(margin_minor)::numeric as margin,
             sum(margin_minor::numeric * margin_minor / amount_minor) as within
           from transactions where ${TOLD} group by customer_id) of_customer`,
    [asOf],
  );
  const known = Number(sums?.known ?? 0);
  // Counting all orders reads the whole table: not for a book in which none tells its margin.
  const [all] =
    known === 0
      ? []
      : await sql.query<{ sales: string }>(
          "select count(*)::text as sales from transactions where transaction_kind = 'order' and day <= $1",
          [asOf],
        );
  return {
    known,
    sales: Number(all?.sales ?? 0),
    customers: Number(sums?.customers ?? 0),
    amountMinor: Number(sums?.amount ?? 0),
    marginMinor: Number(sums?.margin ?? 0),
    squaredAmountMinor: Number(sums?.squared ?? 0),
    betweenMinor: Number(sums?.between ?? 0),
    withinMinor: Number(sums?.within ?? 0),
  };
}

/** Sums over the orders of some customers up to a day; who tells no margin is absent. */
export async function customerMargins(
  sql: Sql,
  customerIds: readonly string[],
  asOf: CalendarDay,
): Promise<ReadonlyMap<string, MarginSums>> {
  const rows = await sql.query<{ customer_id: string; known: string; amount: string; margin: string }>(
    `select customer_id, count(*)::text as known, sum(amount_minor)::text as amount, sum(margin_minor)::text as margin
     from transactions where ${TOLD} and customer_id = any($2::uuid[]) group by customer_id`,
    [asOf, customerIds],
  );
  return new Map(
    rows.map(({ customer_id, known, amount, margin }) => [
      customer_id,
      { known: Number(known), amountMinor: Number(amount), marginMinor: Number(margin) },
    ]),
  );
}

/** Sums over one customer's orders up to a day. */
export async function customerMargin(sql: Sql, customerId: string, asOf: CalendarDay): Promise<MarginSums> {
  return (
    (await customerMargins(sql, [customerId], asOf)).get(customerId) ?? { known: 0, amountMinor: 0, marginMinor: 0 }
  );
}
