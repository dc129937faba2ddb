import { accountOf, deletion, type ObjectReader } from './mapping.ts';

/** How companies are read. */
export function accountReader(): ObjectReader {
  return {
    object: 'companies',
    optional: false,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: ['name', 'domain', 'hubspot_owner_id', 'hs_merged_object_ids'],
    associations: [],
    needsLinks: () => false,
    translate: (record) => accountOf(record),
    deletions: (id) => [deletion('account', id)],
  };
}
