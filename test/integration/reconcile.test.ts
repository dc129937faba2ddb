import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pull } from '../../core/pipeline/pull.ts';
import { readAgain } from '../../core/pipeline/read-again.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { type Difference, reconcile } from '../../core/reconciliation/reconcile.ts';
import { land } from '../../core/store/landing.ts';
import { CREDENTIALS } from '../../sandbox/index.ts';
import { staypower } from '../support/command.ts';
import { deletion, order } from '../support/records.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { openPortal, type TestPortal } from './hubspot-portal.ts';
import { crowd, type Org, startOrg } from './salesforce-org.ts';

const clock = { now: () => new Date() };
let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(() => emptyTables(store.database));

const compare = async (connector: Connector, mostIds = 20) => {
  const totals = connector.source?.totals;
  if (!totals) throw new Error('a CRM says what it has');
  return reconcile(store.database, connector, totals, { timeZone: 'UTC', mostIds });
};
const brought = (connector: Connector) => pull(store.database, [connector], { clock });
const spoil = (connectionId: string, ...records: Parameters<typeof land>[1]['records']) =>
  land(store.database, { connectionId, records, rejected: [], cursor: null, now: clock.now() });
const difference = (given: Partial<Difference>): Difference => ({
  stream: 'transactions',
  month: null,
  currency: null,
  here: { count: 0, amount: null },
  there: { count: 0, amount: null },
  missingHere: [],
  waiting: [],
  missingThere: [],
  different: [],
  ...given,
});

describe('what was read from HubSpot beside what it says it has', () => {
  let account: TestPortal;
  beforeEach(async () => {
    account = await openPortal();
  });
  afterEach(() => account.close());
  const connect = (settings = {}) => account.connect(clock, { engagementObjects: [], ...settings });
  const deal = (amount: string, closedate: string, currency = 'EUR') =>
    account.portal.create('deals', { amount, closedate, hs_is_closed_won: 'true', deal_currency_code: currency }).id;

  it('is the same after a pull, orders and other currencies among it', async () => {
    account.portal.create('contacts', { email: 'a@people.example' });
    account.portal.create('companies', { name: 'A' });
    deal('10.10', '2026-01-31T23:30:00.000Z');
    deal('0.20', '2026-01-02T00:00:00.000Z');
    deal('7', '2026-01-02T00:00:00.000Z', 'GBP');
    account.portal.create('orders', {
      hs_total_price: '5',
      hs_processed_date: '2026-02-02T00:00:00.000Z',
      hs_currency_code: 'EUR',
    });
    account.portal.create('deals', { amount: '99', closedate: '2026-01-02T00:00:00.000Z', hs_is_closed_won: 'false' });
    const connector = connect({ orders: {} });
    await brought(connector);
    expect(await compare(connector)).toEqual({
      connectionId: 'hubspot',
      compared: { accounts: 1, contacts: 1, sales: 4 },
      differences: [],
    });
  });

  it('names who and what is missing on either side, and what is not the same', async () => {
    const [a, b] = ['a', 'b'].map((name) => account.portal.create('contacts', { email: `${name}@people.example` }).id);
    const [kept, changed, lost] = [deal('10', '2026-01-05'), deal('20', '2026-01-06'), deal('30', '2026-01-07')];
    const unreadable = account.portal.create('deals', {
      closedate: '2026-01-08',
      hs_is_closed_won: 'true',
      deal_currency_code: 'EUR',
    }).id;
    const connector = connect();
    await brought(connector);
    expect(kept).not.toBe(changed);
    await spoil(
      'hubspot',
      deletion('contact', b ?? ''),
      deletion('transaction', `deal-${lost}`),
      order(`deal-${changed}`, null, '2026-01-06', '21', { currency: 'EUR' }),
      order('deal-1', null, '2026-03-01', '4', { currency: 'EUR' }),
    );
    expect((await compare(connector)).differences).toEqual([
      difference({
        stream: 'contacts',
        here: { count: 1, amount: null },
        there: { count: 2, amount: null },
        missingHere: [b ?? ''],
      }),
      difference({
        month: '2026-01',
        currency: 'EUR',
        here: { count: 2, amount: '31.00' },
        there: { count: 4, amount: '60.00' },
        missingHere: [`deal-${lost}`, `deal-${unreadable}`],
        waiting: [`deal-${unreadable}`],
        different: [`deal-${changed}`],
      }),
      difference({
        month: '2026-03',
        currency: 'EUR',
        here: { count: 1, amount: '4.00' },
        there: { count: 0, amount: '0' },
        missingThere: ['deal-1'],
      }),
    ]);
    expect((await compare(connector, 1)).differences[1]?.missingHere).toEqual([`deal-${lost}`]);
    for (const stream of ['contacts', 'transactions'] as const)
      await readAgain(store.database, connector, stream, { clock });
    // What its source has to mend stays.
    expect((await compare(connector)).differences.map((each) => each.missingHere)).toEqual([[`deal-${unreadable}`]]);
    expect(a).not.toBe(b);
  });

  it('is paged by id, since paging by offset ends at 10,000', async () => {
    for (let sale = 0; sale < 450; sale += 1) deal('1', '2026-01-05');
    account.kernel.log.clear();
    expect(await connect().source?.totals?.salesByMonth()).toEqual([
      { month: '2026-01', currency: 'EUR', count: 450, amount: '450.00' },
    ]);
    const bodies = account.kernel.log.since(0).map((each) => JSON.parse(each.requestBody));
    expect(bodies.map((body) => body.after)).toEqual(['0', '0', '0']);
  });
});

describe('what was read from Salesforce beside what it says it has', () => {
  let org: Org;
  const sales: string[] = [];
  beforeAll(async () => {
    org = await startOrg(crowd(3));
    const account = await org.change('Account', null, { Name: 'Cedar' });
    for (const [CloseDate, Amount] of [
      ['2026-01-31', 10.1],
      ['2026-01-01', 0.2],
      ['2026-02-28', 5],
    ]) {
      sales.push(await org.change('Opportunity', null, { Name: 'a', StageName: 'Closed Won', CloseDate, Amount }));
    }
    await org.change('Opportunity', null, { Name: 'b', StageName: 'Prospecting', CloseDate: '2026-01-02', Amount: 9 });
    const id = await org.change('Order', null, { AccountId: account, EffectiveDate: '2026-02-01', Status: 'Draft' });
    await org.change('OrderItem', null, { OrderId: id, UnitPrice: 2.5, Quantity: 2 });
    await org.change('Order', id, { Status: 'Activated' });
  });
  afterAll(() => org.close());
  const connect = (settings = {}) => org.connect({ settings: { engagementObjects: [], ...settings } });

  it('is the same after a pull, by aggregates alone', async () => {
    const connector = connect({ readOrders: true });
    await brought(connector);
    await org.forget();
    expect(await compare(connector)).toEqual({
      connectionId: 'salesforce',
      compared: { accounts: 1, contacts: 3, sales: 4 },
      differences: [],
    });
    // Two counts, and the groups of either object; beside the login and what the objects are like.
    const queries = (await org.requests()).filter((each) => each.path.endsWith('/query'));
    expect(queries).toHaveLength(4);
  });

  it('names the sales of a month that differs', async () => {
    const connector = connect();
    await brought(connector);
    await spoil('salesforce', deletion('transaction', sales[0] ?? ''), order(sales[2] ?? '', null, '2026-02-28', '50'));
    expect((await compare(connector)).differences).toEqual([
      difference({
        month: '2026-01',
        currency: 'USD',
        here: { count: 1, amount: '0.20' },
        there: { count: 2, amount: '10.30' },
        missingHere: [sales[0] ?? ''],
      }),
      difference({
        month: '2026-02',
        currency: 'USD',
        here: { count: 1, amount: '50.00' },
        there: { count: 1, amount: '5.00' },
        different: [sales[2] ?? ''],
      }),
    ]);
  });

  it('is what the command prints, with exit code 3 until it is mended', async () => {
    const home = mkdtempSync(join(tmpdir(), 'staypower-reconcile-'));
    writeFileSync(
      join(home, 'staypower.yaml'),
      'connections:\n  - vendor: salesforce\n    settings: { engagementObjects: [] }\n',
    );
    const env = {
      SALESFORCE_LOGIN_URL: org.url,
      SALESFORCE_CLIENT_ID: CREDENTIALS.salesforce.clientId,
      SALESFORCE_CLIENT_SECRET: CREDENTIALS.salesforce.clientSecret,
    };
    const run = (...args: readonly string[]) => staypower(['reconcile', ...args], { home, env });
    const before = await run('salesforce');
    expect(before.code).toBe(3);
    expect(before.stdout).toMatch(/transactions +2026-02 +USD +0 +1 +0 +5\.00/);
    expect(before.stdout).toContain(`transactions of 2026-02, only there: ${sales[2]}`);
    const mended = await run('--mend', '--json');
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.stdout).connections).toMatchObject([
      { compared: { contacts: 3, sales: 3 }, differences: [] },
    ]);
    rmSync(home, { recursive: true, force: true });
  }, 90_000);
});
