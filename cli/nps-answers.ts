import { calendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import type { NpsAnswer } from '../core/ports/outcomes.ts';
import { columnIndex, readTable } from './read-table.ts';

/**
 * Reads the answers of a survey: columns customer, date and score.
 *
 * @throws DataError for a score that is not a whole number from 0 to 10, or a date that is no day
 */
export async function readNpsAnswers(path: string): Promise<readonly NpsAnswer[]> {
  const file = await readTable(path);
  const [customerAt, dateAt, scoreAt] = ['customer', 'date', 'score'].map((name) => columnIndex(file, name));
  return file.rows.map(({ line, cells }) => {
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
    return { customer: cell(customerAt), answeredOn: calendarDay(cell(dateAt)), score: Number(text) };
  });
}
