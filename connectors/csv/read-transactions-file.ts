import { type CalendarDay, dayOf } from '../../core/domain/calendar-day.ts';
import { DataError } from '../../core/domain/errors.ts';
import { readRows } from './read-rows.ts';
import { type Columns, columnsWith } from './settings.ts';
import { amountOf, dateOf, fault, kindOf } from './values.ts';

/** One order of a file. */
export interface DatedOrder {
  customerId: string;
  /** Of UTC where the file has instants. */
  day: CalendarDay;
  /** In the file's own currency, >= 0. */
  amount: number;
  /** A refund, void or cancellation takes its amount back from an order before it. */
  kind: 'order' | 'taken-back';
}

/**
 * Reads the orders of a CSV file (gzip allowed) for an evaluation, with the checks of the connector, but strictly: an evaluation of the
 * readable half of a file would be another one.
 *
 * @param options.columns where they differ from customer_id, date, amount
 * @param options.today refuses an order dated later: a slip of the pen, or a plan
 * @throws DataError naming row and column, for the first row that cannot be used
 */
export async function* readTransactionsFile(
  path: string,
  { columns = {}, today }: { columns?: Partial<Columns>; today?: CalendarDay } = {},
): AsyncGenerator<DatedOrder> {
  const format = {
    path,
    columns: columnsWith(columns),
    needed: ['customerId', 'date', 'amount'] as const,
    delimiter: ',',
    encoding: 'utf-8' as const,
  };
  let rows = 0;
  for await (const line of readRows(format)) {
    if ('error' in line) throw line.error;
    const { row } = line;
    const customerId = row.cell('customerId');
    if (customerId === '')
      throw fault(row.place('customerId'), 'the customer’s id', '', 'fill it in, or take the row out of the file');
    const takenBack = kindOf(row.cell('kind'), row.place('kind')) !== 'order';
    const day = dayOf(dateOf(row.cell('date'), row.place('date')), 'UTC');
    if (today !== undefined && day > today)
      throw fault(
        row.place('date'),
        `a day up to today, ${today}`,
        day,
        'correct the year, or leave out what is only planned',
      );
    rows += 1;
    yield {
      customerId,
      day,
      amount: Number(amountOf(row.cell('amount'), row.place('amount'), { takenBack })),
      kind: takenBack ? 'taken-back' : 'order',
    };
  }
  if (rows > 0) return;
  throw new DataError({
    file: path,
    field: 'file',
    expected: 'at least one order',
    found: 'a header alone',
    remedy: 'choose another file',
  });
}
