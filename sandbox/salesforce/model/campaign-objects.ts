import { lookup, makeField, type ObjectType, picklist, readOnly } from './field.ts';
import { makeObject, ownerField } from './object.ts';

/**
 * Campaign and CampaignMember; HasResponded follows from the status and is read-only.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_objects_campaignmember.htm
 */
export function campaignObjects(): ObjectType[] {
  return [
    makeObject('Campaign', '701', [
      makeField('Name', 'string', { length: 80, nillable: false, nameField: true }),
      makeField('IsActive', 'boolean', { label: 'Active' }),
      picklist('Type', ['Conference', 'Email', 'Other']),
      makeField('StartDate', 'date'),
      makeField('EndDate', 'date'),
      ownerField(),
    ]),
    makeObject('CampaignMember', '00v', [
      lookup('CampaignId', ['Campaign'], { updateable: false, nillable: false }),
      lookup('ContactId', ['Contact'], { updateable: false }),
      picklist('Status', ['Sent', 'Responded'], { nillable: false, defaultedOnCreate: true }),
      readOnly('HasResponded', 'boolean'),
    ]),
  ];
}
