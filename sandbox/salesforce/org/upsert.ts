import { notImplemented, SalesforceError } from '../errors.ts';
import type { Field, ObjectType } from '../model/field.ts';
import type { Transaction } from './dml.ts';
import type { Org } from './org.ts';
import type { Row, Value } from './records.ts';

/** What an upsert did. */
export interface Upserted {
  row: Row;
  created: boolean;
}

/**
 * The field an upsert may match on: Id, an external id or a look-up field such as Email.
 * @throws SalesforceError NOT_FOUND in the vendor's words for any other field.
 */
export function upsertField(org: Org, userId: string, object: ObjectType, name: string): Field {
  const field = org.access.visibleField(userId, object, name);
  if (field === undefined || !(field.idLookup || field.externalId)) {
    throw new SalesforceError(
      404,
      'NOT_FOUND',
      `Provided external ID field does not exist or is not accessible: ${name}`,
    );
  }
  return field;
}

/** Ids of the living records whose field has that value. */
export function matching(org: Org, object: ObjectType, field: Field, value: Value): readonly string[] {
  const living = (id: string) => org.records.get(object.name, id)?.IsDeleted === false;
  return org.records.idsWhere(object.name, field.name, value).filter(living);
}

/**
 * Creates or updates the one record whose field has the value that `input` carries under its name.
 * @throws SalesforceError MISSING_ARGUMENT without a value, DUPLICATE_EXTERNAL_ID for several matches.
 */
export function upsert(
  org: Org,
  transaction: Transaction,
  object: ObjectType,
  field: Field,
  input: Readonly<Record<string, unknown>>,
): Upserted {
  const key = Object.keys(input).find((name) => name.toLowerCase() === field.name.toLowerCase());
  const value = key === undefined ? undefined : input[key];
  if (value === null || value === undefined || value === '') {
    if (field.name === 'Id') return { row: transaction.create(object, without(input, key)), created: true };
    throw new SalesforceError(400, 'MISSING_ARGUMENT', `${field.name} not specified`);
  }
  if (field.name === 'Id')
    return { row: transaction.update(object, String(value), without(input, key)), created: false };
  if (typeof value !== 'string' && typeof value !== 'number')
    throw notImplemented(`an external id that is no text or number (${field.name})`);
  const kept = field.type === 'double' ? Number(value) : String(value);
  const ids = matching(org, object, field, kept);
  if (ids.length > 1) {
    throw new SalesforceError(
      300,
      'DUPLICATE_EXTERNAL_ID',
      `More than one record found for external id field: [${ids.join(', ')}]`,
    );
  }
  const [id] = ids;
  if (id === undefined) return { row: transaction.create(object, input), created: true };
  return { row: transaction.update(object, id, without(input, key)), created: false };
}

function without(input: Readonly<Record<string, unknown>>, key: string | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== key));
}
