import type { ActionReceipt, ListAction } from '../../core/domain/actions.ts';
import { SeatMissingError, VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { membershipSchema } from './replies.ts';

/**
 * Puts a contact into a static list. One that is in it already is left where it is, so that doing it twice is doing it once.
 * https://developers.hubspot.com/docs/api-reference/2026-03/crm/lists/memberships/add-to-list
 *
 * @throws SeatMissingError when the app lacks the scope for lists
 * @throws VendorError when the list is an active one, which chooses its members itself, or the contact is gone
 */
export async function addToList(client: HubSpotClient, action: ListAction): Promise<ActionReceipt> {
  try {
    const changed = await client.call({
      method: 'PUT',
      path: `/crm/lists/${API_VERSION}/${encodeURIComponent(action.listId)}/memberships/add`,
      body: [action.contactExternalId],
      reply: membershipSchema,
    });
    if (changed.recordIdsMissing.includes(action.contactExternalId)) {
      throw new VendorError('HubSpot no longer has the contact that was to be put into a list.', {
        retry: 'never',
        status: 200,
        vendorCode: 'OBJECT_NOT_FOUND',
      });
    }
    return { externalId: `${action.listId}:${action.contactExternalId}`, readBack: false };
  } catch (error) {
    if (!(error instanceof VendorError) || error.status !== 403) throw error;
    throw new SeatMissingError(
      `HubSpot does not let us change lists: the contact was not put into list ${action.listId}. Give the app the scope crm.lists.write.`,
      { cause: error },
    );
  }
}
