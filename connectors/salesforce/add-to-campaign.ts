import { z } from 'zod';
import type { ActionReceipt, ListAction } from '../../core/domain/actions.ts';
import { SeatMissingError, UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';
import { queryRows, quoted } from './soql.ts';

const created = z.object({ id: z.string() });

/** Codes of an organisation without campaigns, or of a user who may not add members. */
const NO_CAMPAIGNS = /^INVALID_TYPE|^NOT_FOUND|^INSUFFICIENT_ACCESS|^FUNCTIONALITY_NOT_ENABLED/;

/**
 * Makes the contact a member of a campaign, with the campaign's default status. One membership for a contact: a second is refused
 * with DUPLICATE_VALUE, so that the first is found then.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
 *
 * @throws SeatMissingError without campaigns; UnknownOutcomeError when no answer came
 */
export async function addToCampaign(client: SalesforceClient, action: ListAction): Promise<ActionReceipt> {
  try {
    const { body } = await client.call({
      method: 'POST',
      path: '/sobjects/CampaignMember',
      creates: true,
      body: { CampaignId: action.listId, ContactId: action.contactExternalId },
      priority: 0,
    });
    const reply = created.safeParse(body);
    if (reply.success) return { externalId: reply.data.id, readBack: false };
    throw new UnknownOutcomeError('Salesforce: expected the id of the new member, found another body. Look first.');
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.vendorCode === 'DUPLICATE_VALUE') {
      const member = await findMember(client, action);
      if (member) return member;
    }
    if (NO_CAMPAIGNS.test(error.vendorCode)) {
      throw new SeatMissingError(
        `Salesforce: ${error.vendorCode}. The contact was not put into campaign ${action.listId}: the organisation has no campaigns, or the integration user may not add members to them.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** Looks for the membership; null when there is none, or no campaigns here. */
export async function findMember(client: SalesforceClient, action: ListAction): Promise<ActionReceipt | null> {
  try {
    const [member] = await queryRows(
      client,
      `SELECT Id FROM CampaignMember WHERE CampaignId = ${quoted(action.listId)} AND ContactId = ${quoted(action.contactExternalId)}`,
      { resource: 'query', priority: 0 },
    );
    return member ? { externalId: String(member['Id']), readBack: true } : null;
  } catch (error) {
    if (error instanceof VendorError && error.vendorCode === 'INVALID_TYPE') return null;
    throw error;
  }
}
