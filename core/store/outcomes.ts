import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';

/** An answer to "how likely are you to recommend us", 0 to 10. */
export interface NpsAnswer {
  customerId: string;
  answeredOn: CalendarDay;
  score: number;
}

/** Keeps answers as outcomes; one customer's second answer of a day replaces the first. */
export function keepNpsAnswers(sql: Sql, answers: readonly NpsAnswer[]): Promise<void> {
  const last = new Map(answers.map((answer) => [`${answer.customerId} ${answer.answeredOn}`, answer]));
  return insertRows(sql, {
    table: 'outcomes',
    columns: { customer_id: 'uuid', kind: 'text', outcome_key: 'text', occurred_on: 'date', value: 'double precision' },
    rows: [...last.values()].map(({ customerId, answeredOn, score }) => ({
      customer_id: customerId,
      kind: 'nps',
      outcome_key: answeredOn,
      occurred_on: answeredOn,
      value: score,
    })),
    onConflict: '(customer_id, kind, outcome_key) do update set value = excluded.value',
  });
}
