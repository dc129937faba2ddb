import { SalesforceError } from '../errors.ts';
import type { Records, Row } from './records.ts';

/**
 * A contact is a member of a campaign once: a second membership is refused with DUPLICATE_VALUE "Already a campaign member."
 * (as reported in openstax/tutor-server#1653).
 */
export function checkCampaignMember(records: Records, object: string, row: Row): void {
  if (object !== 'CampaignMember') return;
  const twin = records
    .idsWhere('CampaignMember', 'CampaignId', row.CampaignId ?? null)
    .map((id) => records.get('CampaignMember', id))
    .find((other) => other?.Id !== row.Id && other?.ContactId === row.ContactId && other?.IsDeleted !== true);
  if (twin !== undefined) throw new SalesforceError(400, 'DUPLICATE_VALUE', 'Already a campaign member.');
}
