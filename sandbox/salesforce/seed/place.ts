import { salesforceTime } from '../datetime.ts';
import { INTEGRATION_USER_ID } from '../org/bootstrap.ts';
import { derive } from '../org/derive.ts';
import type { Org } from '../org/org.ts';
import type { Row, Value } from '../org/records.ts';

/** Whom a record belongs to. */
export interface Parent {
  ContactId: Value;
  AccountId: Value;
  OwnerId: Value;
}

/** Keeps one record with the times of its facts (ISO 8601) and returns its id. */
export function place(org: Org, name: string, at: string, values: Record<string, Value>, changedAt = at): string {
  const object = org.model.object(name);
  if (object === undefined) throw new Error(`the sandbox's model has no object ${name}`);
  const created = kept(at);
  const changed = kept(changedAt);
  const owner = values.OwnerId ?? INTEGRATION_USER_ID;
  const row: Row = {
    ...values,
    Id: org.records.newId(object),
    IsDeleted: false,
    CreatedDate: created,
    CreatedById: owner,
    LastModifiedDate: changed,
    LastModifiedById: owner,
    SystemModstamp: changed,
  };
  if (object.fields.has('currencyisocode'))
    row.CurrencyIsoCode = values.CurrencyIsoCode ?? org.settings.corporateCurrency;
  const { records, kernel } = org;
  records.put(
    name,
    derive(name, row, { records, before: undefined, at: created, nextNumber: (key) => kernel.nextNumber(key) }),
  );
  return row.Id;
}

/** Whole seconds, as Salesforce keeps them. */
function kept(at: string): string {
  return salesforceTime(new Date(Math.floor(Date.parse(at) / 1000) * 1000));
}
