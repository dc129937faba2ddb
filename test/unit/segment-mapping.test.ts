import { describe, expect, it } from 'vitest';
import { createSegment, type SegmentSettings, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import type { Json } from '../../core/domain/json.ts';
import type { RejectedRecord, SourceRecord } from '../../core/domain/records.ts';

const RECEIVED = '2026-06-01T12:00:00.000Z';

function connector(settings: Partial<SegmentSettings> = {}) {
  return createSegment(
    {
      connectionId: 'segment',
      clock: { now: () => new Date(RECEIVED) },
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      timeZone: 'UTC',
      currency: 'EUR',
    },
    segmentSettingsSchema.parse(settings),
    { writeKey: 'a-write-key', profileToken: null, publicApiToken: null },
  );
}

async function read(messages: readonly Json[], settings: Partial<SegmentSettings> = {}) {
  const { inbound } = connector(settings);
  if (!inbound) throw new Error('Segment pushes');
  return inbound.read(messages.map((payload) => ({ payload, receivedAt: RECEIVED })));
}

const track = (event: string, properties: { [key: string]: Json } = {}, more: { [key: string]: Json } = {}): Json => ({
  type: 'track',
  messageId: 'm-1',
  userId: 'u-1',
  timestamp: '2026-05-01T10:00:00.000Z',
  event,
  properties,
  ...more,
});

/** The one fact beside who it is about. */
async function factOf(message: Json, settings: Partial<SegmentSettings> = {}): Promise<SourceRecord | undefined> {
  const { records, rejected } = await read([message], settings);
  expect(rejected).toEqual([]);
  return records.find((record) => record.kind !== 'contact' && record.kind !== 'account');
}

async function refusalOf(message: Json): Promise<RejectedRecord> {
  const { rejected } = await read([message]);
  expect(rejected).toHaveLength(1);
  const [first] = rejected;
  if (!first) throw new Error('nothing was refused');
  expect(first.remedy).not.toBe('');
  expect(JSON.parse(first.payload)).toEqual(message);
  return first;
}

describe('what of a Segment message cannot be read', () => {
  it('sets aside what is no message, and reads the rest', async () => {
    const { records, rejected } = await read([
      'text',
      { type: 'conversation', messageId: 'm-2', userId: 'u-1' },
      { type: 'page', messageId: 'm-3', userId: { id: 1 } },
      track('Product Viewed'),
    ]);
    expect(rejected.map(({ field }) => field)).toEqual(['record', 'type', 'userId']);
    expect(rejected.map(({ externalId }) => externalId).slice(1)).toEqual(['m-2', 'm-3']);
    expect(records.map(({ kind }) => kind)).toEqual(['contact', 'event']);
  });

  it('sets aside a message of nobody', async () => {
    for (const ids of [{ userId: null }, { userId: '', anonymousId: ' ' }]) {
      expect((await refusalOf(track('Product Viewed', {}, ids))).field).toBe('userId');
    }
  });

  it('sets aside an order whose number is no number, but keeps who ordered', async () => {
    for (const subtotal of ['1,299.00', '12 EUR', 'NaN', '1e3', true, { amount: 1 }]) {
      const { records, rejected } = await read([track('Order Completed', { order_id: 'o-1', subtotal })]);
      expect(rejected.map(({ of, field }) => [of, field])).toEqual([['transaction', 'properties.subtotal']]);
      expect(records.map(({ kind, externalId }) => [kind, externalId])).toEqual([['contact', 'user:u-1']]);
    }
  });

  it('sets aside an order below zero, of no amount, or in a currency that is none', async () => {
    expect((await refusalOf(track('Order Completed', { order_id: 'o-1', subtotal: -1 }))).field).toBe(
      'properties.subtotal',
    );
    expect((await refusalOf(track('Order Completed', { order_id: 'o-1' }))).field).toBe('properties');
    expect((await refusalOf(track('Order Completed', { order_id: 'o-1', subtotal: 1, currency: '€' }))).field).toBe(
      'currency',
    );
  });

  it('sets aside a cancellation that names no order, and a track call without a name', async () => {
    expect((await refusalOf(track('Order Cancelled'))).field).toBe('properties.order_id');
    expect((await refusalOf(track('Order Refunded'))).field).toBe('properties.order_id');
    expect((await refusalOf(track('  '))).field).toBe('event');
  });

  it('sets aside a time that is none', async () => {
    for (const timestamp of ['yesterday', '2026-13-01T00:00:00Z', '1780000000', '']) {
      expect((await refusalOf(track('Product Viewed', {}, { timestamp }))).field).toBe('timestamp');
    }
  });
});

describe('orders', () => {
  // The vendor's own example of Order Completed.
  const example = {
    order_id: '50314b8e9bcf000000000000',
    total: 27.5,
    subtotal: 22.5,
    revenue: 25,
    shipping: 3,
    tax: 2,
    discount: 2.5,
    currency: 'USD',
  };
  const amountWith = async (properties: { [key: string]: Json }, amount?: SegmentSettings['amount']) => {
    const fact = await factOf(track('Order Completed', properties), amount ? { amount } : {});
    return fact?.kind === 'transaction' ? fact.amount : undefined;
  };

  it('brings the vendor’s example as an order', async () => {
    expect(await factOf(track('Order Completed', example))).toEqual({
      kind: 'transaction',
      externalId: '50314b8e9bcf000000000000',
      transactionKind: 'order',
      occurredAt: '2026-05-01T10:00:00.000Z',
      amount: '22.50',
      currency: 'USD',
      contactExternalId: 'user:u-1',
      accountExternalId: null,
      orderReference: '50314b8e9bcf000000000000',
      refersTo: null,
      statedAt: '2026-05-01T10:00:00.000Z',
    });
  });

  it('reads one amount from subtotal, else revenue less discount, else total less shipping and tax', async () => {
    const { subtotal: _, ...withoutSubtotal } = example;
    const { revenue: __, ...withTotalAlone } = withoutSubtotal;
    expect(await amountWith(example)).toBe('22.50');
    expect(await amountWith(withoutSubtotal)).toBe('22.50');
    expect(await amountWith(withTotalAlone)).toBe('22.50');
    expect(await amountWith({ order_id: 'o', total: 10 })).toBe('10.00');
    expect(await amountWith({ order_id: 'o', revenue: 10 })).toBe('10.00');
  });

  it('reads it by the formulas of the settings, in their order', async () => {
    expect(await amountWith(example, ['total'])).toBe('27.50');
    expect(await amountWith(example, ['revenue'])).toBe('25.00');
    expect(await amountWith({ order_id: 'o', subtotal: 1, total: 2 }, ['revenue', 'total', 'subtotal'])).toBe('2.00');
  });

  it('takes numbers as text, absent ones as absent, zero as a value, and half a float as what was meant', async () => {
    expect(await amountWith({ order_id: 'o', revenue: '39.95', discount: '' })).toBe('39.95');
    expect(await amountWith({ order_id: 'o', subtotal: null, revenue: ' 5 ', discount: null })).toBe('5.00');
    expect(await amountWith({ order_id: 'o', subtotal: 0, revenue: 9 })).toBe('0.00');
    expect(await amountWith({ order_id: 'o', subtotal: 27.499999999999996 })).toBe('27.50');
    expect(await amountWith({ order_id: 'o', revenue: 0.3, discount: 0.1 })).toBe('0.20');
  });

  it('takes the currency of the event in any case, else the workspace’s, with its own minor digits', async () => {
    expect(await factOf(track('Order Completed', { order_id: 'o', subtotal: 5, currency: 'usd' }))).toMatchObject({
      currency: 'USD',
      amount: '5.00',
    });
    expect(await factOf(track('Order Completed', { order_id: 'o', subtotal: 5 }))).toMatchObject({ currency: 'EUR' });
    expect(await factOf(track('Order Completed', { order_id: 'o', subtotal: 500, currency: 'JPY' }))).toMatchObject({
      amount: '500',
    });
  });

  it('knows an order by its order_id, a number as well, else by its message', async () => {
    expect(await factOf(track('Order Completed', { order_id: 4711, subtotal: 1 }))).toMatchObject({
      externalId: '4711',
      orderReference: '4711',
    });
    expect(await factOf(track('Order Completed', { subtotal: 1 }))).toMatchObject({
      externalId: 'm-1',
      orderReference: null,
    });
  });

  it('gives an update the identity of its order, with the time it was stated', async () => {
    const updated = await factOf(
      track('Order Updated', { order_id: 'o-1', revenue: 30 }, { timestamp: '2026-05-03T00:00:00Z' }),
    );
    expect(updated).toMatchObject({
      externalId: 'o-1',
      transactionKind: 'order',
      amount: '30.00',
      statedAt: '2026-05-03T00:00:00.000Z',
    });
  });

  it('takes no money from an update that says nothing of it', async () => {
    expect(await factOf(track('Order Updated', { order_id: 'o-1', status: 'shipped' }))).toBeUndefined();
  });

  it('takes a refund with a number as a part, without one as the whole', async () => {
    expect(await factOf(track('Order Refunded', { order_id: 'o-1', total: 30 }))).toMatchObject({
      transactionKind: 'refund',
      amount: '30.00',
      refersTo: 'o-1',
      orderReference: null,
    });
    expect(await factOf(track('Order Refunded', { order_id: 'o-1' }))).toMatchObject({
      transactionKind: 'refund',
      amount: null,
      refersTo: 'o-1',
    });
  });

  it('keeps two refunds of one order apart, and a repeated message and a repeated cancellation together', async () => {
    const refund = (messageId: string) => track('Order Refunded', { order_id: 'o-1', total: 1 }, { messageId });
    const cancelled = (messageId: string) => track('Order Cancelled', { order_id: 'o-1' }, { messageId });
    const ids = await Promise.all(
      [refund('a'), refund('b'), refund('a'), cancelled('c'), cancelled('d')].map(
        async (message) => (await factOf(message))?.externalId,
      ),
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe(ids[2]);
    expect(ids[3]).toBe(ids[4]);
    expect(await factOf(cancelled('c'))).toMatchObject({ transactionKind: 'void', amount: null, refersTo: 'o-1' });
  });

  it('takes an event of the shop’s own name for an order when the settings say so', async () => {
    const events = { Purchase: 'order', 'Order Completed': 'ignore' } as const;
    expect(await factOf(track('Purchase', { order_id: 'o', subtotal: 3 }), { events })).toMatchObject({
      kind: 'transaction',
    });
    expect(await factOf(track('Order Completed', { order_id: 'o', subtotal: 3 }), { events })).toBeUndefined();
  });
});

describe('when it happened', () => {
  const when = async (more: { [key: string]: Json }) => {
    const fact = await factOf(track('Product Viewed', {}, more));
    return fact?.kind === 'event' ? fact.occurredAt : undefined;
  };

  it('takes a time to come for the moment the message was received', async () => {
    expect(await when({ timestamp: '2031-01-01T00:00:00Z' })).toBe(RECEIVED);
    expect(await when({ timestamp: '2026-05-02T00:00:00Z', receivedAt: '2026-05-01T00:00:00Z' })).toBe(
      '2026-05-01T00:00:00.000Z',
    );
    expect(await when({ timestamp: '2031-01-01T00:00:00Z', receivedAt: '2030-01-01T00:00:00Z' })).toBe(RECEIVED);
  });

  it('takes the sender’s time, then the time of receipt, where there is no corrected time', async () => {
    expect(await when({ timestamp: null, originalTimestamp: '2026-04-01T00:00:00+02:00' })).toBe(
      '2026-03-31T22:00:00.000Z',
    );
    expect(await when({ timestamp: null, receivedAt: '2026-04-02T00:00:00Z' })).toBe('2026-04-02T00:00:00.000Z');
    expect(await when({ timestamp: null })).toBe(RECEIVED);
  });

  it('reads a time without an offset as UTC, whatever the machine’s zone', async () => {
    expect(await when({ timestamp: '2026-04-01T23:30:00' })).toBe('2026-04-01T23:30:00.000Z');
    expect(await when({ timestamp: '2026-04-01' })).toBe('2026-04-01T00:00:00.000Z');
    expect(await when({ timestamp: '2026-04-01T10:00:00+0530' })).toBe('2026-04-01T04:30:00.000Z');
  });
});

describe('who it is about', () => {
  const contactIn = async (message: Json) =>
    (await read([message])).records.find((record) => record.kind === 'contact');

  it('brings a user and a visitor as records of their own, and joins them by a message with both ids', async () => {
    const user = await contactIn({ type: 'page', messageId: 'm', userId: 'u', timestamp: RECEIVED });
    expect(user).toMatchObject({ externalId: 'user:u', userIds: ['u'], anonymousIds: [], partial: true });
    const visitor = await contactIn({ type: 'page', messageId: 'm', anonymousId: 'a', timestamp: RECEIVED });
    expect(visitor).toMatchObject({ externalId: 'anonymous:a', userIds: [], anonymousIds: ['a'] });
    const both = await contactIn({ type: 'page', messageId: 'm', userId: 'u', anonymousId: 'a', timestamp: RECEIVED });
    expect(both).toMatchObject({ externalId: 'user:u', userIds: ['u'], anonymousIds: ['a'] });
  });

  it('brings what an identify says', async () => {
    const traits = { email: ' Zoe@Example.com ', firstName: 'Zoë', lastName: 'Doe', phone: 5, createdAt: '2025-01-01' };
    expect(await contactIn({ type: 'identify', messageId: 'm', userId: 7, traits })).toEqual({
      kind: 'contact',
      externalId: 'user:7',
      emails: ['Zoe@Example.com'],
      userIds: ['7'],
      anonymousIds: [],
      phone: '5',
      name: 'Zoë Doe',
      accountExternalId: null,
      ownerId: null,
      doNotContact: false,
      createdAt: '2025-01-01T00:00:00.000Z',
      partial: true,
    });
  });

  it('takes traits that travel in the context of any message, but not a group’s traits for the person’s', async () => {
    const context = { traits: { email: 'a@example.com' } };
    expect(await contactIn(track('Product Viewed', {}, { context }))).toMatchObject({ emails: ['a@example.com'] });
    const group = {
      type: 'group',
      messageId: 'm',
      userId: 'u',
      groupId: 'g',
      traits: { name: 'Acme', email: 'x@y.z' },
    };
    const { records } = await read([group]);
    expect(records).toEqual([
      { kind: 'account', externalId: 'g', name: 'Acme', ownerId: null },
      expect.objectContaining({ kind: 'contact', name: null, emails: [], accountExternalId: 'g' }),
    ]);
  });

  it('takes no name away from an account that a later group call does not name', async () => {
    const { records } = await read([{ type: 'group', messageId: 'm', userId: 'u', groupId: 'g', traits: {} }]);
    expect(records.map(({ kind }) => kind)).toEqual(['contact']);
  });

  it('joins an alias with the previous id, which may have been either', async () => {
    expect(await contactIn({ type: 'alias', messageId: 'm', userId: 'u', previousId: 'p' })).toMatchObject({
      externalId: 'user:u',
      userIds: ['u', 'p'],
      anonymousIds: ['p'],
    });
  });

  it('marks somebody who unsubscribed as not to be contacted, and brings no engagement of it', async () => {
    const { records } = await read([track('Unsubscribed')]);
    expect(records).toEqual([expect.objectContaining({ externalId: 'user:u-1', doNotContact: true })]);
  });

  it('deletes whom Segment deletes', async () => {
    const { records } = await read([{ type: 'delete', userId: 'u', timestamp: RECEIVED }]);
    expect(records).toEqual([
      { kind: 'deletion', of: 'contact', externalId: 'user:u', mergedIntoExternalId: null, forPrivacy: true },
    ]);
  });
});

describe('engagement', () => {
  const channelOf = async (message: Json, settings: Partial<SegmentSettings> = {}) => {
    const fact = await factOf(message, settings);
    return fact?.kind === 'event' ? `${fact.channel} ${fact.name}` : fact?.kind;
  };

  it('brings pages and screens as visits', async () => {
    const base = { messageId: 'm', userId: 'u', timestamp: RECEIVED };
    expect(await channelOf({ ...base, type: 'page', name: 'Shop' })).toBe('web Shop');
    expect(await channelOf({ ...base, type: 'page' })).toBe('web Page Viewed');
    expect(await channelOf({ ...base, type: 'screen' })).toBe('web Screen Viewed');
  });

  it('brings track events by the shipped map, else as use of the product', async () => {
    expect(await channelOf(track('Product Viewed'))).toBe('web Product Viewed');
    expect(await channelOf(track('Email Link Clicked'))).toBe('email Email Link Clicked');
    expect(await channelOf(track('Live Chat Conversation Started'))).toBe('support Live Chat Conversation Started');
    expect(await channelOf(track('Report Exported'))).toBe('product Report Exported');
    expect(await channelOf(track('constructor'))).toBe('product constructor');
  });

  it('brings nothing of what was done to a person', async () => {
    expect(await channelOf(track('Email Delivered'))).toBeUndefined();
  });

  it('lets the settings add to the map, override it and decide on the rest', async () => {
    const settings = { events: { 'Product Viewed': 'ignore', Ping: 'web' }, otherEvents: 'ignore' } as const;
    expect(await channelOf(track('Product Viewed'), settings)).toBeUndefined();
    expect(await channelOf(track('Ping'), settings)).toBe('web Ping');
    expect(await channelOf(track('Report Exported'), settings)).toBeUndefined();
  });

  it('knows an event by its message', async () => {
    expect(await factOf(track('Product Viewed', {}, { messageId: 'm-77' }))).toMatchObject({ externalId: 'm-77' });
  });
});

describe('our own writes on their way back', () => {
  it('say nothing, by their mark or by their traits', async () => {
    const own = { type: 'identify', messageId: 'm', userId: 'u', traits: { staypower_clv_12m: 5 } };
    for (const message of [
      { ...own, context: { integration: { name: 'staypower' } } },
      { ...own, traits: { email: 'a@example.com' }, context: { integration: { name: 'staypower' } } },
      own,
    ]) {
      expect(await read([message])).toEqual({ records: [], rejected: [] });
    }
  });

  it('are not mistaken for others’', async () => {
    for (const message of [
      { type: 'identify', messageId: 'm', userId: 'u', traits: { staypower_clv_12m: 5, plan: 'gold' } },
      { type: 'identify', messageId: 'm', userId: 'u', traits: {} },
      { type: 'identify', messageId: 'm', userId: 'u', context: { integration: { name: 'other' } } },
      track('Product Viewed', { staypower_clv_12m: 5 }),
    ]) {
      expect((await read([message])).records).not.toEqual([]);
    }
  });
});
