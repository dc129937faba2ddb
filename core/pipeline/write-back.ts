import { isUnavailable } from '../domain/errors.ts';
import type { WriteResult } from '../domain/fields.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector, Lane, ScoreWriter } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { clearAgain } from '../store/erasure-clears.ts';
import { readPause } from '../store/pause.ts';
import { inTurn } from '../store/turn.ts';
import { type PendingWrite, pendingWrites, settleWrites } from '../store/write-back.ts';
import { beginWriteRun, keepWritten } from '../store/write-runs.ts';

/** What write-back did. */
export interface WriteBackReport {
  recordsWritten: number;
  /** Property values that a vendor accepted. */
  fieldsWritten: number;
  rejected: number;
}

/** Rows handed to a connector at once; it cuts them into the vendor's batches, or takes the bulk way for many. */
const ROWS_PER_ROUND = 20_000;

/**
 * Step 7: writes what waits to be written, for all customers or for some. What a vendor refuses for a passing reason is tried again
 * in this run a few times, then by the next run. Rows stay pending until the vendor's answer is stored: a crash writes them again
 * with the same values. What each record had before is kept with the run, so that it can be undone; a pause stops it before the
 * next round. All that waits is written by one process at a time: another that is to do the same leaves it to that one.
 */
export async function writeBack(
  database: Database,
  connectors: readonly Connector[],
  context: {
    clock: Clock;
    customerIds: readonly string[] | null;
    /** Which calls these are where a limit makes some wait; a batch when absent. */
    lane?: Lane;
    onProgress?: (done: number) => void;
    onUnavailable?: (connectionId: string, error: Error) => void;
  },
): Promise<WriteBackReport> {
  const report: WriteBackReport = { recordsWritten: 0, fieldsWritten: 0, rejected: 0 };
  let runId: number | null = null;
  const keep = (connectionId: string, rows: readonly PendingWrite[], results: readonly WriteResult[]) =>
    inTurn(database, async (sql) => {
      const now = context.clock.now();
      const done = await settleWrites(sql, connectionId, rows, results, now);
      if (done.written.length > 0) {
        runId ??= await beginWriteRun(sql, now);
        await keepWritten(sql, runId, done.written.map(writtenRow(connectionId)), now);
        await clearAgain(sql, connectionId, done.written);
      }
      return done;
    });
  const writeTo = async ({ connectionId }: Connector, writer: ScoreWriter): Promise<void> => {
    for (let fruitless = 0; fruitless < 3; ) {
      if ((await readPause(database)) !== null) return;
      const rows = await pendingWrites(database, connectionId, ROWS_PER_ROUND, context.customerIds);
      if (rows.length === 0) return;
      const settled = await keep(connectionId, rows, await writer.write(rows, context.lane));
      report.recordsWritten += settled.written.length;
      report.fieldsWritten += settled.fields;
      report.rejected += settled.rejected;
      fruitless = settled.written.length + settled.rejected === 0 ? fruitless + 1 : 0;
      context.onProgress?.(report.recordsWritten);
    }
  };
  for (const connector of connectors) {
    const writer = connector.scores;
    if (!writer) continue;
    try {
      if (context.customerIds !== null) await writeTo(connector, writer);
      else {
        await database.holding([`write-back/${connector.connectionId}`], async ([held]) => {
          if (held !== undefined) await writeTo(connector, writer);
        });
      }
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      context.onUnavailable?.(connector.connectionId, error);
    }
  }
  return report;
}

function writtenRow(connectionId: string) {
  return ({ customerId, recordKind, externalId, written, desired }: PendingWrite) => ({
    connectionId,
    customerId,
    recordKind,
    externalId,
    before: Object.fromEntries(Object.entries(written).filter(([name]) => name in desired)),
    after: desired,
  });
}
