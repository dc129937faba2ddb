import { DataError, NotFittedError } from '../../domain/errors.ts';

/** A value of one covariate: a number, or the name of a category. Null and NaN are missing, and refused. */
export type CovariateValue = number | string | null;

/** One customer: how long they were followed, whether the event came at the end of that time, and what is known of them. */
export interface SurvivalRow {
  /** Time from the start to the event or to the end of observation, >= 0, in whatever unit the table has. */
  duration: number;
  /** True when the event came at `duration`; false when the customer was still here then (censored). */
  event: boolean;
  /** In the order of the covariates given in the options. Not read by Kaplan-Meier. */
  values: readonly CovariateValue[];
}

/** Throws DataError naming the row (0-based) and the field of the first unusable duration or event. */
export function checkSurvivalRows(rows: readonly SurvivalRow[]): void {
  for (const [row, { duration, event }] of rows.entries()) {
    if (typeof duration !== 'number' || !Number.isFinite(duration) || duration < 0) {
      throw new DataError({
        row,
        field: 'duration',
        expected: 'a time of zero or more',
        found: String(duration),
        remedy: 'measure from the start of this customer to the event or to the last day they were seen',
      });
    }
    if (typeof event !== 'boolean') {
      throw new DataError({
        row,
        field: 'event',
        expected: 'true (it came) or false (not until then)',
        found: String(event),
        remedy: 'say false for customers who are still here',
      });
    }
  }
}

/** Number of events. Throws NotFittedError when there is nothing to learn from: fewer than two rows, or no event. */
export function countEvents(rows: readonly SurvivalRow[]): number {
  if (rows.length < 2) {
    const found = rows.length === 0 ? 'There are no customers' : 'There is only one customer';
    throw new NotFittedError(`${found}, so nothing can be compared. Bring in a table with at least two.`);
  }
  const events = rows.reduce((sum, { event }) => sum + Number(event), 0);
  if (events === 0) {
    throw new NotFittedError(
      `None of the ${rows.length} customers has had the event, so nothing tells when it comes. Wait for the first ones, or choose an earlier event.`,
    );
  }
  return events;
}
