import type { Database } from '../ports/database.ts';
import type { Writes } from '../ports/writes.ts';
import { previewWrites } from './write-preview.ts';
import { writeRuns } from './write-runs.ts';

/** Rows that a page compares: quick enough to wait for. */
const COMPARED_FOR_A_PAGE = 5_000;

/** What was written to the CRMs, and what waits to be. */
export function createWrites(database: Database): Writes {
  return {
    runs: ({ limit }) => writeRuns(database, limit),
    waiting: ({ rows }) => previewWrites(database, rows, COMPARED_FOR_A_PAGE),
  };
}
