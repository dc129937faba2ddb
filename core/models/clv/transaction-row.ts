import { DataError } from '../../domain/errors.ts';

/** A customer's purchase history in the literature's three numbers. */
export interface TransactionRow {
  /** x: repeat purchase days. */
  frequency: number;
  /** t_x: weeks from the first to the last purchase; 0 when frequency is 0. */
  recencyWeeks: number;
  /** T: weeks from the first purchase to the end of the observation. */
  ageWeeks: number;
}

/** Checks one row. Throws DataError naming the row (0-based) and the field that cannot be used. */
export function checkTransactionRow({ frequency, recencyWeeks, ageWeeks }: TransactionRow, row: number): void {
  const refuse = (field: string, expected: string, found: number) => {
    throw new DataError({
      row,
      field,
      expected,
      found: String(found),
      remedy: 'check the transactions of this customer',
    });
  };
  if (!Number.isInteger(frequency) || frequency < 0)
    refuse('frequency', 'a whole number of repeat purchase days, 0 or more', frequency);
  if (!(ageWeeks >= 0) || ageWeeks === Number.POSITIVE_INFINITY)
    refuse('ageWeeks', 'weeks since the first purchase, 0 or more', ageWeeks);
  if (!(recencyWeeks >= 0 && recencyWeeks <= ageWeeks + 1e-9))
    refuse('recencyWeeks', `weeks between 0 and ageWeeks (${ageWeeks})`, recencyWeeks);
  if (frequency === 0 && recencyWeeks !== 0) refuse('recencyWeeks', '0 when there is no repeat purchase', recencyWeeks);
}
