import { isDate, readDatetime } from '../datetime.ts';
import { notImplemented, SalesforceError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import { type Field, isNumeric, type ObjectType } from '../model/field.ts';
import type { Access } from './access.ts';
import type { Records, Value } from './records.ts';

/** Whose eyes a write goes through, what it does, and where the values come from: the error of a wrong type differs by source. */
export interface WriteContext {
  access: Access;
  records: Records;
  userId: string;
  mode: 'create' | 'update';
  source: 'json' | 'csv';
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

/**
 * Checks the fields of one write against the object and returns the values as they are kept.
 * @throws SalesforceError INVALID_FIELD, INVALID_FIELD_FOR_INSERT_UPDATE, REQUIRED_FIELD_MISSING, STRING_TOO_LONG,
 * INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, NUMBER_OUTSIDE_VALID_RANGE, MALFORMED_ID, INVALID_CROSS_REFERENCE_KEY, JSON_PARSER_ERROR …
 */
export function readInput(
  context: WriteContext,
  object: ObjectType,
  input: Readonly<Record<string, unknown>>,
): Map<string, Value> {
  const values = new Map<string, Value>();
  const locked: string[] = [];
  for (const [key, raw] of Object.entries(input)) {
    if (key === 'attributes') continue;
    const field = context.access.visibleField(context.userId, object, key);
    if (field === undefined) throw unknownField(object, key);
    if (field.name === 'Id')
      throw new SalesforceError(400, 'INVALID_FIELD', 'cannot specify Id in an insert call', ['Id']);
    const writable = context.mode === 'create' ? field.createable : field.updateable;
    if (!writable || !context.access.canEdit(context.userId, object, field)) locked.push(field.name);
    else values.set(field.name, readValue(context, field, raw));
  }
  if (locked.length > 0) throw lockedFields(locked);
  const missing = missingFields(context, object, values);
  if (missing.length > 0) {
    throw new SalesforceError(
      400,
      'REQUIRED_FIELD_MISSING',
      `Required fields are missing: [${missing.join(', ')}]`,
      missing,
    );
  }
  return values;
}

function unknownField(object: ObjectType, key: string): SalesforceError {
  const relationship = [...object.fields.values()].some(
    (field) => field.relationshipName?.toLowerCase() === key.toLowerCase(),
  );
  if (relationship) return notImplemented(`relationship fields in a write (${key})`);
  return new SalesforceError(400, 'INVALID_FIELD', `No such column '${key}' on sobject of type ${object.name}`);
}

function lockedFields(fields: readonly string[]): SalesforceError {
  return new SalesforceError(
    400,
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    fields,
  );
}

function missingFields(context: WriteContext, object: ObjectType, values: ReadonlyMap<string, Value>): string[] {
  const missing: string[] = [];
  for (const field of object.fields.values()) {
    if (field.nillable || field.type === 'boolean') continue;
    const value = values.get(field.name);
    const left = context.mode === 'create' && field.createable && !field.defaultedOnCreate && value === undefined;
    if (left || value === null) missing.push(field.name);
  }
  return missing;
}

function readValue(context: WriteContext, field: Field, raw: unknown): Value {
  if (raw !== null && typeof raw === 'object') {
    throw new SalesforceError(
      400,
      'JSON_PARSER_ERROR',
      `Cannot deserialize instance of ${field.type} from START_OBJECT value { or request may be missing a required field at [line:1, column:1]`,
    );
  }
  if (raw === null || raw === undefined || raw === '') {
    if (field.type === 'boolean') throw wrongType(context, field, 'null');
    return null;
  }
  if (field.type === 'boolean') return readBoolean(context, field, raw);
  if (isNumeric(field)) return readNumber(context, field, raw);
  if (typeof raw !== 'string') throw wrongType(context, field, String(raw));
  switch (field.type) {
    case 'date': {
      if (!isDate(raw)) throw wrongType(context, field, raw);
      return raw;
    }
    case 'datetime': {
      const at = readDatetime(raw);
      if (at === null) throw wrongType(context, field, raw);
      return at;
    }
    case 'reference':
      return readReference(context, field, raw);
    default:
      return readText(field, raw);
  }
}

function wrongType(context: WriteContext, field: Field, value: string): SalesforceError {
  if (context.source === 'csv') {
    return new SalesforceError(
      400,
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
      `${field.label}: value not of required type: ${value}`,
      [field.name],
    );
  }
  return new SalesforceError(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from VALUE_STRING value ${value} or request may be missing a required field at [line:1, column:1]`,
  );
}

function readBoolean(context: WriteContext, field: Field, raw: unknown): boolean {
  if (typeof raw === 'boolean') return raw;
  const text = String(raw).toLowerCase();
  if (text === 'true' || (context.source === 'csv' && text === '1')) return true;
  if (text === 'false' || (context.source === 'csv' && text === '0')) return false;
  throw wrongType(context, field, String(raw));
}

function readNumber(context: WriteContext, field: Field, raw: unknown): number {
  const value = typeof raw === 'boolean' ? Number.NaN : Number(raw);
  if (!Number.isFinite(value) || (field.type === 'int' && !Number.isInteger(value)))
    throw wrongType(context, field, String(raw));
  if (field.precision > 0 && Math.abs(value) >= 10 ** (field.precision - field.scale)) {
    throw new SalesforceError(
      400,
      'NUMBER_OUTSIDE_VALID_RANGE',
      `${field.label}: value outside of valid range on numeric field: ${value}`,
      [field.name],
    );
  }
  return value;
}

function readText(field: Field, raw: string): string {
  if (raw.length > field.length) {
    throw new SalesforceError(
      400,
      'STRING_TOO_LONG',
      `${field.label}: data value too large: ${raw} (max length=${field.length})`,
      [field.name],
    );
  }
  if (field.type === 'email' && !EMAIL.test(raw)) {
    throw new SalesforceError(400, 'INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${raw}`, [
      field.name,
    ]);
  }
  if (field.restrictedPicklist && !field.picklistValues.some((choice) => choice.value === raw)) {
    throw new SalesforceError(
      400,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `${field.label}: bad value for restricted picklist field: ${raw}`,
      [field.name],
    );
  }
  return raw;
}

function readReference(context: WriteContext, field: Field, raw: string): string {
  const id = normaliseId(raw);
  const found = id === null ? undefined : context.records.find(id);
  if (id === null || (found !== undefined && !field.referenceTo.includes(found.object.name))) {
    throw new SalesforceError(400, 'MALFORMED_ID', `${field.label}: id value of incorrect type: ${raw}`, [field.name]);
  }
  if (found === undefined) {
    throw new SalesforceError(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  }
  if (found.row.IsDeleted === true) throw new SalesforceError(400, 'ENTITY_IS_DELETED', 'entity is deleted');
  return id;
}
