import { SHARED } from './plan.ts';

/** A histogram of more rows is worth sharing out: putting the threads' parts together costs about what 256 rows do. */
const SHARED_ROWS = 4096;

/** Looking for a node's splits costs as much as this many rows, however few the node has. */
const SCAN_ROWS = 512;

/**
 * Who builds each histogram: all threads the long ones, one thread each of the others, the longest first to whoever has least to do.
 *
 * @param rows of each histogram
 */
export function dealJobs(rows: readonly number[], threads: number): readonly number[] {
  const owners = rows.map(() => SHARED);
  const loads = new Array<number>(threads).fill(0);
  const short = [...rows.keys()].filter((job) => threads === 1 || (rows[job] as number) <= SHARED_ROWS);
  for (const job of short.sort((a, b) => (rows[b] as number) - (rows[a] as number))) {
    const owner = loads.indexOf(Math.min(...loads));
    owners[job] = owner;
    loads[owner] = (loads[owner] as number) + (rows[job] as number) + SCAN_ROWS;
  }
  return owners;
}
