import type { ActionReceipt, FlagAction } from '../../core/domain/actions.ts';
import { SeatMissingError, VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';
import { COLLECTION_ROWS, writeCollection } from './collections.ts';
import { apiNameOf } from './mapping.ts';
import { queryRows, quoted } from './soql.ts';

/**
 * Notes something on the open cases of a contact. An update of our own field, so that doing it twice is doing it once.
 *
 * @returns the id of the first case; "" where none is open
 * @throws SeatMissingError where the organisation has no cases, or the integration user does not see them
 */
export async function flagCases(client: SalesforceClient, action: FlagAction): Promise<ActionReceipt> {
  const ids = (await openCases(client, action.contactExternalId)).slice(0, COLLECTION_ROWS);
  if (ids.length === 0) return { externalId: '', readBack: false };
  const results = await writeCollection(
    client,
    'PATCH',
    ids.map((id) => ({ attributes: { type: 'Case' }, id, [apiNameOf({ name: 'flag' })]: action.note })),
    'live',
  );
  const refused = results.find((result) => result.status !== 'written');
  if (refused !== undefined) {
    throw new VendorError(`Salesforce did not flag a case: ${refused.vendorCode} ${refused.message}.`, {
      retry: refused.status === 'retry' ? 'later' : 'never',
      status: 200,
      vendorCode: refused.vendorCode,
    });
  }
  return { externalId: ids[0] ?? '', readBack: false };
}

async function openCases(client: SalesforceClient, contactId: string): Promise<readonly string[]> {
  try {
    const rows = await queryRows(
      client,
      `SELECT Id FROM Case WHERE ContactId = ${quoted(contactId)} AND IsClosed = false ORDER BY CreatedDate DESC`,
      { resource: 'query', priority: 0 },
    );
    return rows.map((row) => String(row['Id']));
  } catch (error) {
    if (!(error instanceof VendorError) || error.vendorCode !== 'INVALID_TYPE') throw error;
    throw new SeatMissingError(
      'Salesforce: INVALID_TYPE. No case was flagged: the organisation has none, or the integration user does not see them.',
      { cause: error },
    );
  }
}
