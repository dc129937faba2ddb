import { contactOf, deletion, type ObjectReader, ownerProperty } from './mapping.ts';
import { contractOf, contractProperties } from './mapping-contracts.ts';
import type { HubSpotSettings } from './settings.ts';

/** How contacts are read: with their company and what was merged into them. */
export function contactReader(settings: HubSpotSettings): ObjectReader {
  return {
    object: 'contacts',
    optional: false,
    modifiedProperty: 'lastmodifieddate',
    properties: [
      ...new Set([
        'email',
        'hs_additional_emails',
        'firstname',
        'lastname',
        'phone',
        'mobilephone',
        ownerProperty(settings),
        'createdate',
        'hs_merged_object_ids',
        ...(settings.userIdProperty === null ? [] : [settings.userIdProperty]),
        ...settings.doNotContactProperties,
        ...contractProperties(settings),
      ]),
    ],
    associations: ['companies'],
    needsLinks: () => true,
    translate: (record, links) => {
      const contact = contactOf(record, links, settings);
      const contract = contractOf(record, settings);
      return {
        records: [...contact.records, ...contract.records],
        rejected: [...contact.rejected, ...contract.rejected],
      };
    },
    deletions: (id) => [deletion('contact', id)],
  };
}
