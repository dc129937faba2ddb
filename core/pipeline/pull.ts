import { isUnavailable } from '../domain/errors.ts';
import type { Stream } from '../domain/records.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { DeliveryReaders } from '../ports/inbox.ts';
import { drainInbox } from '../store/drain.ts';
import { land, readCursor } from '../store/landing.ts';
import { noteMapping } from '../store/mapping-versions.ts';
import { readAgain } from './read-again.ts';

/** What a pull brought. */
export interface PullReport {
  /** New or changed records; records met again do not count. */
  pulled: number;
  /** Records that could not be read and wait in quarantine. */
  rejected: number;
}

export interface PullContext {
  clock: Clock;
  /** How deliveries are taken apart; without them they wait. */
  readers?: DeliveryReaders;
  /** Streams and pages as they come; total is null where the vendor does not say. */
  onProgress?: (progress: { connectionId: string; stream: Stream; read: number; total: number | null }) => void;
  onUnavailable?: (connectionId: string, error: Error) => void;
}

/**
 * Step 1: brings in what is new since the last pull, stream by stream, page by page; each page and its cursor are one commit, so
 * that a crash re-reads at most one page. A stream whose mapping was changed is read again from its beginning. A vendor that is down
 * or refuses us does not stop the others.
 */
export async function pull(
  database: Database,
  connectors: readonly Connector[],
  context: PullContext,
): Promise<PullReport> {
  const report: PullReport = { pulled: 0, rejected: 0 };
  for (const connector of connectors) {
    try {
      const { source } = connector;
      const again = source ? await noteMapping(database, connector.connectionId, source.mapping) : [];
      for (const stream of source?.streams ?? []) {
        if (stream !== 'inbox' && again.includes(stream)) {
          const reread = await readAgain(database, connector, stream, context);
          report.pulled += reread.pulled;
          report.rejected += reread.rejected;
        } else await pullStream(database, connector, stream, context, report);
      }
      if (connector.inbound) {
        const drained = await drainInbox(database, connector.connectionId, connector.inbound, {
          now: () => context.clock.now(),
          ...(context.readers && { readers: context.readers }),
          onProgress: (read, total) =>
            context.onProgress?.({ connectionId: connector.connectionId, stream: 'inbox', read, total }),
        });
        report.pulled += drained.pulled;
        report.rejected += drained.rejected;
      }
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      context.onUnavailable?.(connector.connectionId, error);
    }
  }
  return report;
}

async function pullStream(
  database: Database,
  connector: Connector,
  stream: Stream,
  context: PullContext,
  report: PullReport,
): Promise<void> {
  const { connectionId, source } = connector;
  if (!source) return;
  let read = 0;
  for await (const page of source.pull(stream, await readCursor(database, connectionId, stream))) {
    report.pulled += await land(database, {
      connectionId,
      records: page.records,
      rejected: page.rejected,
      cursor: { stream, value: page.cursor },
      now: context.clock.now(),
    });
    report.rejected += page.rejected.length;
    read += page.records.length + page.rejected.length;
    context.onProgress?.({ connectionId, stream, read, total: page.total });
  }
}
