import type { Database, Sql } from '../ports/database.ts';
import type { NpsAnswer, Outcomes } from '../ports/outcomes.ts';
import { insertRows } from './bulk.ts';
import { findCustomer } from './find-customer.ts';

/** What others tell of a workspace's customers. */
export function createOutcomes(database: Database): Outcomes {
  return { keepNps: (answers) => database.transaction((sql) => keepNps(sql, answers)) };
}

async function keepNps(sql: Sql, answers: readonly NpsAnswer[]): ReturnType<Outcomes['keepNps']> {
  const found: { customerId: string | null; answer: NpsAnswer }[] = [];
  for (const answer of answers) found.push({ customerId: await findCustomer(sql, answer.customer), answer });
  const rows = await sql.query<{ customer_id: string }>(
    'select customer_id from customers where customer_id = any($1::uuid[])',
    [[...new Set(found.flatMap(({ customerId }) => customerId ?? []))]],
  );
  const known = new Set(rows.map((row) => row.customer_id));
  const ofCustomers = found.map(({ customerId, answer }) => ({ customerId: customerId?.toLowerCase() ?? '', answer }));
  const last = new Map(
    ofCustomers
      .filter(({ customerId }) => known.has(customerId))
      .map((each) => [`${each.customerId} ${each.answer.answeredOn}`, each]),
  );
  await insertRows(sql, {
    table: 'outcomes',
    columns: { customer_id: 'uuid', kind: 'text', outcome_key: 'text', occurred_on: 'date', value: 'double precision' },
    rows: [...last.values()].map(({ customerId, answer: { answeredOn, score } }) => ({
      customer_id: customerId,
      kind: 'nps',
      outcome_key: answeredOn,
      occurred_on: answeredOn,
      value: score,
    })),
    onConflict: '(customer_id, kind, outcome_key) do update set value = excluded.value',
  });
  const unknown = ofCustomers.flatMap(({ customerId }, index) => (known.has(customerId) ? [] : [index]));
  return { kept: answers.length - unknown.length, unknown };
}
