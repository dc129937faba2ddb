import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeSettings } from '../../config/write-settings.ts';
import { likelySettings, lookAt } from '../../core/mapping/look.ts';
import { nearest } from '../../core/mapping/nearest.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { CREDENTIALS } from '../../sandbox/index.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { staypower } from '../support/command.ts';
import { openPortal, type TestPortal } from './hubspot-portal.ts';
import { crowd, type Org, SEEDED, startOrg } from './salesforce-org.ts';

const FILE = `# Ours.
connections:
  # Trusted most.
  - vendor: salesforce
    settings:
      engagementObjects: [] # none of it
  - vendor: hubspot
    id: hubspot-eu
    settings: { deals: { refund: null } }
`;
const folder = mkdtempSync(join(tmpdir(), 'staypower-map-'));
const path = join(folder, 'staypower.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const look = async ({ source }: Connector) => {
  if (!source?.survey) throw new Error('a CRM can be looked into');
  return lookAt(source.survey, 10);
};
const slotOf = ({ slots }: Awaited<ReturnType<typeof look>>, named: string) =>
  slots.find(({ slot }) => slot.path.join('.') === named);
const fields = (found: ReturnType<typeof slotOf>) => found?.suggestions.map((each) => each.field);

describe('a changed configuration file', () => {
  const changed = (connectionId: string, setting: string, value: unknown) => {
    writeFileSync(path, FILE);
    return changeSettings(path, connectionId, [{ path: setting.split('.'), value }], {});
  };

  it.each([
    ['pipedrive', 'amountField', 'Amount', /expected a connection "pipedrive"/],
    ['hubspot', 'deals.amountProperty', 'amount', /expected a connection "hubspot"/],
    ['hubspot-eu', 'deals.amountProprety', 'amount', /deals\.amountProprety: expected a key that is known/],
    ['salesforce', 'amountField', 'Net Amount', /settings\.amountField: expected the API name of a field/],
    ['salesforce', 'bulkReadRows', 'many', /bulkReadRows/],
  ])('is refused for %s with %s: %j, and stays as it was', async (id, setting, value, message) => {
    await expect(changed(id, setting, value)).rejects.toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(FILE);
  });

  it('is written only when asked, with its comments and all else as they were', async () => {
    const change = await changed('salesforce', 'refund.amountField', 'Back__c').catch(() => null);
    // Half of a refund is none.
    expect(change).toBeNull();
    writeFileSync(path, FILE);
    const whole = await changeSettings(
      path,
      'hubspot-eu',
      [
        { path: ['deals', 'refund', 'amountProperty'], value: 'refunded_amount' },
        { path: ['deals', 'refund', 'dateProperty'], value: 'refunded_at' },
      ],
      {},
    );
    expect(readFileSync(path, 'utf8')).toBe(FILE);
    expect(whole.config.connections[1]?.settings).toMatchObject({ deals: { refund: { dateProperty: 'refunded_at' } } });
    await whole.write();
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('# Ours.\n');
    expect(text).toContain('  # Trusted most.\n');
    expect(text).toContain('engagementObjects: [] # none of it\n');
    expect(text).toMatch(/refund: \{ amountProperty: refunded_amount, dateProperty: refunded_at \}/);
  });
});

describe('the nearest name', () => {
  it.each([
    ['Amuont', 'Amount'],
    ['order_reference__c', 'Order_Reference__c'],
    ['Totally_Other__c', null],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, ['Amount', 'CloseDate', 'Order_Reference__c'])).toBe(expected);
  });
});

describe('a look into HubSpot', () => {
  let account: TestPortal;
  beforeAll(async () => {
    account = await openPortal();
    const { portal } = account;
    const property = { groupName: 'dealinformation', fieldType: 'number', type: 'number' };
    portal.properties.create('deals', {
      ...property,
      name: 'net_revenue',
      label: 'Net revenue',
      fieldType: 'calculation_equation',
      calculated: true,
    });
    portal.properties.create('deals', { ...property, name: 'amount_of_tax', label: 'Tax amount' });
    for (let sale = 1; sale <= 12; sale += 1) {
      portal.create('deals', { amount: String(sale), hs_is_closed_won: 'true', order_reference: `W-${sale}` });
    }
    portal.create('deals', { amount: '99', hs_is_closed_won: 'false' });
    portal.create('orders', { hs_total_price: '7' });
    portal.create('contacts', { email: 'ada@people.example', hs_email_optout: 'true' });
  });
  afterAll(() => account.close());
  const connect = (settings = {}) => account.connect({ now: () => new Date() }, settings);

  it('suggests fields by name, kind and values, and none that only look like it', async () => {
    const found = await look(connect());
    expect(slotOf(found, 'deals.amountProperty')).toMatchObject({
      slot: { chosen: ['amount'], stream: 'transactions' },
      suggestions: [
        {
          field: 'amount',
          score: 0.9,
          reasons: ['its name says so', 'a field of kind number', 'filled in 10 of 10 records looked at'],
        },
        { field: 'net_revenue', calculated: true },
      ],
      stale: [],
    });
    expect(fields(slotOf(found, 'deals.orderReferenceProperty'))).toEqual(['order_reference']);
    expect(fields(slotOf(found, 'doNotContactProperties'))).toEqual(['hs_email_optout']);
    expect(found.problems).toEqual([]);
  });

  it('counts what could be purchases', async () => {
    expect((await look(connect())).purchases).toEqual([
      { what: 'deals that HubSpot counts as won', count: 12, isRead: true, setting: null },
      { what: 'order objects', count: 1, isRead: false, setting: { path: ['orders'], value: {} } },
    ]);
    const found = await look(connect({ orders: {} }));
    expect(found.purchases[1]).toMatchObject({ isRead: true, setting: null });
    expect(fields(slotOf(found, 'orders.amountProperty'))?.[0]).toBe('hs_total_price');
  });

  it('counts the deals of each stage, and says which are read', async () => {
    account.portal.create('deals', { dealstage: 'contractsent', hs_is_closed_won: 'false' });
    const stages = async (settings = {}) => (await look(connect(settings))).stages;
    expect(await stages()).toContainEqual({
      id: 'closedwon',
      label: 'Closed Won',
      count: 0,
      isWon: true,
      isRead: true,
    });
    const [most] = await stages({ deals: { wonStages: ['contractsent'] } });
    expect(most).toEqual({ id: 'contractsent', label: 'Contract Sent', count: 1, isWon: false, isRead: true });
  });

  it('shows ten real sales as they would be read', async () => {
    const { previews } = await look(connect());
    const sales = previews.find(({ object }) => object === 'deals');
    expect(sales?.fields).toEqual([{ name: 'amount', kind: 'number' }]);
    expect(sales?.rows.map((row) => row['amount'])).toEqual(['12', '11', '10', '9', '8', '7', '6', '5', '4', '3']);
  });

  it('flags a chosen field that is calculated, and names the nearest to one that is not there', async () => {
    expect(
      slotOf(await look(connect({ deals: { amountProperty: 'net_revenue' } })), 'deals.amountProperty')?.stale,
    ).toEqual(['net_revenue']);
    const { problems } = await look(connect({ deals: { amountProperty: 'amont' }, userIdProperty: 'createdate' }));
    expect(problems).toMatchObject([
      { path: 'deals.amountProperty', found: '"amont"', remedy: 'Did you mean "amount"?' },
      { path: 'userIdProperty', found: '"createdate" of kind instant' },
    ]);
  });
});

describe('a look into Salesforce', () => {
  let org: Org;
  const world: World = {
    ...crowd(2),
    orders: [1, 2, 3].map((index) => ({
      id: `w${index}`,
      personId: 'p0',
      kind: 'order' as const,
      refersTo: null,
      at: new Date(Date.UTC(2025, index, 3, 10)).toISOString(),
      amount: `${100 + index}.50`,
      currency: 'USD',
      systems: ['salesforce'] as const,
      reference: `SO-${index}`,
    })),
  };
  beforeAll(async () => {
    org = await startOrg(world);
  });
  afterAll(() => org.close());

  it('suggests the fields of the organisation, and takes a group only as a whole', async () => {
    const found = await look(org.connect());
    expect(slotOf(found, 'amountField')?.suggestions).toMatchObject([{ field: 'Amount', score: 1 }]);
    expect(found.purchases).toEqual([
      { what: 'opportunities that the organisation counts as won', count: 3, isRead: true, setting: null },
      {
        what: 'activated orders without an opportunity',
        count: 0,
        isRead: false,
        setting: { path: ['readOrders'], value: true },
      },
    ]);
    expect(found.stages.filter(({ isRead }) => isRead)).toEqual([
      { id: 'Closed Won', label: 'Closed Won', count: 3, isWon: true, isRead: true },
    ]);
    expect(likelySettings(found)).toEqual([
      { path: ['orderReferenceField'], value: SEEDED.orderReferenceField },
      { path: ['refund', 'amountField'], value: SEEDED.refund.amountField },
      { path: ['refund', 'dateField'], value: SEEDED.refund.dateField },
    ]);
    expect(likelySettings(await look(org.connect({ settings: SEEDED })))).toEqual([]);
    const withoutDate = { ...found, slots: found.slots.filter(({ slot }) => slot.path[1] !== 'dateField') };
    const blind = {
      ...found,
      slots: found.slots.map((each) => (each.slot.path[1] === 'dateField' ? { ...each, suggestions: [] } : each)),
    };
    expect(likelySettings(withoutDate)).toHaveLength(2);
    expect(likelySettings(blind)).toEqual([{ path: ['orderReferenceField'], value: SEEDED.orderReferenceField }]);
  });

  it('is what the command prints, writes and refuses', async () => {
    writeFileSync(path, FILE);
    const env = {
      SALESFORCE_LOGIN_URL: org.url,
      SALESFORCE_CLIENT_ID: CREDENTIALS.salesforce.clientId,
      SALESFORCE_CLIENT_SECRET: CREDENTIALS.salesforce.clientSecret,
      HUBSPOT_EU_ACCESS_TOKEN: 'pat-not-called',
    };
    const run = (...args: readonly string[]) => staypower(['map', 'salesforce', ...args], { home: folder, env });
    const refused = await run('--set', 'amountField=Amuont');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /amountField: expected a field of Opportunity.*found "Amuont"\. Did you mean "Amount"\?/,
    );
    expect(readFileSync(path, 'utf8')).toBe(FILE);
    const { code, stdout } = await run('--accept', '--set', 'userIdField=Email');
    expect(code).toBe(0);
    expect(stdout).toMatch(/orderReferenceField +the shop’s order number +Order_Reference__c +Order_Reference__c/);
    expect(stdout).toContain('Set refund.dateField to "Refunded_On__c".');
    // An address is shown on a terminal, and this is none.
    expect(stdout).toContain('•••');
    expect(stdout).not.toContain('@');
    expect(readFileSync(path, 'utf8')).toContain('userIdField: Email');
  });
});
