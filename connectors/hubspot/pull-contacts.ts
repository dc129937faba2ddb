import { contactOf, deletion, type ObjectReader } from './mapping.ts';
import type { HubSpotSettings } from './settings.ts';

/** How contacts are read: with their company and what was merged into them. */
export function contactReader(settings: HubSpotSettings): ObjectReader {
  return {
    object: 'contacts',
    modifiedProperty: 'lastmodifieddate',
    properties: [
      ...new Set([
        'email',
        'hs_additional_emails',
        'firstname',
        'lastname',
        'phone',
        'mobilephone',
        'hubspot_owner_id',
        'createdate',
        'hs_merged_object_ids',
        ...(settings.userIdProperty === null ? [] : [settings.userIdProperty]),
        ...settings.doNotContactProperties,
      ]),
    ],
    associations: ['companies'],
    needsLinks: () => true,
    translate: (record, links) => contactOf(record, links, settings),
    deletions: (id) => [deletion('contact', id)],
  };
}
