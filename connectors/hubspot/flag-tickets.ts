import type { ActionReceipt, FlagAction } from '../../core/domain/actions.ts';
import { SeatMissingError, VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import { BATCH_ROWS } from './batches.ts';
import type { HubSpotClient } from './client.ts';
import { messageOf, vendorCodeOf } from './errors.ts';
import { propertiesOf } from './mapping.ts';
import { readLinks } from './read-associations.ts';
import { readObjects } from './read-objects.ts';
import { batchSchema } from './replies.ts';

/**
 * Notes something on the open tickets of a contact: those without a close date. An update of our own property, so that doing it twice
 * is doing it once.
 *
 * @returns the id of the first ticket; "" where none is open
 * @throws SeatMissingError when the app may not change tickets
 */
export async function flagTickets(client: HubSpotClient, action: FlagAction): Promise<ActionReceipt> {
  try {
    const links = (await readLinks(client, 'contacts', 'tickets', [action.contactExternalId])).get(
      action.contactExternalId,
    );
    const tickets = await readObjects(
      client,
      { object: 'tickets', properties: ['closed_date'] },
      links?.map((link) => link.id) ?? [],
    );
    const open = tickets.filter((ticket) => !ticket.properties['closed_date']).slice(0, BATCH_ROWS);
    const [first] = open;
    if (first === undefined) return { externalId: '', readBack: false };
    const reply = await client.call({
      method: 'POST',
      path: `/crm/objects/${API_VERSION}/tickets/batch/update`,
      body: { inputs: open.map(({ id }) => ({ id, properties: propertiesOf({ flag: action.note }) })) },
      reply: batchSchema,
    });
    const [fault] = reply.errors ?? [];
    if (fault !== undefined) {
      throw new VendorError(`HubSpot did not flag a ticket: ${messageOf(fault)}`, {
        retry: 'never',
        status: 207,
        vendorCode: vendorCodeOf(fault),
      });
    }
    return { externalId: first.id, readBack: false };
  } catch (error) {
    if (!(error instanceof VendorError) || error.status !== 403) throw error;
    throw new SeatMissingError(
      'HubSpot does not let us change tickets: none was flagged. Give the app the scope tickets.',
      { cause: error },
    );
  }
}
