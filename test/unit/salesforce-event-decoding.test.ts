import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { namesIn, type SchemaField } from '../../connectors/salesforce/pubsub/bitmaps.ts';
import { type ChangeHeader, createDecoder } from '../../connectors/salesforce/pubsub/decode.ts';
import { toldBy } from '../../connectors/salesforce/pubsub/told.ts';
import { DataError } from '../../core/domain/errors.ts';

const plain = (name: string): SchemaField => ({ name, fields: [] });
const FIELDS: readonly SchemaField[] = [
  plain('ChangeEventHeader'),
  { name: 'Name', fields: [plain('Salutation'), plain('FirstName'), plain('LastName')] },
  plain('Phone'),
  ...Array.from({ length: 70 }, (_, index) => plain(`F${index + 3}`)),
];

describe('bitmaps of a change event', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [['0x0'], []],
    [['0x1'], ['ChangeEventHeader']],
    [['0x104'], ['Phone', 'F8']],
    [['0x00000104'], ['Phone', 'F8']],
    [
      ['0x4', '1-0x6'],
      ['Phone', 'Name.FirstName', 'Name.LastName'],
    ],
    [['1-0x1'], ['Name.Salutation']],
    // Beyond 53 bits, where numbers of JavaScript stop being exact.
    [['0x800000000000000001'], ['ChangeEventHeader', 'F71']],
    // The vendor's own example has letters in both cases.
    [['0x650004E0'], ['F5', 'F6', 'F7', 'F10', 'F24', 'F26', 'F29', 'F30']],
    [['0x650004e0'], ['F5', 'F6', 'F7', 'F10', 'F24', 'F26', 'F29', 'F30']],
  ])('%j names %j', (bitmaps, names) => {
    expect(namesIn(bitmaps, FIELDS)).toEqual(names);
  });

  it.each([
    [['Phone'], ['Phone']],
    [['2-0x1'], ['2-0x1']],
    [['99-0x1'], ['99-0x1']],
    [['1-0x8'], ['1-0x8']],
    [[`0x${'1'.padEnd(20, '0')}`], [`0x${'1'.padEnd(20, '0')}`]],
  ])('%j, which the schema does not explain, is kept as it is', (bitmaps, names) => {
    expect(namesIn(bitmaps, FIELDS)).toEqual(names);
  });
});

/** A schema in the published form; "schema" is what GetSchema answers. */
const SCHEMA = {
  type: 'record',
  name: 'ContactChangeEvent',
  namespace: 'com.sforce.eventbus',
  fields: [
    {
      name: 'ChangeEventHeader',
      type: {
        type: 'record',
        name: 'ChangeEventHeader',
        fields: [
          { name: 'entityName', type: 'string' },
          { name: 'recordIds', type: { type: 'array', items: 'string' } },
          { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: ['CREATE', 'UPDATE', 'DELETE'] } },
          { name: 'changeOrigin', type: 'string' },
          { name: 'commitTimestamp', type: 'long' },
          { name: 'commitNumber', type: 'long' },
          { name: 'nulledFields', type: { type: 'array', items: 'string' } },
          { name: 'changedFields', type: { type: 'array', items: 'string' } },
        ],
      },
    },
    {
      name: 'Name',
      type: [
        'null',
        'string',
        {
          type: 'record',
          name: 'Switchable_PersonName',
          fields: [
            { name: 'FirstName', type: ['null', 'string'] },
            { name: 'LastName', type: ['null', 'string'] },
          ],
        },
      ],
    },
    { name: 'Phone', type: ['null', 'string'] },
    { name: 'Amount', type: ['null', 'double', 'long'] },
  ],
};
/** Another library's long, since numbers end at 2^53. */
const writer = avro.Type.forSchema(SCHEMA as avro.Schema, {
  registry: {
    long: avro.types.LongType.__with({
      fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
      toBuffer: (value: bigint) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(value);
        return bytes;
      },
      fromJSON: BigInt,
      toJSON: String,
      isValid: (value: unknown) => typeof value === 'bigint',
      compare: (a: bigint, b: bigint) => Number(a - b),
    }),
  },
});
const header = {
  entityName: 'Contact',
  recordIds: ['003000000000001AAA'],
  changeType: 'UPDATE',
  changeOrigin: 'com/salesforce/api/rest/66.0;client=Other',
  commitTimestamp: 1_714_170_102_000n,
  commitNumber: 9_223_372_036_854_775_807n,
  nulledFields: ['0x4'],
  changedFields: ['0x4', '1-0x2'],
};
const payloadOf = (change: Partial<typeof header> = {}) =>
  writer.toBuffer({
    ChangeEventHeader: { ...header, ...change },
    Name: { FirstName: null, LastName: 'Doe' },
    Phone: null,
    Amount: null,
  });

describe('a change event', () => {
  const decoder = createDecoder(JSON.stringify(SCHEMA));

  it('is read with the names of the fields that changed, and those that were cleared', () => {
    expect(decoder.change(payloadOf())).toEqual({
      object: 'Contact',
      recordIds: ['003000000000001AAA'],
      changeType: 'UPDATE',
      origin: 'com/salesforce/api/rest/66.0;client=Other',
      committedAt: '2024-04-26T22:21:42.000Z',
      changed: ['Phone', 'Name.LastName'],
      nulled: ['Phone'],
    });
  });

  it.each([
    ['an empty payload', Buffer.alloc(0)],
    ['a truncated one', payloadOf().subarray(0, 30)],
    ['one with bytes behind its end', Buffer.concat([payloadOf(), Buffer.from('x')])],
    ['a change type beyond the schema', Buffer.concat([payloadOf().subarray(0, 29), Buffer.alloc(200, 0xff)])],
  ])('with %s is refused', (_what, payload) => {
    expect(() => decoder.change(payload)).toThrow(DataError);
  });

  it.each(['', 'hello', '{}', '{"type":"unknown"}'])('by the schema %j is refused', (schema) => {
    expect(() => createDecoder(schema)).toThrow(DataError);
  });

  it('that has no header is no change; a platform event gives its texts', () => {
    const event = {
      type: 'record',
      name: 'Order_Paid__e',
      fields: [
        { name: 'CreatedDate', type: 'long' },
        { name: 'Contact_Id__c', type: ['null', 'string'] },
        { name: 'Count__c', type: ['null', 'double'] },
      ],
    };
    const payload = avro.Type.forSchema(event as avro.Schema).toBuffer({
      CreatedDate: 1,
      Contact_Id__c: '003000000000001AAA',
      Count__c: 0,
    });
    const platform = createDecoder(JSON.stringify(event));
    expect(platform.change(payload)).toBe(null);
    expect(platform.text(payload, 'Contact_Id__c')).toBe('003000000000001AAA');
    expect(platform.text(payload, 'Count__c')).toBe(null);
    expect(platform.text(payload, 'Nothing__c')).toBe(null);
  });
});

describe('what a change asks for', () => {
  const reads = new Set(['Contact', 'Task']);
  const change = (told: Partial<ChangeHeader>): ChangeHeader => ({
    object: 'Contact',
    recordIds: ['003000000000001AAA'],
    changeType: 'UPDATE',
    origin: '',
    committedAt: '2026-01-01T00:00:00.000Z',
    changed: ['Phone', 'LastModifiedDate'],
    nulled: [],
    ...told,
  });
  const OURS = 'com/salesforce/api/rest/66.0;client=Staypower';
  const asked = (told: Partial<ChangeHeader>) => {
    const { messages, missed } = toldBy(change(told), 'e1', reads);
    return missed ? 'pull' : messages.map(({ about }) => about);
  };

  it.each<[string, Partial<ChangeHeader>]>([
    ['our own fields', { changed: ['Staypower_Clv_12m__c', 'LastModifiedDate', 'LastModifiedById'], origin: OURS }],
    ['our own fields by somebody else, such as an undo in a data loader', { changed: ['Staypower_Clv_12m__c'] }],
    ['nothing but when it was changed', { changed: ['LastModifiedDate', 'SystemModstamp'] }],
    ['a task that we opened', { object: 'Task', changeType: 'CREATE', origin: OURS, changed: [] }],
    ['an object that is not read', { object: 'Lead' }],
    ['a gap of an object that is not read', { object: 'Lead', changeType: 'GAP_OVERFLOW', recordIds: [] }],
  ])('%s: nothing', (_what, told) => {
    expect(asked(told)).toEqual([]);
  });

  it.each<[string, Partial<ChangeHeader>]>([
    ['a field of the organisation', {}],
    ['a flow that set another field in the transaction of our write', { origin: OURS, changed: ['Title'] }],
    ['a part of a name', { changed: ['Name.LastName'] }],
    ['bits that the schema does not explain', { changed: ['0x8000'] }],
    ['no word of which fields', { changed: [] }],
    ['a client whose name begins as ours', { changeType: 'CREATE', origin: `${OURS}2` }],
    ['a creation', { changeType: 'CREATE', changed: [] }],
    ['a deletion', { changeType: 'DELETE', changed: [] }],
    ['an undeletion', { changeType: 'UNDELETE', changed: [] }],
    ['a gap that names the record', { changeType: 'GAP_UPDATE', changed: [] }],
    ['a gap after our own write', { changeType: 'GAP_UPDATE', changed: [], origin: OURS }],
  ])('%s: that the record is read', (_what, told) => {
    expect(asked(told)).toEqual(['003000000000001AAA']);
  });

  it.each<[string, Partial<ChangeHeader>]>([
    ['an overflow', { changeType: 'GAP_OVERFLOW', recordIds: [] }],
    ['an overflow that names records all the same', { changeType: 'GAP_OVERFLOW' }],
    ['a gap with a wildcard', { changeType: 'GAP_UPDATE', recordIds: ['003*'] }],
    ['a change without ids', { recordIds: [] }],
  ])('%s: a pull', (_what, told) => {
    expect(asked(told)).toBe('pull');
  });

  it('several records of one change are a message each, with keys that come out the same again', () => {
    const both = change({ recordIds: ['003000000000001AAA', '003000000000002AAA'], changeType: 'DELETE' });
    const { messages } = toldBy(both, 'e1', reads);
    expect(messages).toEqual([
      {
        deliveryKey: 'event/e1/003000000000001AAA',
        payload: { object: 'Contact', recordId: '003000000000001AAA', committedAt: '2026-01-01T00:00:00.000Z' },
        about: '003000000000001AAA',
      },
      {
        deliveryKey: 'event/e1/003000000000002AAA',
        payload: { object: 'Contact', recordId: '003000000000002AAA', committedAt: '2026-01-01T00:00:00.000Z' },
        about: '003000000000002AAA',
      },
    ]);
    expect(toldBy(both, 'e1', reads).messages).toEqual(messages);
  });
});
