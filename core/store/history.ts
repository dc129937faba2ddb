import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Channel } from '../domain/records.ts';
import type { ContractTerm } from '../features/contract.ts';
import type { Transaction } from '../features/settle.ts';
import type { DatedEvent } from '../features/stats.ts';
import type { Sql } from '../ports/database.ts';
import { readTerms } from './contracts.ts';

/** Everything that happened with one customer, as far as it is known, whatever its date. */
export interface CustomerHistory {
  customerId: string;
  transactions: readonly Transaction[];
  events: readonly DatedEvent[];
  terms: readonly ContractTerm[];
}

/** Reads the histories of some customers; one entry for each id, in order. */
export async function readHistories(sql: Sql, customerIds: readonly string[]): Promise<readonly CustomerHistory[]> {
  const histories = new Map(
    customerIds.map((customerId) => [
      customerId,
      {
        customerId,
        transactions: [] as Transaction[],
        events: [] as DatedEvent[],
        terms: [] as readonly ContractTerm[],
      },
    ]),
  );
  const transactions = await sql.query<{
    customer_id: string;
    connection_id: string;
    external_id: string;
    transaction_kind: Transaction['kind'];
    day: CalendarDay;
    amount_minor: bigint | null;
    original_amount_minor: bigint | null;
    original_currency: string | null;
    order_reference: string | null;
    refers_to: string | null;
  }>(
    `select customer_id, connection_id, external_id, transaction_kind, day, amount_minor,
       original_amount_minor, original_currency, order_reference, refers_to
     from transactions where customer_id = any($1::uuid[])`,
    [customerIds],
  );
  for (const row of transactions) {
    histories.get(row.customer_id)?.transactions.push({
      connectionId: row.connection_id,
      externalId: row.external_id,
      kind: row.transaction_kind,
      day: row.day,
      amountMinor: row.amount_minor,
      ...(row.original_amount_minor !== null &&
        row.original_currency !== null && {
          original: { amountMinor: row.original_amount_minor, currency: row.original_currency },
        }),
      orderReference: row.order_reference,
      refersTo: row.refers_to,
    });
  }
  const events = await sql.query<{ customer_id: string; channel: Channel; name: string; day: CalendarDay }>(
    'select customer_id, channel, name, day from events where customer_id = any($1::uuid[])',
    [customerIds],
  );
  for (const { customer_id, channel, name, day } of events)
    histories.get(customer_id)?.events.push({ channel, name, day });
  for (const [customerId, terms] of await readTerms(sql, customerIds)) {
    const history = histories.get(customerId);
    if (history) history.terms = terms;
  }
  return [...histories.values()];
}
