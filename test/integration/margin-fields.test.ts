import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { type ExchangeRates, exchangeRates } from '../../core/domain/exchange-rates.ts';
import { checkMapping } from '../../core/mapping/check-mapping.ts';
import { likelySettings, lookAt } from '../../core/mapping/look.ts';
import { pull } from '../../core/pipeline/pull.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { attribute } from '../../core/store/attribution.ts';
import { identify } from '../../core/store/identity.ts';
import { reconvert } from '../../core/store/reconvert.ts';
import { PROFILE_PERMISSION_SET_ID } from '../../sandbox/salesforce/org/bootstrap.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { openPortal, type TestPortal } from './hubspot-portal.ts';
import { crowd, type Org, startOrg } from './salesforce-org.ts';

const AT = '2026-01-10T08:00:00.000Z';
const clock = fakeClock('2026-02-01T00:00:00.000Z');
const rates = (reporting: string, currency: string, rate: string): ExchangeRates =>
  exchangeRates(reporting, [{ day: calendarDay('2026-01-10'), currency, rate }]);

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

const taken = async (table: ExchangeRates) => {
  const { now } = clock;
  await reconvert(store.database, table);
  await identify(store.database, { workspace: 'test', now });
  await attribute(store.database, { timeZone: 'UTC', rates: table, now });
  return store.database.query(
    `select transaction_kind as kind, amount_minor as amount, margin_minor as margin, original_currency as "from"
     from transactions order by amount_minor desc, external_id`,
  );
};
const look = async ({ source }: Connector) => {
  if (!source?.survey) throw new Error('a CRM can be looked into');
  return lookAt(source.survey, 10);
};
const suggested = ({ slots }: Awaited<ReturnType<typeof look>>, path: string) =>
  slots.find(({ slot }) => slot.path.join('.') === path)?.suggestions.map(({ field }) => field);

describe('margin, currency and owner of HubSpot', () => {
  let account: TestPortal;
  const deals = {
    marginProperty: 'gross_profit',
    marginShareProperty: 'margin_rate',
    currencyProperty: 'invoice_currency',
    refund: { amountProperty: 'refunded_amount', dateProperty: 'refunded_at' },
  };
  const settings = { engagementObjects: [], deals, orders: { marginProperty: 'profit' }, ownerProperty: 'csm' };
  beforeAll(async () => {
    account = await openPortal();
    const { portal } = account;
    const number = { groupName: 'dealinformation', type: 'number', fieldType: 'number' };
    portal.properties.create('deals', { ...number, name: 'gross_profit', label: 'Gross profit' });
    portal.properties.create('deals', {
      ...number,
      name: 'margin_rate',
      label: 'Margin',
      numberDisplayHint: 'percentage',
    });
    portal.properties.create('deals', {
      groupName: 'dealinformation',
      type: 'string',
      fieldType: 'text',
      name: 'invoice_currency',
      label: 'Invoice currency',
    });
    portal.properties.create('orders', { ...number, groupName: 'orderinformation', name: 'profit', label: 'Profit' });
    portal.properties.create('contacts', {
      groupName: 'contactinformation',
      type: 'enumeration',
      fieldType: 'select',
      referencedObjectType: 'OWNER',
      options: [{ label: 'Ada', value: '77' }],
      name: 'csm',
      label: 'Customer success manager',
    });
    const person = portal.create('contacts', { email: 'ada@people.example', hubspot_owner_id: '1', csm: '77' });
    const sale = (object: 'deals' | 'orders', values: Record<string, string>) => {
      const won = object === 'deals' ? { closedate: AT, hs_is_closed_won: 'true' } : { hs_processed_date: AT };
      const { id } = portal.create(object, { ...won, ...values }, { at: AT });
      portal.associate(object, id, 'contacts', person.id);
    };
    sale('deals', { amount: '100', gross_profit: '30', margin_rate: '0.9', refunded_amount: '10', refunded_at: AT });
    sale('deals', { amount: '80', margin_rate: '0.25', invoice_currency: 'usd', deal_currency_code: 'EUR' });
    sale('deals', { amount: '60' });
    sale('deals', { amount: '50', gross_profit: '50.01' });
    sale('orders', { hs_total_price: '40', profit: '-4' });
  });
  afterAll(() => account.close());

  it('are suggested by name and kind; a field of HubSpot’s own is not replaced unasked', async () => {
    const found = await look(account.connect(clock, { orders: {} }));
    expect(suggested(found, 'deals.marginProperty')).toEqual(['gross_profit']);
    expect(suggested(found, 'deals.marginShareProperty')).toEqual(['margin_rate']);
    expect(suggested(found, 'orders.marginProperty')).toEqual(['profit']);
    expect(suggested(found, 'deals.currencyProperty')).toEqual(['invoice_currency']);
    expect(suggested(found, 'ownerProperty')).toEqual(['csm']);
    const likely = likelySettings(found).map(({ path }) => path.join('.'));
    expect(likely).toContain('deals.marginShareProperty');
    expect(likely).not.toContain('deals.currencyProperty');
    expect(likely).not.toContain('ownerProperty');
  });

  it('are refused where the kind cannot hold them', async () => {
    const wrong = { deals: { marginShareProperty: 'gross_profit' }, ownerProperty: 'email' };
    const survey = account.connect(clock, wrong).source?.survey;
    const problems = checkMapping(survey?.slots ?? [], (await survey?.describe()) ?? []);
    expect(problems).toMatchObject([
      { path: 'deals.marginShareProperty', found: '"gross_profit" of kind number' },
      { path: 'ownerProperty', found: '"email" of kind text' },
    ]);
  });

  it('are kept with the sale, converted at its rate; a refund has none, and a margin above its sale waits', async () => {
    await pull(store.database, [account.connect(clock, settings)], { clock });
    expect(await taken(rates('EUR', 'USD', '0.9'))).toEqual([
      { kind: 'order', amount: 10000n, margin: 3000n, from: null },
      { kind: 'order', amount: 7200n, margin: 1800n, from: 'USD' },
      { kind: 'order', amount: 6000n, margin: null, from: null },
      { kind: 'order', amount: 4000n, margin: -400n, from: null },
      { kind: 'refund', amount: 1000n, margin: null, from: null },
    ]);
    const [waits, ...others] = await store.database.query<{ message: string }>('select message from quarantine');
    expect(waits?.message).toContain('margin: expected no more than the amount of the sale, 50.00');
    expect(others).toEqual([]);
    expect(await store.database.query('select owner_id from customer_records')).toEqual([{ owner_id: '77' }]);
    const again = await taken(rates('EUR', 'USD', '0.5'));
    expect(again[2]).toEqual({ kind: 'order', amount: 4000n, margin: 1000n, from: 'USD' });
    expect(again).toHaveLength(5);
  });

  it('leave the sums that a source is compared by in the currency chosen', async () => {
    const totals = account.connect(clock, settings).source?.totals;
    const months = await totals?.salesByMonth();
    expect(months?.map(({ currency, count }) => [currency, count])).toEqual(
      expect.arrayContaining([
        ['EUR', 4],
        ['USD', 1],
      ]),
    );
  });
});

describe('margin, currency and owner of Salesforce', () => {
  let org: Org;
  const world: World = {
    ...crowd(1),
    orders: [1, 2, 3].map((index) => ({
      id: `w${index}`,
      personId: 'p0',
      kind: 'order' as const,
      refersTo: null,
      at: AT,
      amount: `${100 * index}.00`,
      currency: 'USD',
      systems: ['salesforce'] as const,
      reference: `SO-${index}`,
    })),
  };
  const settings = {
    engagementObjects: [],
    marginField: 'Gross_Margin__c',
    marginPercentField: 'Margin_Percent__c',
    currencyField: 'Invoice_Currency__c',
    // Any lookup to a user: the look-alike takes no custom ones.
    ownerField: 'CreatedById',
  };
  let creator = '';
  beforeAll(async () => {
    org = await startOrg(world);
    const field = async (object: string, name: string, metadata: Record<string, unknown>) => {
      await org.tooling(`${object}.${name}`, { label: name.replace('__c', '').replace('_', ' '), ...metadata });
      await org.change('FieldPermissions', null, {
        ParentId: PROFILE_PERMISSION_SET_ID,
        SobjectType: object,
        Field: `${object}.${name}`,
        PermissionsRead: true,
        PermissionsEdit: true,
      });
    };
    await field('Opportunity', 'Gross_Margin__c', { type: 'Currency', precision: 18, scale: 2 });
    await field('Opportunity', 'Margin_Percent__c', { type: 'Percent', precision: 5, scale: 2 });
    await field('Opportunity', 'Invoice_Currency__c', { type: 'Text', length: 3 });
    const [contact] = await org.soql('SELECT Id, CreatedById FROM Contact');
    creator = String(contact?.['CreatedById']);
    const [other] = await org.soql(`SELECT Id FROM User WHERE Id != '${creator}' LIMIT 1`);
    await org.change('Contact', String(contact?.['Id']), { OwnerId: other?.['Id'] });
    const [first, second] = await org.soql('SELECT Id FROM Opportunity WHERE IsWon = true ORDER BY Amount');
    await org.change('Opportunity', String(first?.['Id']), { Gross_Margin__c: 12.5, Margin_Percent__c: 90 });
    await org.change('Opportunity', String(second?.['Id']), { Margin_Percent__c: 35.1, Invoice_Currency__c: 'eur' });
  });
  afterAll(() => org.close());

  it('are suggested by name and kind', async () => {
    const found = await look(org.connect());
    expect(suggested(found, 'marginField')).toEqual(['Gross_Margin__c']);
    expect(suggested(found, 'marginPercentField')).toEqual(['Margin_Percent__c']);
    expect(suggested(found, 'currencyField')).toEqual(['Invoice_Currency__c']);
    expect(suggested(found, 'ownerField')).toEqual([]);
    const { problems } = await look(org.connect({ settings: { ...settings, marginField: 'Margin_Percent__c' } }));
    expect(problems).toMatchObject([{ path: 'marginField', found: '"Margin_Percent__c" of kind percent' }]);
  });

  it('are kept with the sale, converted at its rate', async () => {
    await pull(store.database, [org.connect({ settings, clock })], { clock });
    expect(await taken(rates('USD', 'EUR', '1.1'))).toEqual([
      { kind: 'order', amount: 30000n, margin: null, from: null },
      { kind: 'order', amount: 22000n, margin: 7722n, from: 'EUR' },
      { kind: 'order', amount: 10000n, margin: 1250n, from: null },
    ]);
    expect(await store.database.query('select owner_id from customer_records')).toEqual([{ owner_id: creator }]);
    const months = await org.connect({ settings }).source?.totals?.salesByMonth();
    expect(months?.map(({ currency, amount }) => `${amount} ${currency}`).sort()).toEqual(['200.00 EUR', '400.00 USD']);
  });
});
