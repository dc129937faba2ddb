import { DataError } from '../../domain/errors.ts';

/** Throws DataError for the first time that is not a number of zero or more. */
export function checkTimes(times: Readonly<Record<string, number>>): void {
  for (const [field, time] of Object.entries(times)) {
    if (time >= 0 && time < Number.POSITIVE_INFINITY) continue;
    throw new DataError({
      field,
      expected: 'a time of zero or more in the unit of the durations',
      found: String(time),
      remedy: 'count from the start of the customer',
    });
  }
}
