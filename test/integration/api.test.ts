import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import { customerIdOf } from '../../core/store/identity.ts';
import { OPERATIONS } from '../../webhooks/api/contract/index.ts';
import type { Api } from '../../webhooks/api/index.ts';
import { openApiDocument } from '../../webhooks/api/openapi.ts';
import type { Operation } from '../../webhooks/api/operation.ts';
import { CLIENT_FILE, clientText } from '../../webhooks/client/generate.ts';
import { StaypowerApiError, StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { contact } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = calendarDay('2026-06-01');
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const book = simulateBook({ seed: 5, customers: 150, asOf: AS_OF });
/** Bought often, and lately. */
const lively = book.find(({ orders }) => orders.length > 3 && (orders.at(-1)?.day ?? '') > addDays(AS_OF, -30));
const livelyId = customerIdOf('test', { connectionId: 'crm', externalId: lively?.id ?? '' });

let store: TempStore;
let server: Server;
let api: Api;
let client: StaypowerClient;

beforeAll(async () => {
  store = await openTempStore();
  const crm = fakeConnector();
  crm.feed(...recordsOf(book), contact('silent', { emails: ['silent@people.example'] }));
  await cycle(
    {
      name: 'test',
      database: store.database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock,
    },
    { asOf: AS_OF },
  );
  const serving = await serveApi(store.database, { clock, today: AS_OF });
  ({ server, api } = serving);
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
const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof StaypowerApiError) return { status: error.status, code: error.code, message: error.message };
  throw new Error('it was not refused', { cause: error });
};
/** What a table holds, as one text. */
const everything = async () => {
  const tables = [
    'scores',
    'score_history',
    'customer_stats',
    'transactions',
    'events',
    'outbound_events',
    'customers',
  ];
  return JSON.stringify(
    await Promise.all(tables.map((table) => store.database.query(`select t::text from ${table} t order by 1`))),
  );
};

describe('the document', () => {
  it('has every route that is served, and no other', () => {
    type Layer = { route?: { path: string; methods: Record<string, boolean> }; handle: { stack?: Layer[] } };
    const routes = (layers: readonly Layer[]): string[] =>
      layers.flatMap(({ route, handle }) => {
        if (route) return Object.keys(route.methods).map((method) => `${method} ${route.path}`);
        return routes(handle.stack ?? []);
      });
    const served = routes((api.router as unknown as { stack: Layer[] }).stack);
    expect(served.filter((each) => each !== 'get /openapi.json').sort()).toEqual(
      OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort(),
    );
  });

  it('is served, with an id of its own for each operation and no reference to nothing', async () => {
    const response = await fetch(`${server.url}/v1/openapi.json`, { headers: { authorization: 'Bearer sp_test' } });
    const document = (await response.json()) as { openapi: string; components: { schemas: object } };
    expect(document).toEqual(openApiDocument());
    expect(document.openapi).toBe('3.1.0');
    const ids = OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const names = new Set(Object.keys(document.components.schemas));
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(40);
    expect(references.filter(([, name = '']) => !names.has(name))).toEqual([]);
  });

  it('gives the client that is committed, byte for byte', () => {
    expect(clientText()).toBe(readFileSync(CLIENT_FILE, 'utf8'));
  });
});

describe('the client', () => {
  it('says which token is missing, what is not there and what cannot be used', async () => {
    expect(await refused(new StaypowerClient(server.url, 'wrong').listCustomers())).toMatchObject({
      status: 401,
      code: 'unauthorized',
    });
    expect(await refused(client.getCustomer('nobody@people.example'))).toMatchObject({
      status: 404,
      code: 'not-found',
    });
    expect(await refused(client.listCustomers({ limit: 501 }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('limit'),
    });
  });

  it('reads customers page by page, and one with its scores and reasons, as the document says', async () => {
    const first = conforms('listCustomers', await client.listCustomers({ limit: 100 }));
    const second = conforms('listCustomers', await client.listCustomers({ limit: 100, after: first.next ?? '' }));
    expect(first.customers.length + second.customers.length).toBe(book.length + 1);
    const found = conforms('getCustomer', await client.getCustomer(`${lively?.id}@people.example`));
    expect(found.customerId).toBe(livelyId);
    conforms('getScores', await client.getScores(livelyId));
    conforms('getExplanation', await client.getExplanation(livelyId));
    conforms('listConnections', await client.listConnections());
  });

  it('reads what is behind a customer’s scores: the value over 12 months is the one on the record, in margin half of it', async () => {
    const [scores, insight] = [
      await client.getCustomer(livelyId),
      conforms('getInsight', await client.getInsight(livelyId)),
    ];
    const [quarter, year, three] = insight.horizons;
    expect(insight.horizons.map(({ months }) => months)).toEqual([3, 12, 36]);
    expect(year).toMatchObject({ revenue: scores.clv12m, low: scores.clv12mLow, high: scores.clv12mHigh });
    expect(Number(year?.margin)).toBeCloseTo(Number(year?.revenue) / 2, 1);
    expect(insight.margin).toEqual({ share: 0.5, from: 'planning', known: 0, sales: 0 });
    expect(Number(quarter?.revenue)).toBeLessThan(Number(year?.revenue));
    expect(Number(year?.revenue)).toBeLessThan(Number(three?.revenue));
  });

  it('reads the models that score and the segments, as the document says', async () => {
    const { modelVersion, models, customers } = conforms('listModels', await client.listModels());
    expect(customers).toBe(book.length + 1);
    expect(models.map(({ name }) => name).slice(0, 3)).toEqual(['value', 'churn', 'engagement']);
    const report = conforms('listSegments', await client.listSegments());
    expect(report.modelVersion).toBe(modelVersion);
    expect(report.segments.reduce((sum, group) => sum + group.customers, 0)).toBe(book.length);
    expect(report.segments.reduce((sum, group) => sum + group.shareOfValue, 0)).toBeCloseTo(1, 9);
  });

  it('is told to train first where there is no model', async () => {
    const empty = await openTempStore('empty');
    const serving = await serveApi(empty.database, { clock, today: AS_OF });
    const early = new StaypowerClient(serving.server.url, serving.token);
    expect(await refused(early.listModels())).toMatchObject({ status: 409, code: 'not-fitted' });
    expect(await refused(early.listSegments())).toMatchObject({ status: 409, code: 'not-fitted' });
    await serving.server.close();
    await empty.close();
  });

  it('keeps endpoints: registers, lists, rotates, replays and removes them, and shows their deliveries', async () => {
    expect(await refused(client.addWebhook({ url: 'https://169.254.169.254/latest' }))).toMatchObject({ status: 400 });
    const { endpointId } = conforms('addWebhook', await client.addWebhook({ url: 'https://a.example/x' }));
    const { endpoints } = conforms('listWebhooks', await client.listWebhooks());
    expect(endpoints).toMatchObject([{ endpointId, state: 'enabled', eventTypes: { length: 5 } }]);
    conforms('rotateWebhookSecret', await client.rotateWebhookSecret(endpointId));
    expect(conforms('replayWebhook', await client.replayWebhook(endpointId, {}))).toEqual({ replayed: 0 });
    expect(conforms('listDeliveries', await client.listDeliveries({ state: 'failed' }))).toEqual({ deliveries: [] });
    expect(await client.removeWebhook(endpointId)).toEqual({ removed: endpointId });
    expect(await refused(client.removeWebhook(endpointId))).toMatchObject({ status: 400, code: 'data' });
  });
});

describe('POST /v1/what-if', () => {
  it('refuses what cannot be supposed, naming it', async () => {
    const what = (given: object) => refused(client.whatIf({ customer: livelyId, ...given }));
    expect(await what({ customer: 'nobody' })).toMatchObject({ status: 404 });
    expect(await what({ customer: 'silent@people.example' })).toMatchObject({ status: 404 });
    expect(await what({ asOf: '2026-02-30' })).toMatchObject({ status: 400, message: expect.stringContaining('asOf') });
    expect(await what({ orders: [{ day: AS_OF, amount: '1,000' }] })).toMatchObject({ status: 400, code: 'data' });
    expect(await what({ orders: [{ day: AS_OF, amount: '-3' }] })).toMatchObject({
      message: expect.stringContaining('orders.0.amount'),
    });
    expect(await what({ events: [{ day: AS_OF, channel: 'pigeon' }] })).toMatchObject({ status: 400 });
    expect(await what({ bonus: 1 })).toMatchObject({ status: 400, message: expect.stringContaining('bonus') });
  });

  it('says what the record says today, what an order would change and why; and stores nothing', async () => {
    const before = await everything();
    const shown = await client.getCustomer(livelyId);
    const answer = conforms(
      'whatIf',
      await client.whatIf({ customer: livelyId, orders: [{ day: AS_OF, amount: '250.00' }] }),
    );
    expect(answer.before.scores).toMatchObject({
      clv12m: shown.clv12m,
      churnProbability: shown.churnProbability,
      priority: shown.priority,
    });
    expect(answer.before.reasons).toEqual(shown.reasons);
    expect(Number(answer.after.scores.clv12m)).toBeGreaterThan(Number(answer.before.scores.clv12m));
    expect(answer.change).toMatch(/new facts/);
    expect(await everything()).toBe(before);
  });

  it('with nothing supposed nothing changes; silence alone lowers the value', async () => {
    const same = await client.whatIf({ customer: livelyId });
    expect(same.after).toEqual(same.before);
    const later = await client.whatIf({ customer: livelyId, asOf: addDays(AS_OF, 200) });
    expect(Number(later.after.scores.clv12m)).toBeLessThan(Number(later.before.scores.clv12m));
  });
});

describe('POST /v1/score', () => {
  it('refuses no row, too many rows and rows that cannot be used, naming the row', async () => {
    expect(await refused(client.scoreRows({ rows: [] }))).toMatchObject({ status: 400 });
    const many = Array.from({ length: 501 }, (_, index) => ({ id: String(index) }));
    expect(await refused(client.scoreRows({ rows: many }))).toMatchObject({ status: 400 });
    expect(
      await refused(client.scoreRows({ rows: [{ id: 'a' }, { id: 'b', orders: [{ day: AS_OF, amount: '-1' }] }] })),
    ).toMatchObject({ status: 400, message: expect.stringContaining('row b') });
  });

  it('gives the scores that the same facts have in the store, in the order of the rows', async () => {
    const rows = book.slice(0, 40).map(({ id, orders, events }) => ({
      id,
      orders: orders.map(({ day, amount }) => ({ day, amount })),
      events: events.map(({ day, channel }) => ({ day, channel, name: 'Page Viewed' })),
    }));
    const answer = conforms('scoreRows', await client.scoreRows({ rows: [...rows].reverse() }));
    expect(answer.rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).reverse());
    for (const { id, scores, reasons } of answer.rows) {
      const stored = await client.getCustomer(customerIdOf('test', { connectionId: 'crm', externalId: id }));
      expect([scores.clv12m, scores.churnProbability, scores.engagement, reasons]).toEqual([
        stored.clv12m,
        stored.churnProbability,
        stored.engagement,
        stored.reasons,
      ]);
    }
  });

  it('says that there is no model, rather than anything else', async () => {
    const empty = await openTempStore('empty');
    const serving = await serveApi(empty.database, { clock, today: AS_OF });
    const other = new StaypowerClient(serving.server.url, serving.token);
    expect(await refused(other.scoreRows({ rows: [{ id: 'a' }] }))).toMatchObject({ status: 409, code: 'not-fitted' });
    await serving.server.close();
    await empty.close();
  });
});

describe('a declared operation', () => {
  it('refuses a body that is not JSON, or too large', async () => {
    const post = (body: string) =>
      fetch(`${server.url}/v1/score`, {
        method: 'POST',
        headers: { authorization: 'Bearer sp_test', 'content-type': 'application/json' },
        body,
      });
    expect((await post('{"rows":')).status).toBe(400);
    expect((await post(JSON.stringify({ rows: [{ id: 'x'.repeat(3_000_000) }] }))).status).toBe(413);
  });

  it('has a summary, and answers that are named', () => {
    for (const each of OPERATIONS as readonly Operation[]) expect(each.summary).toMatch(/\.$/);
  });
});
