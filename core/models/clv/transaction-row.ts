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

/** Identical rows, counted once: the likelihood needs each only once, whatever the size of the book. */
export interface WeightedRow extends TransactionRow {
  weight: number;
}

/** Checks rows and groups the identical ones. Throws DataError naming the row (0-based) and field of the first unusable value. */
export function groupRows(rows: readonly TransactionRow[]): readonly WeightedRow[] {
  const groups = new Map<string, WeightedRow>();
  for (const [index, row] of rows.entries()) {
    check(row, index);
    const key = `${row.frequency},${row.recencyWeeks},${row.ageWeeks}`;
    const group = groups.get(key);
    if (group) group.weight += 1;
    else groups.set(key, { ...row, weight: 1 });
  }
  // In a fixed order, so that the order of the customers cannot change a bit of the sum.
  return [...groups.values()].sort(
    (a, b) => a.frequency - b.frequency || a.recencyWeeks - b.recencyWeeks || a.ageWeeks - b.ageWeeks,
  );
}

function check({ frequency, recencyWeeks, ageWeeks }: TransactionRow, row: number): void {
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
