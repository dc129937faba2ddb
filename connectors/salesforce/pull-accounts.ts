import { mapAccount } from './mapping.ts';
import type { PlainObject } from './object-source.ts';

/** Accounts: companies, and the account side of person accounts. */
export const ACCOUNT: PlainObject = {
  object: 'Account',
  of: 'account',
  needed: ['Name', 'OwnerId'],
  optional: ['MasterRecordId'],
  wanted: null,
  map: mapAccount,
};
