import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { CUSTOMER_ORDERS } from '../../core/domain/customer-order.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { OPERATIONS } from '../../webhooks/api/contract/index.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { contact } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const CUSTOMERS = 120;

let store: TempStore;
let server: Server;
let client: StaypowerClient;

beforeAll(async () => {
  store = await openTempStore();
  const clock = fakeClock('2026-06-20T20:00:00.000Z');
  const crm = fakeConnector();
  crm.feed(
    ...recordsOf(simulateBook({ seed: 5, customers: CUSTOMERS, asOf: AS_OF })),
    contact('odd', { name: '=HYPERLINK("x"), 100 %', emails: ['odd@people.example'] }),
  );
  const workspace = {
    name: 'test',
    database: store.database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    clock,
  };
  await cycle(workspace, { asOf: AS_OF });
  await cycle(workspace, { asOf: addDays(AS_OF, 19) });
  const serving = await serveApi(store.database, { clock, today: AS_OF });
  ({ server } = serving);
  client = new StaypowerClient(server.url, serving.token);
});
afterAll(async () => {
  await server.close();
  await store.close();
});

/** Checks an answer by the schema that the document shows, and that it says no more than that. */
function conforms<Answer>(operationId: string, answer: Answer): Answer {
  const declared = OPERATIONS.find(({ id }) => id === operationId);
  expect(declared?.answer.parse(answer)).toEqual(answer);
  return answer;
}

describe('a list of customers', () => {
  it('refuses an order and a stretch that there are not', async () => {
    await expect(client.searchCustomers({ offset: -1 })).rejects.toMatchObject({ status: 400 });
    const response = await fetch(`${server.url}/v1/customer-list?order=password_hash`, {
      headers: { authorization: 'Bearer sp_test' },
    });
    expect(response.status).toBe(400);
  });

  it.each(CUSTOMER_ORDERS)('has every customer once over its stretches by %s, who has none last', async (order) => {
    for (const direction of ['ascending', 'descending'] as const) {
      const pages = await Promise.all(
        [0, 25, 50, 75, 100].map((offset) => client.searchCustomers({ order, direction, offset, limit: 25 })),
      );
      const rows = pages.flatMap((page) => conforms('searchCustomers', page).customers);
      expect(new Set(rows.map(({ customerId }) => customerId)).size).toBe(CUSTOMERS + 1);
      const keys = rows.map((row) => (order === 'name' ? (row.name?.toLowerCase() ?? null) : row[order]));
      const valued = keys.filter((key) => key !== null);
      expect(keys.slice(valued.length).every((key) => key === null)).toBe(true);
      const way = direction === 'ascending' ? 1 : -1;
      const compare = (a: string | number, b: string | number) =>
        order === 'name' ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b);
      expect(valued).toEqual(valued.toSorted((a, b) => way * compare(a, b)));
    }
  });

  it('is narrowed by bands and by text, in which % and _ stand for themselves, and counted alike', async () => {
    const overview = conforms('getOverview', await client.getOverview());
    for (const { churnBand, valueBand, customers } of overview.grid) {
      if (churnBand === null || valueBand === null) continue;
      const query = { churnBand, valueBand } as NonNullable<Parameters<typeof client.countCustomers>[0]>;
      expect((await client.countCustomers(query)).customers).toBe(customers);
    }
    const found = async (text: string) => (await client.searchCustomers({ text })).customers.map(({ name }) => name);
    expect(await found('100 %')).toHaveLength(1);
    expect(await found('_')).toEqual([]);
    expect(await found('odd@people.example')).toHaveLength(1);
    expect((await client.countCustomers({ text: 'customer C11' })).customers).toBe(11);
  });

  it('is a CSV file whose cells a spreadsheet does not run', async () => {
    const text = await client.downloadCustomers({ order: 'name', direction: 'ascending' });
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(CUSTOMERS + 2);
    expect(lines[0]).toMatch(/^customerId,name,currency,clv12m,/);
    expect(lines[1]).toContain(`,"'=HYPERLINK(""x""), 100 %",USD,`);
  });
});

describe('the overview', () => {
  it('adds up to the list, and tells who moved most and why', async () => {
    const overview = await client.getOverview();
    const { customers } = await client.searchCustomers({ limit: 500 });
    const sum = (values: readonly (string | null)[]) => values.reduce((total, value) => total + Number(value ?? 0), 0);
    expect(Number(overview.valueAtRisk)).toBeCloseTo(sum(customers.map(({ valueAtRisk }) => valueAtRisk)), 0);
    expect(Number(overview.expectedValue)).toBeCloseTo(sum(customers.map(({ clv12m }) => clv12m)), 0);
    expect(sum(overview.grid.map((cell) => String(cell.customers)))).toBe(CUSTOMERS + 1);
    expect(overview.moved).toBeGreaterThan(0);
    const by = overview.movements.map((each) => Math.abs(Number(each.valueAtRiskNow) - Number(each.valueAtRiskBefore)));
    expect(by).toEqual(by.toSorted((a, b) => b - a));
    for (const { change } of overview.movements) expect(change).toMatch(/from time passing/);
  });

  it('of an empty book says what is missing', async () => {
    const empty = await openTempStore('empty');
    const clock = fakeClock('2026-06-01T20:00:00.000Z');
    const serving = await serveApi(empty.database, { clock, today: AS_OF });
    const overview = conforms(
      'getOverview',
      await new StaypowerClient(serving.server.url, serving.token).getOverview(),
    );
    expect(overview).toMatchObject({ asOf: null, customers: 0, valueAtRisk: '0.00', grid: [], movements: [] });
    expect(overview.missing[0]).toMatch(/no customers yet/);
    await serving.server.close();
    await empty.close();
  });
});

describe('one customer', () => {
  it('shows what happened and how it was scored meanwhile, and what would help', async () => {
    const [first] = (await client.searchCustomers({ limit: 1 })).customers;
    const id = first?.customerId ?? '';
    const timeline = conforms('getTimeline', await client.getTimeline(id));
    expect(timeline.facts.filter(({ kind }) => kind === 'order').length).toBeGreaterThan(0);
    expect(timeline.facts.map(({ day }) => day)).toEqual(timeline.facts.map(({ day }) => day).toSorted());
    expect(timeline.scores.at(-1)?.churnProbability).toBe(first?.churnProbability);
    conforms('getInsight', await client.getInsight(id));
    await expect(client.getTimeline('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ status: 404 });
  });

  it('keeps lists of each caller apart', async () => {
    const view = conforms('saveView', await client.saveView({ name: 'High', query: 'churnBand=high' }));
    await client.saveView({ name: 'High', query: 'churnBand=high&order=name' });
    expect((await client.listViews()).views).toMatchObject([{ name: 'High', query: 'churnBand=high&order=name' }]);
    const { key } = (await client.addKey({ label: 'other', role: 'viewer' })) satisfies { key: string };
    const other = new StaypowerClient(server.url, key);
    expect((await other.listViews()).views).toEqual([]);
    await expect(other.removeView(view.viewId)).rejects.toMatchObject({ status: 400 });
  });
});
