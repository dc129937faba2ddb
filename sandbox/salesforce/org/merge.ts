import { salesforceTime } from '../datetime.ts';
import { SalesforceError } from '../errors.ts';
import type { ObjectType } from '../model/field.ts';
import type { Transaction } from './dml.ts';
import type { Org } from './org.ts';

/**
 * Merges one or two records into a master, as a user would: the losers go to the recycle bin with MasterRecordId, what pointed at
 * them points at the master, and the master gets one update.
 * https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_merge_statements.htm
 */
export function merge(
  org: Org,
  transaction: Transaction,
  object: ObjectType,
  masterId: string,
  ids: readonly string[],
  userId: string,
): void {
  if (!object.fields.has('masterrecordid')) {
    throw new SalesforceError(400, 'INVALID_TYPE', `merge takes Account or Contact, not ${object.name}`);
  }
  if (ids.length < 1 || ids.length > 2 || ids.includes(masterId)) {
    throw new SalesforceError(
      400,
      'INVALID_ARGUMENT',
      `merge takes one or two other records beside the master, not ${ids.length}`,
    );
  }
  const master = transaction.existing(object, masterId);
  const at = salesforceTime(org.now());
  const stamps = { LastModifiedDate: at, LastModifiedById: userId, SystemModstamp: at };
  for (const id of ids) {
    const loser = transaction.existing(object, id);
    reparent(org, transaction, object, loser.Id, master.Id, at);
    transaction.put(object, { ...loser, ...stamps, IsDeleted: true, MasterRecordId: master.Id });
  }
  transaction.put(object, { ...master, ...stamps });
}

function reparent(org: Org, transaction: Transaction, object: ObjectType, from: string, to: string, at: string): void {
  for (const child of org.model.objects()) {
    for (const field of child.fields.values()) {
      if (!field.referenceTo.includes(object.name) || field.name === 'MasterRecordId') continue;
      for (const id of org.records.idsWhere(child.name, field.name, from)) {
        const row = org.records.get(child.name, id);
        if (row !== undefined) transaction.put(child, { ...row, [field.name]: to, SystemModstamp: at });
      }
    }
  }
}
