/** Rows that one batch call takes: records to read or write, properties to create; of associations HubSpot would take more. */
export const BATCH_ROWS = 100;

/** Cuts rows into batches. */
export function batchesOf<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / BATCH_ROWS) }, (_, index) =>
    rows.slice(index * BATCH_ROWS, (index + 1) * BATCH_ROWS),
  );
}
