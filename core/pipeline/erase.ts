import { isUnavailable } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { Receipt } from '../privacy/receipt.ts';
import { abandonClears, type PendingClear, pendingClears, settleClears } from '../store/erasure-clears.ts';
import {
  completeErasures,
  type ErasureSubject,
  eraseFromStore,
  erasureRequests,
  isErasureOpen,
  refuseUnknown,
} from '../store/erasures.ts';
import { inTurn } from '../store/turn.ts';

/** What the steps of an erasure need. */
export interface ErasureContext {
  workspace: string;
  connectors: readonly Connector[];
  clock: Clock;
  onUnavailable?: (connectionId: string, error: Error) => void;
}

/**
 * Removes a person from the store in one commit. No action is under way meanwhile; values that are on their way to a vendor are
 * cleared again when they have arrived (`clearAgain`).
 *
 * @param requestedBy "operator", or the connection whose vendor asked for it
 * @returns the erasure's id; null when nothing is held on such a person
 */
export function erase(
  database: Database,
  subject: ErasureSubject,
  context: Pick<ErasureContext, 'workspace' | 'clock'> & { requestedBy: string },
): Promise<string | null> {
  const { workspace, requestedBy, clock } = context;
  return database.exclusive('act', () =>
    inTurn(database, (sql) => eraseFromStore(sql, subject, { workspace, requestedBy, now: clock.now() })),
  );
}

/**
 * Erases whom the vendors were told to forget. Before identity looks at what was deleted: what a deleted contact was joined to is known
 * only until then. Returns how many people that were.
 */
export async function eraseRequested(database: Database, context: ErasureContext): Promise<number> {
  let erased = 0;
  for (const record of await erasureRequests(database)) {
    const erasureId = await erase(database, record, { ...context, requestedBy: record.connectionId });
    if (erasureId !== null) erased += 1;
    else await inTurn(database, (sql) => refuseUnknown(sql, record));
  }
  return erased;
}

/**
 * Clears what erased people's records still show of ours, has those vendors forget them that can, and signs the receipts of the erasures
 * that are through. A vendor that cannot be reached keeps its records waiting for the next run.
 */
export async function finishErasures(database: Database, context: ErasureContext): Promise<readonly Receipt[]> {
  const { connectors, clock, onUnavailable } = context;
  if (!(await isErasureOpen(database))) return [];
  for (const connector of connectors) {
    const { connectionId } = connector;
    const clears = await pendingClears(database, connectionId);
    if (clears.length === 0) continue;
    try {
      const outcomes = await clearAt(connector, clears);
      await inTurn(database, (sql) => settleClears(sql, connectionId, outcomes));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onUnavailable?.(connectionId, error);
    }
  }
  return inTurn(database, async (sql) => {
    await abandonClears(
      sql,
      connectors.map(({ connectionId }) => connectionId),
    );
    return completeErasures(sql, clock.now());
  });
}

/** What became of each record; those that the vendor does not take for now are left out. */
async function clearAt(
  { scores, forgetter }: Connector,
  clears: readonly PendingClear[],
): Promise<readonly { clear: PendingClear; outcome: string }[]> {
  const showing = clears.filter(({ row }) => Object.keys(row.values).length > 0);
  const results = scores && showing.length > 0 ? await scores.write(showing.map(({ row }) => row)) : [];
  const toForget = clears.filter(({ row }) => forgetter?.takes(row.externalId) === true);
  if (forgetter && toForget.length > 0) await forgetter.forget(toForget.map(({ row }) => row.externalId));
  return clears.flatMap((clear) => {
    if (toForget.includes(clear)) return [{ clear, outcome: 'forgotten' }];
    if (!scores || !showing.includes(clear)) return [{ clear, outcome: 'nothing' }];
    const result = results[showing.indexOf(clear)];
    if (!result || result.status === 'retry') return [];
    return [{ clear, outcome: result.status === 'written' ? 'cleared' : result.vendorCode || 'refused' }];
  });
}
