import { createHash } from 'node:crypto';
import avro from 'avsc';
import type { Field, ObjectType } from '../model/field.ts';
import type { Row, Value } from '../org/records.ts';

/** An Avro schema under the id by which events name it, and how values are written by it. */
export interface EventSchema {
  id: string;
  json: string;
  type: avro.Type;
}

/** A field of a change event: a plain one, or a compound with its parts. */
export interface EventField {
  name: string;
  /** The record's field; for a compound those of its parts. */
  parts: readonly { name: string; field: Field }[] | null;
  field: Field | null;
}

/** Salesforce's change types, in the order of the published schemas. */
export const CHANGE_TYPES = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'UNDELETE',
  'GAP_CREATE',
  'GAP_UPDATE',
  'GAP_DELETE',
  'GAP_UNDELETE',
  'GAP_OVERFLOW',
] as const;

const NAMESPACE = 'com.sforce.eventbus';
const texts = { type: 'array', items: 'string' };

/** https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm */
const HEADER = {
  name: 'ChangeEventHeader',
  type: {
    type: 'record',
    name: 'ChangeEventHeader',
    fields: [
      { name: 'entityName', type: 'string' },
      { name: 'recordIds', type: texts },
      { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: CHANGE_TYPES } },
      { name: 'changeOrigin', type: 'string' },
      { name: 'transactionKey', type: 'string' },
      { name: 'sequenceNumber', type: 'int' },
      { name: 'commitTimestamp', type: 'long' },
      { name: 'commitNumber', type: 'long' },
      { name: 'commitUser', type: 'string' },
      { name: 'nulledFields', type: texts },
      { name: 'diffFields', type: texts },
      { name: 'changedFields', type: texts },
    ],
  },
};

/** Not in change events: they say which record, and that it is gone, in the header. */
const NOT_SENT = new Set(['Id', 'IsDeleted', 'SystemModstamp']);
/** A person's name and postal addresses come as compounds. */
const NAME_PARTS = ['FirstName', 'LastName'];
const ADDRESS = /^(Mailing|Billing)(Street|City|State|PostalCode|Country)$/;

/** The fields of an object's change events behind the header, in schema order. */
export function eventFieldsOf(object: ObjectType): readonly EventField[] {
  const fields: EventField[] = [];
  const compounds = new Map<string, { name: string; field: Field }[]>();
  const isPerson = object.fields.has('lastname');
  for (const field of object.fields.values()) {
    const address = ADDRESS.exec(field.name);
    const compound = address ? `${address[1]}Address` : isPerson && NAME_PARTS.includes(field.name) ? 'Name' : null;
    if (compound !== null) {
      let parts = compounds.get(compound);
      if (!parts) {
        parts = [];
        compounds.set(compound, parts);
        fields.push({ name: compound, parts, field: null });
      }
      parts.push({ name: address?.[2] ?? field.name, field });
    } else if (!NOT_SENT.has(field.name) && !(field.calculated && isPerson && field.name === 'Name')) {
      fields.push({ name: field.name, parts: null, field });
    }
  }
  return fields;
}

/** The schema of an object's change events, as its fields are now. */
export function changeSchema(object: ObjectType): EventSchema {
  return schemaOf(`${object.name}ChangeEvent`, [
    HEADER,
    ...eventFieldsOf(object).map(({ name, parts, field }) =>
      nullable(
        name,
        parts === null
          ? avroType(field)
          : {
              type: 'record',
              name: `${object.name}${name}`,
              fields: parts.map((part) => nullable(part.name, avroType(part.field))),
            },
      ),
    ),
  ]);
}

/** The schema of a platform event whose own fields are texts. */
export function platformSchema(name: string, fields: readonly string[]): EventSchema {
  return schemaOf(name, [
    { name: 'CreatedDate', type: 'long' },
    { name: 'CreatedById', type: 'string' },
    ...fields.map((field) => nullable(field, 'string')),
  ]);
}

/** A schema from its kept form. */
export function schemaFrom(json: string): EventSchema {
  const id = createHash('sha256').update(json).digest('base64url').slice(0, 22);
  return { id, json, type: avro.Type.forSchema(JSON.parse(json) as avro.Schema) };
}

/** The values of a change event's fields: those of `names` from the row, null for all others. */
export function valuesOf(object: ObjectType, row: Row, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    eventFieldsOf(object).map(({ name, parts, field }): [string, unknown] => {
      if (parts === null) return [name, field !== null && names.has(field.name) ? wire(field, row[field.name]) : null];
      if (!parts.some((part) => names.has(part.field.name))) return [name, null];
      return [
        name,
        Object.fromEntries(
          parts.map((part) => [part.name, names.has(part.field.name) ? wire(part.field, row[part.field.name]) : null]),
        ),
      ];
    }),
  );
}

/**
 * The bitmaps of fields by name: one for the top level, counted from the header on, and one for each compound.
 * https://developer.salesforce.com/docs/platform/pub-sub-api/guide/event-deserialization-considerations.html
 */
export function bitmapsOf(object: ObjectType, names: ReadonlySet<string>): readonly string[] {
  let top = 0n;
  const nested: string[] = [];
  eventFieldsOf(object).forEach(({ parts, field }, index) => {
    const position = index + 1;
    if (field !== null && names.has(field.name)) top |= 1n << BigInt(position);
    let inner = 0n;
    parts?.forEach((part, bit) => {
      if (names.has(part.field.name)) inner |= 1n << BigInt(bit);
    });
    if (inner > 0n) nested.push(`${position}-0x${inner.toString(16).toUpperCase()}`);
  });
  return [...(top > 0n ? [`0x${top.toString(16).toUpperCase()}`] : []), ...nested];
}

function schemaOf(name: string, fields: readonly unknown[]): EventSchema {
  return schemaFrom(JSON.stringify({ type: 'record', name, namespace: NAMESPACE, fields }));
}

function nullable(name: string, type: unknown) {
  return { name, type: ['null', type], default: null };
}

function avroType(field: Field | null): string {
  switch (field?.type) {
    case 'boolean':
      return 'boolean';
    case 'int':
      return 'int';
    case 'double':
    case 'currency':
    case 'percent':
      return 'double';
    case 'date':
    case 'datetime':
      return 'long';
    default:
      return 'string';
  }
}

/** Dates and times are milliseconds since 1970. */
function wire(field: Field, value: Value | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (field.type === 'date' || field.type === 'datetime') return Date.parse(String(value).replace(/\+0000$/, 'Z'));
  return avroType(field) === 'string' ? String(value) : value;
}
