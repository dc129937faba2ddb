import { calendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import type { Sql } from '../core/ports/database.ts';
import { findCustomer } from '../core/store/find-customer.ts';
import type { NpsAnswer } from '../core/store/outcomes.ts';
import { columnIndex, readTable } from './read-table.ts';

/**
 * Reads the answers of a survey: columns customer, date and score.
 *
 * @returns also how many lines are of customers who are not known
 * @throws DataError for a score that is not a whole number from 0 to 10, or a date that is no day
 */
export async function readNpsAnswers(
  sql: Sql,
  path: string,
): Promise<{ answers: readonly NpsAnswer[]; unknown: number }> {
  const file = await readTable(path);
  const [customerAt, dateAt, scoreAt] = ['customer', 'date', 'score'].map((name) => columnIndex(file, name));
  const answers: NpsAnswer[] = [];
  let unknown = 0;
  for (const { line, cells } of file.rows) {
    const cell = (at: number | undefined) => (at === undefined ? '' : (cells[at] ?? ''));
    const text = cell(scoreAt);
    if (!/^(?:10|\d)$/.test(text)) {
      throw new DataError({
        row: line,
        field: 'score',
        expected: 'a whole number from 0 to 10',
        found: text,
        remedy: 'correct it, or leave the line out',
      });
    }
    const customerId = await findCustomer(sql, cell(customerAt));
    if (customerId === null) unknown += 1;
    else answers.push({ customerId, answeredOn: calendarDay(cell(dateAt)), score: Number(text) });
  }
  return { answers, unknown };
}
