import { z } from 'zod';
import type { ActionReceipt, TicketAction } from '../../core/domain/actions.ts';
import { SeatMissingError, UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';
import { findByMarker, markerOf, OWN_ORIGIN } from './marker.ts';

const created = z.object({ id: z.string() });

/** Subject is a text of so many characters. */
const SUBJECT_LENGTH = 255;
/** Codes of an organisation without cases, or of a user who may not make them. */
const NO_CASES = /^INVALID_TYPE|^NOT_FOUND|^INSUFFICIENT_ACCESS|^CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY_NO_ACCESS/;
/** An admin took a word of ours out of a list, or never had it, and closed the list to others. */
const WORD_REFUSED = 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST';
const PRIORITIES = { high: 'High', medium: 'Medium', low: 'Low' } as const;

/**
 * Opens a case about a contact, with the origin that keeps it from being counted as a customer's own. Status and owner are left to the organisation: Salesforce applies its active assignment rules to
 * cases made by REST unless told otherwise.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm
 *
 * @throws SeatMissingError without cases; UnknownOutcomeError when no answer came: look for it with `findCase` first
 */
export async function openCase(client: SalesforceClient, ticket: TicketAction): Promise<ActionReceipt> {
  try {
    return await create(client, ticket, { Priority: PRIORITIES[ticket.priority], Origin: OWN_ORIGIN });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.vendorCode === WORD_REFUSED) return create(client, ticket, {});
    if (NO_CASES.test(error.vendorCode)) {
      throw new SeatMissingError(
        `Salesforce: ${error.vendorCode}. No case was opened: the organisation has none, or the integration user may not make them.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** Looks for a case by its key among the contact's; null when there is none, or no cases here. */
export async function findCase(client: SalesforceClient, ticket: TicketAction): Promise<ActionReceipt | null> {
  try {
    return await findByMarker(client, { object: 'Case', contactField: 'ContactId' }, ticket);
  } catch (error) {
    if (error instanceof VendorError && error.vendorCode === 'INVALID_TYPE') return null;
    throw error;
  }
}

async function create(
  client: SalesforceClient,
  ticket: TicketAction,
  words: { Priority?: string; Origin?: string },
): Promise<ActionReceipt> {
  const { body } = await client.call({
    method: 'POST',
    path: '/sobjects/Case',
    creates: true,
    priority: 0,
    body: {
      ContactId: ticket.contactExternalId,
      Subject: ticket.subject.slice(0, SUBJECT_LENGTH),
      Description: `${ticket.body}\n\n${markerOf(ticket.key)}`,
      ...words,
    },
  });
  const reply = created.safeParse(body);
  if (reply.success) return { externalId: reply.data.id, readBack: false };
  throw new UnknownOutcomeError('Salesforce: expected the id of the new case, found another body. Look for it first.');
}
