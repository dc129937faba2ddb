import { describe, expect, it } from 'vitest';
import { hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import { mappingOf as hubspotMapping } from '../../connectors/hubspot/settings.ts';
import { salesforceSettingsSchema } from '../../connectors/salesforce/index.ts';
import { mappingSlots } from '../../connectors/salesforce/mapping-slots.ts';
import { mappingOf as salesforceMapping } from '../../connectors/salesforce/settings.ts';
import { marginOf } from '../../core/domain/margin.ts';
import { parseMoney } from '../../core/domain/money.ts';
import { suggest } from '../../core/mapping/suggest.ts';
import type { FieldDescription, FieldKind, MappingSlot } from '../../core/ports/survey.ts';

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

describe('what a mapping suggests beside the vendor’s own field', () => {
  const field = (name: string, kind: FieldKind) => ({ name, label: name, kind, calculated: false });
  const suggested = (slots: readonly MappingSlot[], path: string, fields: readonly FieldDescription[]) => {
    const slot = slots.find((each) => each.path.join('.') === path);
    if (!slot) throw new Error(`there is a slot ${path}`);
    return suggest(slot, { name: slot.object, fields }, []).map((each) => each.field);
  };

  it('is a lookup to who looks after the person, never that field itself nor another thing owned', () => {
    const salesforce = mappingSlots(salesforceSettingsSchema.parse({}));
    const fields = [
      field('OwnerId', 'reference'),
      field('Success_Manager__c', 'reference'),
      field('Success_Manager_Name__c', 'text'),
      field('Home_Owner__c', 'flag'),
      field('ReportsToId', 'reference'),
    ];
    expect(suggested(salesforce, 'ownerField', fields)).toEqual(['Success_Manager__c']);
  });

  it('is no money where a percentage stands, and no percentage where money does', () => {
    const salesforce = mappingSlots(salesforceSettingsSchema.parse({}));
    const fields = [field('Margin__c', 'percent'), field('Profit__c', 'money'), field('Margin_Rate__c', 'number')];
    expect(suggested(salesforce, 'marginField', fields)).toEqual(['Profit__c']);
    expect(suggested(salesforce, 'marginPercentField', fields)).toEqual(['Margin__c']);
    expect(suggested(salesforce, 'currencyField', [field('CurrencyIsoCode', 'choice')])).toEqual([]);
  });
});
