import type { ActionReceipt } from '../../core/domain/actions.ts';
import type { SalesforceClient } from './client.ts';
import { queryRows, quoted } from './soql.ts';

/** Where a case says that it comes from (Case.Origin) when we opened it. */
export const OWN_ORIGIN = 'Staypower';

/** Subjects of tasks and cases are texts of so many characters. */
export const SUBJECT_LENGTH = 255;

/** A line of its own at the end of a description, so that one key is never found inside another. */
export function markerOf(key: string): string {
  return `Staypower ${key}`;
}

/**
 * Looks for what we made for a contact, or about no record, by its key. Description is a long text that SOQL cannot filter: it is read and compared here. One
 * that was deleted since counts as made.
 *
 * @param where the object that was made, and its field for the contact
 */
export async function findByMarker(
  client: SalesforceClient,
  { object, contactField }: { object: 'Task'; contactField: 'WhoId' } | { object: 'Case'; contactField: 'ContactId' },
  action: { key: string; contactExternalId: string | null; subject: string },
): Promise<ActionReceipt | null> {
  const { contactExternalId, subject } = action;
  const about =
    contactExternalId === null
      ? `${contactField} = null AND Subject = ${quoted(subject.slice(0, SUBJECT_LENGTH))}`
      : `${contactField} = ${quoted(contactExternalId)}`;
  const rows = await queryRows(
    client,
    `SELECT Id, Description FROM ${object} WHERE ${about} ORDER BY CreatedDate DESC`,
    { priority: 0 },
  );
  const marker = markerOf(action.key);
  const found = rows.find((row) =>
    String(row['Description'] ?? '')
      .split(/\s*\n\s*/)
      .includes(marker),
  );
  return found ? { externalId: String(found['Id']), readBack: true } : null;
}
