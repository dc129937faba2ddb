import { mapContact } from './mapping.ts';
import type { PlainObject } from './object-source.ts';
import type { SalesforceSettings } from './settings.ts';

/** Contacts. A checkbox of "must not be contacted" that cannot be read stops the pull: silence about it would be a yes. */
export function contactObject(settings: SalesforceSettings): PlainObject {
  const { doNotContactFields, userIdField, ownerField, contract } = settings;
  const contractFields = Object.values(contract ?? {}).filter((name) => name !== null);
  return {
    object: 'Contact',
    of: 'contact',
    needed: [
      'Email',
      'AccountId',
      ownerField ?? 'OwnerId',
      ...doNotContactFields,
      ...(userIdField === null ? [] : [userIdField]),
      ...contractFields,
    ],
    optional: ['Name', 'Phone', 'MobilePhone', 'CreatedDate', 'MasterRecordId'],
    wanted: null,
    map: (row) => mapContact(row, settings),
  };
}
