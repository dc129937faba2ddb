import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CustomerExplanation, Queries } from '../../core/ports/engine.ts';
import { tokenHash } from '../../webhooks/api/bearer.ts';
import { customerRoutes } from '../../webhooks/api/customers.ts';
import { type Server, type ServerParts, startServer } from '../../webhooks/server.ts';
import { WITHOUT_API } from '../support/without-api.ts';

const TOKEN = 'sp_right';
const ID = '48d603e6-070a-5d62-a4fb-23d6a3fa1c2c';
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const asked: unknown[] = [];
const customer = {
  customerId: ID,
  name: 'Ada',
  reasons: ['No order for 90 days.'],
  contributions: {},
  baselines: {},
  history: [],
  records: [],
  merges: [],
};
const queries: Queries = {
  customers: async (options) => {
    asked.push(options);
    return [customer as unknown as CustomerExplanation];
  },
  explain: async (id) => {
    if (id === 'broken') throw new Error('the store is gone, with ada@example.com in it');
    return id === ID ? (customer as unknown as CustomerExplanation) : null;
  },
  health: async () => ({
    ok: true,
    engine: 'postgres',
    inboxWaiting: 1,
    outboxWaiting: 2,
    quarantined: 3,
    pausedSince: null,
  }),
};

const parts: ServerParts = {
  ...WITHOUT_API,
  queries,
  webhooks: Router(),
  api: { router: customerRoutes(queries), close: async () => undefined },
  apiTokenHash: tokenHash(TOKEN),
  logger,
};
let server: Server;
beforeAll(async () => {
  server = await startServer(parts, 0);
});
afterAll(() => server.close());

const get = (path: string, token: string | null = TOKEN) =>
  fetch(server.url + path, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });

describe('the read API', () => {
  test.each([
    ['without a token', {}],
    ['with an empty token', { authorization: 'Bearer ' }],
    ['with a wrong token', { authorization: 'Bearer sp_wrong' }],
    ['with the hash instead of the token', { authorization: `Bearer ${tokenHash(TOKEN)}` }],
    ['with the token in another scheme', { authorization: `Basic ${TOKEN}` }],
  ])('is closed %s', async (_, headers) => {
    const response = await fetch(`${server.url}/v1/customers`, { headers: headers as Record<string, string> });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(asked).toEqual([]);
  });

  test('gives a page and where the next begins', async () => {
    const response = await get(`/v1/customers?limit=1&churnBand=high&valueBand=high&after=${ID}`);
    expect(await response.json()).toMatchObject({ customers: [{ name: 'Ada' }], next: ID });
    expect(asked).toEqual([{ limit: 1, after: ID, churnBand: 'high', valueBand: 'high' }]);
  });

  test.each(['limit=0', 'limit=501', 'limit=x', 'after=1', 'churnBand=red', 'valueBand=lapsed', 'sort=name'])(
    'refuses ?%s and names it',
    async (query) => {
      const response = await get(`/v1/customers?${query}`);
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toContain(query.startsWith('sort') ? 'sort' : query.split('=')[0]);
    },
  );

  test('gives a customer, its scores and its explanation, and 404 for one that is not there', async () => {
    expect(await (await get(`/v1/customers/${ID}`)).json()).toMatchObject({
      customerId: ID,
      reasons: customer.reasons,
    });
    expect(await (await get(`/v1/customers/${ID}/scores`)).json()).toMatchObject({ customerId: ID, history: [] });
    expect(await (await get(`/v1/customers/${ID}/explanation`)).json()).toMatchObject({ contributions: {} });
    expect((await get('/v1/customers/nobody')).status).toBe(404);
  });

  test('a failure inside says nothing of what is inside', async () => {
    const response = await get('/v1/customers/broken');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('ada@example.com');
  });
});

describe('the server', () => {
  test('tells its health without a token, and what waits', async () => {
    expect(await (await get('/healthz', null)).json()).toEqual({ ok: true });
    expect(await (await get('/readyz', null)).json()).toMatchObject({ ok: true, outboxWaiting: 2, note: null });
    const metrics = await (await get('/metrics', null)).text();
    expect(metrics).toContain('staypower_waiting{where="quarantine"} 3');
    expect(metrics).toMatch(/staypower_http_request_seconds_count\{route="\/v1",status="401"\} 5/);
    expect(metrics).not.toContain(ID);
  });

  test('carries the headers of a server that is not framed, sniffed or named', async () => {
    const { headers } = await get('/healthz', null);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  test('a port that is taken is named with what to do', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startServer({ ...parts, apiTokenHash: 'x' }, port)).rejects.toThrow(/Port \d+ .* is taken.*--port/);
  });
});
