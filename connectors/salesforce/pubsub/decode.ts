import avro from 'avsc';
import { z } from 'zod';
import { DataError } from '../../../core/domain/errors.ts';
import { namesIn, type SchemaField } from './bitmaps.ts';

/** The header of a Change Data Capture event. https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm */
const headerSchema = z.object({
  entityName: z.string(),
  recordIds: z.array(z.string()),
  changeType: z.string(),
  changeOrigin: z.string().nullish(),
  commitTimestamp: z.bigint(),
  changedFields: z.array(z.string()).nullish(),
  nulledFields: z.array(z.string()).nullish(),
});

/** A change, as far as it is read: what a record holds is asked for when its turn comes. */
export interface ChangeHeader {
  /** API name of the object. */
  object: string;
  /** Several where one transaction did the same to all; none, or "001*", where they are not told one by one. */
  recordIds: readonly string[];
  /** CREATE, UPDATE, DELETE, UNDELETE, or one of these behind GAP_; GAP_OVERFLOW. */
  changeType: string;
  /** "com/salesforce/api/rest/66.0;client=Staypower"; empty where Salesforce does not say. */
  origin: string;
  /** ISO 8601. */
  committedAt: string;
  /** Those of an UPDATE; fields of a compound as "Name.FirstName". A field that is null in the event was cleared only if it is in `nulled`. */
  changed: readonly string[];
  nulled: readonly string[];
}

/** Reads the payloads of one schema. */
export interface Decoder {
  /** Null for an event that is no change of a record. Throws DataError for what the schema does not fit. */
  change(payload: Buffer): ChangeHeader | null;
  /** The value of a top-level field of a platform event; null where there is none, or no text. */
  text(payload: Buffer, field: string): string | null;
}

/** 64 bits: commit numbers may outgrow what a JavaScript number holds exactly. */
const longType = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/**
 * Builds the reader of a schema.
 *
 * @param schemaJson an Avro schema as GetSchema answers it
 * @throws DataError when it is none
 */
export function createDecoder(schemaJson: string): Decoder {
  const type = typeOf(schemaJson);
  const fields = fieldsOf(type);
  const read = (payload: Buffer): Readonly<Record<string, unknown>> => {
    try {
      return type.fromBuffer(payload) as Record<string, unknown>;
    } catch (error) {
      throw new DataError({
        field: 'payload',
        expected: 'Avro by the schema that the event names',
        found: error instanceof Error ? error.message : 'something else',
        remedy:
          'the records are read by the next sync all the same; if it comes again, report it with the name of the schema',
      });
    }
  };
  return {
    change: (payload) => {
      const event = read(payload);
      if (event['ChangeEventHeader'] === undefined) return null;
      const header = headerSchema.safeParse(event['ChangeEventHeader']);
      if (!header.success) {
        throw new DataError({
          field: `ChangeEventHeader.${header.error.issues[0]?.path.join('.') ?? ''}`,
          expected: 'the header of a change event',
          remedy: 'the records are read by the next sync all the same; if it comes again, report it',
        });
      }
      const { entityName, recordIds, changeType, changeOrigin, commitTimestamp, changedFields, nulledFields } =
        header.data;
      return {
        object: entityName,
        recordIds,
        changeType,
        origin: changeOrigin ?? '',
        committedAt: new Date(Number(commitTimestamp)).toISOString(),
        changed: namesIn(changedFields ?? [], fields),
        nulled: namesIn(nulledFields ?? [], fields),
      };
    },
    text: (payload, field) => {
      const value = read(payload)[field];
      return typeof value === 'string' ? value : null;
    },
  };
}

function typeOf(schemaJson: string): avro.Type {
  try {
    return avro.Type.forSchema(JSON.parse(schemaJson) as avro.Schema, { registry: { long: longType } });
  } catch {
    throw new DataError({ field: 'schema', expected: 'an Avro schema', remedy: 'try again later' });
  }
}

/** The fields of a record type, and of the record types among the branches of their unions. */
function fieldsOf(type: avro.Type): readonly SchemaField[] {
  if (type instanceof avro.types.RecordType) {
    return type.fields.map((field) => ({ name: field.name, fields: fieldsOf(field.type) }));
  }
  if (type instanceof avro.types.UnwrappedUnionType || type instanceof avro.types.WrappedUnionType) {
    return type.types.flatMap(fieldsOf);
  }
  return [];
}
