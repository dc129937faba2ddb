import { isUnavailable } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { Receipt } from '../privacy/receipt.ts';
import { abandonClears, pendingClears, settleClears } from '../store/erasure-clears.ts';
import { completeErasures, eraseFromStore, erasureRequests, isErasureOpen, refuseUnknown } from '../store/erasures.ts';
import { inTurn } from '../store/turn.ts';

/** What the steps of an erasure need. */
export interface ErasureContext {
  workspace: string;
  connectors: readonly Connector[];
  clock: Clock;
  onUnavailable?: (connectionId: string, error: Error) => void;
}

/**
 * Removes a customer from the store in one commit. No action is under way meanwhile; values that are on their way to a vendor are
 * cleared again when they have arrived (`clearAgain`).
 *
 * @param requestedBy "operator", or the connection whose vendor asked for it
 * @returns the erasure's id; null when there is no such customer
 */
export function erase(
  database: Database,
  customerId: string,
  context: Pick<ErasureContext, 'workspace' | 'clock'> & { requestedBy: string },
): Promise<string | null> {
  const { workspace, requestedBy, clock } = context;
  return database.exclusive('act', () =>
    inTurn(database, (sql) => eraseFromStore(sql, customerId, { workspace, requestedBy, now: clock.now() })),
  );
}

/** Erases whom the vendors were told to forget. Returns how many people that were. */
export async function eraseRequested(database: Database, context: ErasureContext): Promise<number> {
  let erased = 0;
  for (const { connectionId, externalId, customerId } of await erasureRequests(database)) {
    const done =
      customerId !== null && (await erase(database, customerId, { ...context, requestedBy: connectionId })) !== null;
    if (done) erased += 1;
    else await inTurn(database, (sql) => refuseUnknown(sql, { connectionId, externalId }));
  }
  return erased;
}

/**
 * Clears what erased people's records still show of ours, and signs the receipts of the erasures that are through. A vendor that cannot
 * be reached keeps its records waiting for the next run.
 */
export async function finishErasures(database: Database, context: ErasureContext): Promise<readonly Receipt[]> {
  const { connectors, clock, onUnavailable } = context;
  if (!(await isErasureOpen(database))) return [];
  const writers = connectors.flatMap(({ connectionId, scores }) => (scores ? [{ connectionId, scores }] : []));
  for (const { connectionId, scores } of writers) {
    const clears = await pendingClears(database, connectionId);
    if (clears.length === 0) continue;
    try {
      const results = await scores.write(clears.map(({ row }) => row));
      await inTurn(database, (sql) => settleClears(sql, connectionId, clears, results));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onUnavailable?.(connectionId, error);
    }
  }
  return inTurn(database, async (sql) => {
    await abandonClears(
      sql,
      writers.map(({ connectionId }) => connectionId),
    );
    return completeErasures(sql, clock.now());
  });
}
