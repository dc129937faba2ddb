import type { ActionReceipt, TicketAction } from '../../core/domain/actions.ts';
import { SeatMissingError, VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { findByMarker, markerOf } from './find-by-marker.ts';
import { crmObjectSchema, pipelinesSchema } from './replies.ts';

/** Ticket to contact, as HubSpot defines it. https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
const TICKET_TO_CONTACT = 16;

/**
 * Opens a ticket about a contact in the first open stage of the account's first ticket pipeline, without an owner: the account's own rules
 * give it to somebody. https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/guide
 *
 * @throws SeatMissingError when the app may not make tickets; UnknownOutcomeError when no answer came: look for it with `findTicket` first
 */
export async function openTicket(client: HubSpotClient, ticket: TicketAction): Promise<ActionReceipt> {
  try {
    const { pipeline, stage } = await firstStage(client);
    const created = await client.call({
      method: 'POST',
      path: `/crm/objects/${API_VERSION}/tickets`,
      creates: true,
      body: {
        properties: {
          subject: ticket.subject,
          content: `${ticket.body}\n\n${markerOf(ticket.key)}`,
          hs_pipeline: pipeline,
          hs_pipeline_stage: stage,
          hs_ticket_priority: ticket.priority.toUpperCase(),
        },
        associations: [
          {
            to: { id: ticket.contactExternalId },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: TICKET_TO_CONTACT }],
          },
        ],
      },
      reply: crmObjectSchema,
    });
    return { externalId: created.id, readBack: false };
  } catch (error) {
    if (!(error instanceof VendorError) || error.status !== 403) throw error;
    throw new SeatMissingError(
      'HubSpot does not let us make tickets: none was opened. Give the app the scope tickets.',
      {
        cause: error,
      },
    );
  }
}

/** Looks for a ticket by its marker among those of the contact; null where we may not see tickets. */
export async function findTicket(client: HubSpotClient, ticket: TicketAction): Promise<ActionReceipt | null> {
  try {
    return await findByMarker(client, { object: 'tickets', property: 'content' }, ticket);
  } catch (error) {
    // Who may not read them could not have made one.
    if (error instanceof VendorError && error.status === 403) return null;
    throw error;
  }
}

/** Where a new ticket begins. Stages say in their metadata whether a ticket in them is closed. */
async function firstStage(client: HubSpotClient): Promise<{ pipeline: string; stage: string }> {
  const path = `/crm/pipelines/${API_VERSION}/tickets`;
  const { results } = await client.call({ method: 'GET', path, reply: pipelinesSchema });
  for (const { id, stages } of results.toSorted((a, b) => a.displayOrder - b.displayOrder)) {
    const open = stages
      .toSorted((a, b) => a.displayOrder - b.displayOrder)
      .find(({ metadata }) => metadata?.ticketState !== 'CLOSED' && metadata?.isClosed !== 'true');
    if (open) return { pipeline: id, stage: open.id };
  }
  throw new VendorError('HubSpot has no ticket pipeline with an open stage. Make one, then replay this action.', {
    retry: 'never',
    status: 200,
    vendorCode: 'NO_PIPELINE',
  });
}
