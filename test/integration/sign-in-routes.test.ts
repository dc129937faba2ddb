import { Router } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Queries } from '../../core/ports/engine.ts';
import { grantStatuses } from '../../core/store/grants.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { tokenHash } from '../../webhooks/api/bearer.ts';
import { connectionRoutes } from '../../webhooks/api/connections.ts';
import { type Server, startServer } from '../../webhooks/server.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { decide } from '../support/consent.ts';
import { type GrantHouse, grantHouse, startVendors } from '../support/grants.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';
import { WITHOUT_API } from '../support/without-api.ts';

const KEY = 'sp_admin';
const START = '2026-11-02T09:00:00.000Z';
const queries: Queries = {
  customers: async () => [],
  explain: async () => null,
  health: async () => ({
    ok: true,
    engine: 'postgres',
    inboxWaiting: 0,
    outboxWaiting: 0,
    quarantined: 0,
    pausedSince: null,
  }),
};
let store: TempStore;
let sandbox: Sandbox;
let clock: FakeClock;
let house: GrantHouse;
let server: Server;
const logged: string[] = [];
const silent = () => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };
beforeAll(async () => {
  [store, sandbox] = await Promise.all([openTempStore(), startVendors()]);
});
afterAll(async () => {
  await Promise.all([store.close(), sandbox.close()]);
});
beforeEach(async () => {
  await emptyTables(store.database);
  logged.length = 0;
  clock = fakeClock(START);
  house = grantHouse(sandbox, store.database, { clock });
  await house.control('hubspot', 'clock', { now: START });
  const connections = () => grantStatuses(store.database);
  const log = (fields: Record<string, unknown>, message: string) => {
    logged.push(JSON.stringify({ ...fields, message }));
  };
  server = await startServer(
    {
      ...WITHOUT_API,
      queries,
      webhooks: Router(),
      api: { router: connectionRoutes(connections), close: async () => undefined },
      apiTokenHash: tokenHash(KEY),
      connections,
      signIns: house.signIns,
      logger: { debug: log, info: log, warn: log, error: log },
    },
    0,
  );
  return () => server.close();
});

/** What a browser holds after the admin began a sign-in in it. */
interface Begun {
  authorizationUrl: string;
  cookie: string;
}

async function begin(vendor = 'hubspot'): Promise<Begun> {
  const response = await fetch(`${server.url}/oauth/${vendor}/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  expect(response.status).toBe(200);
  const { authorizationUrl } = (await response.json()) as { authorizationUrl: string };
  return { authorizationUrl, cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

async function callback(at: URL | string, cookie: string): Promise<{ status: number; page: string }> {
  const response = await fetch(at, { headers: { cookie } });
  return { status: response.status, page: await response.text() };
}

const shown = async () =>
  (
    (await (await fetch(`${server.url}/v1/connections`, { headers: { authorization: `Bearer ${KEY}` } })).json()) as {
      connections: readonly Record<string, unknown>[];
    }
  ).connections;

describe('a sign-in', () => {
  test.each([
    ['without a key', {}],
    ['with a wrong key', { authorization: 'Bearer sp_other' }],
  ])('is not begun %s', async (_, headers) => {
    const response = await fetch(`${server.url}/oauth/hubspot/start`, {
      method: 'POST',
      headers: headers as Record<string, string>,
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await store.database.query('select 1 from sign_ins')).toEqual([]);
  });

  test('is not begun for a connection that is not set up, and those that are set up are named', async () => {
    const response = await fetch(`${server.url}/oauth/segment/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('hubspot/hubspot, salesforce/salesforce');
  });

  test.each(['hubspot', 'salesforce'])('of %s that is approved makes the connection', async (vendor) => {
    const { authorizationUrl, cookie } = await begin(vendor);
    const back = await decide(authorizationUrl);
    expect(back.origin).toBe(server.url);
    const { status, page } = await callback(back, cookie);
    expect(status).toBe(200);
    expect(page).toContain(`${vendor} reads the account`);
    expect(await shown()).toMatchObject([{ connectionId: vendor, state: 'connected', notice: null }]);
    expect(logged.join()).toContain('"message":"connected"');
    expect(logged.join()).not.toContain(back.searchParams.get('code'));
  });

  test('that was denied changes nothing and says so', async () => {
    const { authorizationUrl, cookie } = await begin();
    const { status, page } = await callback(await decide(authorizationUrl, 'deny'), cookie);
    expect(status).toBe(400);
    expect(page).toContain('It was not approved at the vendor');
    expect(await shown()).toEqual([]);
  });

  test.each([
    ['with a wrong state', (back: URL) => back.searchParams.set('state', 'x'.repeat(43))],
    ['without a state', (back: URL) => back.searchParams.delete('state')],
    ['without a code', (back: URL) => back.searchParams.delete('code')],
    ['with another code', (back: URL) => back.searchParams.set('code', 'na1-other')],
    [
      'at the address of the other vendor',
      (back: URL) => {
        back.pathname = '/oauth/salesforce/callback';
      },
    ],
  ])('is not ended %s', async (_, spoil) => {
    const { authorizationUrl, cookie } = await begin();
    const back = await decide(authorizationUrl);
    spoil(back);
    expect((await callback(back, cookie)).status).toBe(400);
    expect(await shown()).toEqual([]);
  });

  test.each([
    ['that did not begin it', ''],
    ['with a cookie of its own', 'staypower_sign_in=AAAA'],
  ])('is not ended by a browser %s, and not by the right one after that', async (_, foreign) => {
    const { authorizationUrl, cookie } = await begin();
    const back = await decide(authorizationUrl);
    expect((await callback(back, foreign)).page).toContain('in another browser');
    expect((await callback(back, cookie)).status).toBe(400);
    expect(await shown()).toEqual([]);
  });

  test('is ended once: the same callback again is refused and the connection stays', async () => {
    const { authorizationUrl, cookie } = await begin();
    const back = await decide(authorizationUrl);
    const both = await Promise.all([callback(back, cookie), callback(back, cookie)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect((await callback(back, cookie)).page).toContain('used already');
    expect(await shown()).toMatchObject([{ state: 'connected' }]);
  });

  test('is not ended after ten minutes, nor with a code that has expired at the vendor', async () => {
    const late = await begin();
    const back = await decide(late.authorizationUrl);
    clock.advance(10 * 60_000);
    expect((await callback(back, late.cookie)).page).toContain('ten minutes');
    const slow = await begin();
    const expired = await decide(slow.authorizationUrl);
    await house.control('hubspot', 'clock', { now: '2026-11-02T09:05:00.000Z' });
    expect((await callback(expired, slow.cookie)).page).toContain('BAD_AUTH_CODE');
    expect(await shown()).toEqual([]);
  });

  test('never puts another account under a connection that has been reading one', async () => {
    await house.connect('hubspot');
    await store.database.query(`update connection_grants set account = '99'`);
    const { authorizationUrl, cookie } = await begin();
    const { status, page } = await callback(await decide(authorizationUrl), cookie);
    expect(status).toBe(400);
    expect(page).toContain('has been reading the account 99; what was approved is the account 1234567');
  });

  test('shows what the vendor says as text, not as a page', async () => {
    const { page } = await callback(`${server.url}/oauth/hubspot/callback?error=<script>alert(1)</script>`, '');
    expect(page).toContain('&#60;script&#62;');
    expect(page).not.toContain('<script>');
  });
});

test('behind a public https address the way back is there and the cookie is for https and that path alone', async () => {
  const behind = await startServer(
    {
      ...WITHOUT_API,
      queries,
      webhooks: Router(),
      apiTokenHash: tokenHash(KEY),
      signIns: house.signIns,
      publicBaseUrl: 'https://scores.example/staypower/',
      logger: quiet,
    },
    0,
  );
  const response = await fetch(`${behind.url}/oauth/hubspot/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  await behind.close();
  const { authorizationUrl } = (await response.json()) as { authorizationUrl: string };
  expect(new URL(authorizationUrl).searchParams.get('redirect_uri')).toBe(
    'https://scores.example/staypower/oauth/hubspot/callback',
  );
  expect(response.headers.get('set-cookie')).toMatch(
    /^staypower_sign_in=[\w-]{43}; Max-Age=600; Path=\/staypower\/oauth; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
  );
});

test('without a key to keep tokens under, nothing can be begun and why is said', async () => {
  const keyless = await startServer({ ...WITHOUT_API, queries, webhooks: Router(), logger: quiet }, 0);
  const response = await fetch(`${keyless.url}/oauth/hubspot/start`, { method: 'POST' });
  await keyless.close();
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('STAYPOWER_KEY');
});

test('a lost connection is told by the API, by /readyz and by the metrics', async () => {
  await house.connect('hubspot');
  await house.control('hubspot', 'hubspot/uninstall');
  await house.connector('hubspot').check();
  expect(await shown()).toMatchObject([
    { connectionId: 'hubspot', state: 'lost', notice: expect.stringMatching(/^Connect hubspot again: .*uninstalled/) },
  ]);
  expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({ ok: true, reconnect: ['hubspot'] });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^staypower_connections_lost 1$/m);
});
