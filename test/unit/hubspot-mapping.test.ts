import { describe, expect, it } from 'vitest';
import { contactOf, primaryOf, propertiesOf, propertyOf } from '../../connectors/hubspot/mapping.ts';
import { eventsOf } from '../../connectors/hubspot/mapping-engagement.ts';
import { salesOfDeal } from '../../connectors/hubspot/mapping-transactions.ts';
import type { CrmObject } from '../../connectors/hubspot/replies.ts';
import { hubspotSettingsSchema } from '../../connectors/hubspot/settings.ts';
import { CLEAR } from '../../core/domain/fields.ts';

const settings = hubspotSettingsSchema.parse({
  userIdProperty: 'shop_id',
  deals: { refund: { amountProperty: 'refunded_amount', dateProperty: 'refunded_at' } },
});
const record = (properties: CrmObject['properties'], id = '7'): CrmObject => ({
  id,
  properties,
  createdAt: '2026-01-01T00:00:00Z',
});
const WON = { amount: '5000.00', closedate: '2026-03-01T00:00:00Z', hs_is_closed_won: 'true' };
const sale = (properties: CrmObject['properties'], known = true, given = settings) =>
  salesOfDeal(record(properties), {}, known, { settings: given, currency: 'EUR' });

describe('settings of a HubSpot connection', () => {
  it('have a default for everything and refuse what they do not know', () => {
    expect(hubspotSettingsSchema.parse({})).toMatchObject({
      baseUrl: null,
      appId: null,
      callsPer10Seconds: 190,
      orders: null,
    });
    expect(hubspotSettingsSchema.parse({ orders: {} }).orders?.amountProperty).toBe('hs_total_price');
    for (const wrong of [
      { token: 'x' },
      { baseUrl: 'ftp://x' },
      { appId: '12a' },
      { callsPer10Seconds: 0 },
      { engagementObjects: ['notes'] },
    ]) {
      expect(hubspotSettingsSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('a HubSpot deal', () => {
  it.each([[null], [''], ['  '], ['-1'], ['1,000'], ['1e5'], ['abc']])(
    'with the amount %j is set aside with a remedy',
    (amount) => {
      const { records, rejected } = sale({ ...WON, amount });
      expect(records.map((each) => each.kind)).toEqual(['deletion', 'deletion']);
      expect(rejected).toMatchObject([
        { of: 'transaction', externalId: 'deal-7', field: 'amount', remedy: expect.stringContaining('amount') },
      ]);
    },
  );

  it('keeps its amount to the letter, and zero is an amount', () => {
    expect(sale(WON).records[0]).toMatchObject({ amount: '5000.00', currency: 'EUR', transactionKind: 'order' });
    expect(sale({ ...WON, amount: '0' }).records[0]).toMatchObject({ amount: '0' });
  });

  it('is won by its stage where the settings name stages', () => {
    const byStage = hubspotSettingsSchema.parse({ deals: { wonStages: ['paid'] } });
    expect(sale({ ...WON, dealstage: 'closedwon' }, true, byStage).records.map((each) => each.kind)).toEqual([
      'deletion',
    ]);
    expect(sale({ ...WON, dealstage: 'paid', hs_is_closed_won: 'false' }, true, byStage).records).toMatchObject([
      { kind: 'transaction' },
    ]);
  });

  it('carries its refund, sets aside a refund without a date, and forgets one that was taken off', () => {
    const refunded = { ...WON, refunded_amount: '20', refunded_at: '2026-03-09T00:00:00Z' };
    expect(sale(refunded).records[1]).toEqual({
      kind: 'transaction',
      externalId: 'deal-7-refund',
      transactionKind: 'refund',
      occurredAt: '2026-03-09T00:00:00Z',
      amount: '20',
      currency: 'EUR',
      contactExternalId: null,
      accountExternalId: null,
      orderReference: null,
      refersTo: 'deal-7',
    });
    expect(sale({ ...refunded, refunded_at: null }).rejected).toMatchObject([{ field: 'refunded_at' }]);
    expect(sale({ ...refunded, refunded_amount: '0' }).records[1]).toMatchObject({
      kind: 'deletion',
      externalId: 'deal-7-refund',
    });
    expect(sale({ ...refunded, refunded_amount: '' }, false).records).toHaveLength(1);
  });

  it('replaces the deals that were merged into it', () => {
    const gone = sale({ ...WON, hs_merged_object_ids: '3;4' }).records.filter((each) => each.kind === 'deletion');
    expect(gone.map((each) => each.externalId)).toEqual([
      'deal-7-refund',
      'deal-3',
      'deal-3-refund',
      'deal-4',
      'deal-4-refund',
    ]);
  });
});

describe('a HubSpot contact', () => {
  it('has all its addresses and its own user id, and no modification time or field of ours', () => {
    const properties = {
      email: ' Ada@x.example ',
      hs_additional_emails: 'a2@x.example; a3@x.example',
      firstname: 'Ada',
      lastname: null,
      phone: '',
      mobilephone: '+1 555',
      shop_id: 'u-1',
      hs_email_optout: 'true',
      createdate: '2025-01-01T00:00:00Z',
    };
    const one = contactOf(
      record({ ...properties, lastmodifieddate: '2026-01-01T00:00:00Z', staypower_clv_12m: '1' }),
      {},
      settings,
    );
    const other = contactOf(
      record({ ...properties, lastmodifieddate: '2026-02-01T00:00:00Z', staypower_clv_12m: '2' }),
      {},
      settings,
    );
    expect(one).toEqual(other);
    expect(one.records).toEqual([
      {
        kind: 'contact',
        externalId: '7',
        emails: ['Ada@x.example', 'a2@x.example', 'a3@x.example'],
        userIds: ['u-1'],
        anonymousIds: [],
        phone: '+1 555',
        name: 'Ada',
        accountExternalId: null,
        ownerId: null,
        doNotContact: true,
        createdAt: '2025-01-01T00:00:00Z',
        partial: false,
      },
    ]);
  });

  it('belongs to its primary company, else to the one with the lowest id as a number', () => {
    const link = (id: string, primary = false) => ({ id, primary });
    expect(primaryOf([link('10'), link('9')])).toBe('9');
    expect(primaryOf([link('10', true), link('9')])).toBe('10');
    expect(primaryOf([])).toBeNull();
    expect(primaryOf(undefined)).toBeNull();
  });
});

describe('an activity', () => {
  const contacts = { contacts: [{ id: '1', primary: false }] };
  it.each([
    ['emails', { hs_email_status: 'BOUNCED' }],
    ['emails', { hs_email_status: 'SCHEDULED' }],
    ['meetings', { hs_meeting_outcome: 'NO_SHOW' }],
    ['calls', { hs_call_status: 'NO_ANSWER' }],
    ['tasks', { hs_task_status: 'NOT_STARTED' }],
    ['tasks', {}],
  ] as const)('of %s that did not take place (%j) is no event, and deletes the one it was', (object, properties) => {
    const given = record({ hs_timestamp: '2026-03-01T00:00:00Z', ...properties });
    expect(eventsOf(object, given, contacts, true).records).toMatchObject([{ kind: 'deletion', of: 'event' }]);
    expect(eventsOf(object, given, contacts, false).records).toEqual([]);
  });

  it('counts at the time it took place', () => {
    const given = record({
      hs_timestamp: '2026-03-01T00:00:00Z',
      hs_task_status: 'COMPLETED',
      hs_task_completion_date: '2026-03-05T00:00:00Z',
    });
    expect(eventsOf('tasks', given, contacts, false).records).toMatchObject([
      { occurredAt: '2026-03-05T00:00:00Z', channel: 'task', contactExternalId: '1' },
    ]);
  });
});

describe('score values', () => {
  it('are texts, and only CLEAR empties', () => {
    expect(propertiesOf({ a: 0, b: '', c: CLEAR, d: 12.5, e: 'text' })).toEqual({
      staypower_a: '0',
      staypower_b: '',
      staypower_c: '',
      staypower_d: '12.5',
      staypower_e: 'text',
    });
  });

  it('have properties with a pair of types that HubSpot allows', () => {
    const typeOf = (type: Parameters<typeof propertyOf>[0]['type']) => {
      const { type: valueType, fieldType } = propertyOf({ name: 'x', label: 'X', description: '', type });
      return [valueType, fieldType];
    };
    expect(typeOf({ type: 'number', scale: 2 })).toEqual(['number', 'number']);
    expect(typeOf({ type: 'text', maxLength: 3 })).toEqual(['string', 'text']);
    expect(typeOf({ type: 'longText', maxLength: 300 })).toEqual(['string', 'textarea']);
    expect(typeOf({ type: 'enum', options: [{ value: 'a', label: 'A' }] })).toEqual(['enumeration', 'select']);
    expect(typeOf({ type: 'day' })).toEqual(['date', 'date']);
    expect(typeOf({ type: 'instant' })).toEqual(['datetime', 'date']);
  });
});
