/** A field of an Avro schema, with those of the record that it holds, if it does. */
export interface SchemaField {
  name: string;
  fields: readonly SchemaField[];
}

const WHOLE = /^0x([0-9a-f]+)$/i;
const NESTED = /^(\d+)-0x([0-9a-f]+)$/i;

/**
 * The fields that a change event's changedFields, nulledFields or diffFields name. "0x104" has a bit for each field of the schema, the
 * lowest for the first; "4-0x10" does so for the record in the schema's field number 4 (from 0): "Name.FirstName". What is neither, or
 * beyond the schema, is given back as it is, so that nobody takes it for a field he may overlook.
 * https://developer.salesforce.com/docs/platform/pub-sub-api/guide/event-deserialization-considerations.html
 */
export function namesIn(bitmaps: readonly string[], fields: readonly SchemaField[]): readonly string[] {
  return bitmaps.flatMap((bitmap) => {
    const whole = WHOLE.exec(bitmap)?.[1];
    if (whole !== undefined) return bitsOf(whole).map((bit) => fields[bit]?.name ?? bitmap);
    const [, parentAt = '', nested] = NESTED.exec(bitmap) ?? [];
    const parent = fields[Number(parentAt)];
    if (nested === undefined || parent === undefined) return [bitmap];
    return bitsOf(nested).map((bit) => {
      const child = parent.fields[bit];
      return child ? `${parent.name}.${child.name}` : bitmap;
    });
  });
}

/** Positions of the bits that are set, from the lowest. */
function bitsOf(hex: string): readonly number[] {
  const bits: number[] = [];
  let value = BigInt(`0x${hex}`);
  for (let bit = 0; value > 0n; bit++, value >>= 1n) if (value & 1n) bits.push(bit);
  return bits;
}
