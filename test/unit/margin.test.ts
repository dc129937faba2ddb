import { describe, expect, it } from 'vitest';
import { hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import { mappingOf as hubspotMapping } from '../../connectors/hubspot/settings.ts';
import { salesforceSettingsSchema } from '../../connectors/salesforce/index.ts';
import { mappingOf as salesforceMapping } from '../../connectors/salesforce/settings.ts';
import { marginOf } from '../../core/domain/margin.ts';
import { parseMoney } from '../../core/domain/money.ts';

describe('the margin of a sale', () => {
  const sold = parseMoney('80.00', 'EUR');

  it.each([
    [{ amount: '80.01' }, /no more than the amount of the sale, 80\.00, found "80\.01"/],
    [{ share: '35' }, /found "2800\.00".*a share is 0\.35 for 35 %/],
    [{ share: '35 %' }, /a share of the amount as a decimal number, such as 0\.35, found "35 %"/],
    [{ share: '' }, /a share of the amount/],
    [{ amount: '1,5' }, /a decimal number with a point/],
  ])('is refused as %j', (stated, message) => {
    expect(() => marginOf(sold, stated)).toThrow(message);
  });

  it.each([
    [{ amount: '12.345' }, 1235n],
    [{ amount: '80' }, 8000n],
    [{ amount: '-3.10' }, -310n],
    [{ amount: '0' }, 0n],
    [{ share: '0.35' }, 2800n],
    [{ share: '-0.05' }, -400n],
    [{ share: '0.12345' }, 988n],
    [{ share: '1' }, 8000n],
  ])('is, stated as %j, %s cents', (stated, amountMinor) => {
    expect(marginOf(sold, stated)).toEqual({ amountMinor, currency: 'EUR' });
  });

  it('has the minor digits of the currency it is in', () => {
    expect(marginOf(parseMoney('1001', 'JPY'), { share: '0.5' }).amountMinor).toBe(501n);
  });
});

describe('the mapping that decides what is read again', () => {
  it('is that of before for whoever chose none of the later fields, and another for whoever does', () => {
    const hubspot = (given = {}) => hubspotMapping(hubspotSettingsSchema.parse({ orders: {}, ...given }), 'EUR');
    expect(hubspot()).toEqual({
      contacts: { userIdProperty: null, doNotContactProperties: ['hs_email_optout'], contract: null },
      transactions: {
        deals: { wonStages: [], amountProperty: 'amount', orderReferenceProperty: null, refund: null },
        orders: {
          amountProperty: 'hs_total_price',
          dateProperty: 'hs_processed_date',
          orderReferenceProperty: 'hs_external_order_id',
          cancelledStages: [],
        },
        currency: 'EUR',
      },
      engagement: { engagementObjects: ['emails', 'meetings', 'calls', 'tasks', 'tickets'] },
    });
    expect(hubspot({ deals: { marginProperty: 'profit' } })['transactions']).toMatchObject({
      deals: { marginProperty: 'profit' },
    });
    expect(hubspot({ ownerProperty: 'csm' })['contacts']).toMatchObject({ ownerProperty: 'csm' });
    const salesforce = (given = {}) => salesforceMapping(salesforceSettingsSchema.parse(given), 'EUR');
    expect(Object.keys(Object(salesforce()['transactions']))).toEqual([
      'wonStages',
      'amountField',
      'orderReferenceField',
      'refund',
      'readOrders',
      'currency',
    ]);
    expect(salesforce({ currencyField: 'Code__c' })['transactions']).toMatchObject({ currencyField: 'Code__c' });
    expect(salesforce({ marginPercentField: 'GM__c' })['transactions']).toMatchObject({ marginPercentField: 'GM__c' });
    expect(salesforce({ ownerField: 'CSM__c' })['contacts']).toMatchObject({ ownerField: 'CSM__c' });
  });
});
