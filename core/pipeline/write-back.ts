import { isUnavailable } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { inTurn } from '../store/turn.ts';
import { pendingWrites, settleWrites } from '../store/write-back.ts';

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
 * with the same values.
 */
export async function writeBack(
  database: Database,
  connectors: readonly Connector[],
  context: {
    clock: Clock;
    customerIds: readonly string[] | null;
    onProgress?: (done: number) => void;
    onUnavailable?: (connectionId: string, error: Error) => void;
  },
): Promise<WriteBackReport> {
  const report: WriteBackReport = { recordsWritten: 0, fieldsWritten: 0, rejected: 0 };
  for (const connector of connectors) {
    const writer = connector.scores;
    if (!writer) continue;
    for (let fruitless = 0; fruitless < 3; ) {
      const rows = await pendingWrites(database, connector.connectionId, ROWS_PER_ROUND, context.customerIds);
      if (rows.length === 0) break;
      try {
        const results = await writer.write(rows);
        const settled = await inTurn(database, (sql) =>
          settleWrites(sql, connector.connectionId, rows, results, context.clock.now()),
        );
        report.recordsWritten += settled.records;
        report.fieldsWritten += settled.fields;
        report.rejected += settled.rejected;
        fruitless = settled.records + settled.rejected === 0 ? fruitless + 1 : 0;
        context.onProgress?.(report.recordsWritten);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        context.onUnavailable?.(connector.connectionId, error);
        break;
      }
    }
  }
  return report;
}
