import type { Receipt } from '../privacy/receipt.ts';
import { receiptOf } from '../store/erasures.ts';
import type { Workspace } from './cycle.ts';
import { erase, finishErasures } from './erase.ts';

/** What came of an erasure that somebody asked for here. */
export interface PersonErased {
  erasureId: string;
  /** Null while a vendor has not confirmed that our fields are cleared: the next cycle goes on with it. */
  receipt: Receipt | null;
}

/**
 * Removes a person from the store, clears our fields on their records, and signs the receipt once every vendor confirmed.
 *
 * @returns null when nothing is held on such a person
 */
export async function erasePerson(
  { database, connectors, clock, name }: Pick<Workspace, 'database' | 'connectors' | 'clock' | 'name'>,
  customerId: string,
  onUnavailable: (connectionId: string, error: Error) => void,
): Promise<PersonErased | null> {
  const erasureId = await erase(database, { customerId }, { workspace: name, clock, requestedBy: 'operator' });
  if (erasureId === null) return null;
  await finishErasures(database, { workspace: name, connectors, clock, onUnavailable });
  return { erasureId, receipt: await receiptOf(database, erasureId) };
}
