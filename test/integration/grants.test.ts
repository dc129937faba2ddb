import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { grantStatuses, sealAnew } from '../../core/store/grants.ts';
import { createKeyring } from '../../core/store/keyring.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { type GrantHouse, grantHouse, type OAuthVendor, readOnce, startVendors, TEST_KEY } from '../support/grants.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const START = '2026-11-02T09:00:00.000Z';
let store: TempStore;
let sandbox: Sandbox;
let clock: FakeClock;
let house: GrantHouse;
beforeAll(async () => {
  [store, sandbox] = await Promise.all([openTempStore(), startVendors()]);
});
afterAll(async () => {
  await Promise.all([store.close(), sandbox.close()]);
});
beforeEach(async () => {
  await emptyTables(store.database);
  clock = fakeClock(START);
  house = grantHouse(sandbox, store.database, { clock });
  await at(START);
  await fetch(`${sandbox.urls.hubspot}/_sandbox/faults`, { method: 'DELETE' });
  await fetch(`${sandbox.urls.hubspot}/_sandbox/requests`, { method: 'DELETE' });
});

/** Sets the time on both sides. */
async function at(instant: string): Promise<void> {
  clock.set(instant);
  await house.control('hubspot', 'clock', { now: instant });
}

const VENDORS: readonly OAuthVendor[] = ['hubspot', 'salesforce'];
const EXPIRE = { hubspot: 'hubspot/expire-tokens', salesforce: 'salesforce/expire-sessions' } as const;
const END = {
  hubspot: ['hubspot/uninstall', {}],
  salesforce: ['salesforce/revoke-app', { clientId: 'sandbox-client' }],
} as const;

/** Every token, code and secret that went over the line in a request. */
async function secretsOnTheLine(): Promise<readonly string[]> {
  const logs = await Promise.all(VENDORS.map((vendor) => house.requests(vendor)));
  return logs.flat().flatMap(({ path, requestBody }) => {
    const form = new URLSearchParams(path.endsWith('/token') ? requestBody : '');
    return ['code', 'code_verifier', 'refresh_token', 'client_secret'].flatMap((name) => form.get(name) ?? []);
  });
}

describe.each(VENDORS)('a connection to %s', (vendor) => {
  test('that nobody made is no access at all, and says what to do', async () => {
    if (vendor === 'salesforce') {
      // Client credentials stay good until somebody approves.
      await readOnce(house.connector(vendor));
      expect(await house.refreshes(vendor)).toEqual([]);
      return;
    }
    await expect(readOnce(house.connector(vendor))).rejects.toMatchObject({
      code: 'auth',
      remedy: expect.stringContaining('staypower connect hubspot'),
    });
  });

  test('goes on when its access token is refused: one renewal for calls that come together, each sent twice at most', async () => {
    await house.connect(vendor);
    const connector = house.connector(vendor);
    await readOnce(connector);
    await house.control(vendor, EXPIRE[vendor]);
    const before = (await house.requests(vendor)).length;
    await Promise.all(Array.from({ length: 6 }, () => readOnce(connector)));
    expect(await house.refreshes(vendor)).toHaveLength(1);
    const calls = (await house.requests(vendor)).slice(before).filter(({ path }) => !path.endsWith('/token'));
    expect(calls.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6);
    expect(calls.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(6);
  });

  test('goes on in a process that slept through a renewal by another one and its expiry', async () => {
    await house.connect(vendor);
    const [busy, idle] = [house.connector(vendor), house.connector(vendor)];
    await Promise.all([readOnce(busy), readOnce(idle)]);
    await house.control(vendor, EXPIRE[vendor]);
    await readOnce(busy);
    await house.control(vendor, EXPIRE[vendor]);
    clock.advance(61_000);
    await readOnce(idle);
    expect(await house.refreshes(vendor)).toHaveLength(2);
  });

  test('whose every token is refused is tried twice a call and then given up, not lost', async () => {
    await house.connect(vendor);
    const connector = house.connector(vendor);
    await readOnce(connector);
    const path = vendor === 'hubspot' ? '/crm/' : '/services/data/';
    await house.control(vendor, 'faults', { vendor, kind: 'expired-token', path, times: 1_000 });
    const before = (await house.requests(vendor)).length;
    await expect(readOnce(connector)).rejects.toMatchObject({ code: 'auth' });
    const calls = (await house.requests(vendor)).slice(before);
    expect(calls.filter(({ status }) => status === 401)).toHaveLength(2);
    expect(await house.refreshes(vendor)).toHaveLength(1);
    expect(await grantStatuses(store.database)).toMatchObject([{ lostReason: null }]);
  });

  test('that was ended there is lost: one attempt, then a notice and silence, until it is made again', async () => {
    await house.connect(vendor);
    const connector = house.connector(vendor);
    await readOnce(connector);
    const [path, body] = END[vendor];
    await house.control(vendor, path, body);
    for (let call = 0; call < 3; call += 1) {
      await expect(readOnce(connector)).rejects.toMatchObject({ code: 'auth', revoked: true });
    }
    expect(await house.refreshes(vendor)).toHaveLength(1);
    const before = (await house.requests(vendor)).length;
    // Another process learns it from the store alone.
    const { problems } = await house.connector(vendor).check();
    expect(problems).toMatchObject([
      {
        what: expect.stringContaining(`${vendor} must be connected again`),
        remedy: expect.stringContaining(`staypower connect ${vendor}`),
      },
    ]);
    expect((await house.requests(vendor)).length).toBe(before);
    expect(house.logged()).toMatch(/"message":"reconnect: /);
    const [status] = await grantStatuses(store.database);
    expect(status?.lostReason).toBeTypeOf('string');

    await house.connect(vendor);
    await readOnce(connector);
    expect(await grantStatuses(store.database)).toMatchObject([{ connectionId: vendor, lostReason: null }]);
    expect(await store.database.query('select actor, action from audit_log order by seq')).toEqual([
      { actor: 'admin', action: 'connect' },
      { actor: 'vendor', action: 'connection-lost' },
      { actor: 'admin', action: 'connect' },
    ]);
  });

  test('is not lost because the vendor is down, nor because the secret in the environment is wrong', async () => {
    await house.connect(vendor);
    await house.control(vendor, EXPIRE[vendor]);
    await house.control(vendor, 'faults', { vendor, kind: 'status', status: 503, path: '/token$', times: 2 });
    await expect(readOnce(house.connector(vendor))).rejects.toMatchObject({ code: 'auth', revoked: false });
    expect(await house.refreshes(vendor)).toHaveLength(2);
    const wrong = grantHouse(sandbox, store.database, {
      clock,
      env: { [`${vendor.toUpperCase()}_CLIENT_SECRET`]: 'wrong' },
    });
    await expect(readOnce(wrong.connector(vendor))).rejects.toMatchObject({
      revoked: false,
      remedy: expect.stringContaining('environment'),
    });
    await readOnce(house.connector(vendor));
    expect(await grantStatuses(store.database)).toMatchObject([{ lostReason: null }]);
  });

  test('leaves no token in the log or, in the clear, in the store', async () => {
    await house.connect(vendor);
    const connector = house.connector(vendor);
    await readOnce(connector);
    await house.control(vendor, EXPIRE[vendor]);
    await readOnce(connector);
    const [path, body] = END[vendor];
    await house.control(vendor, path, body);
    await readOnce(connector).catch(() => undefined);
    const secrets = await secretsOnTheLine();
    expect(secrets.length).toBeGreaterThan(6);
    const rows = await store.database.query<{ row: string }>(
      'select to_jsonb(g)::text as row from connection_grants g',
    );
    const kept = rows.map(({ row }) => row).join();
    for (const secret of secrets) {
      expect(house.logged()).not.toContain(secret);
      expect(kept).not.toContain(secret);
    }
  });
});

const refusal = (error: string, rest: Record<string, string>) => ({ error, ...rest });
test.each([
  ['salesforce', refusal('invalid_grant', { error_description: 'ip restricted' }), false],
  ['salesforce', refusal('invalid_client', { error_description: 'invalid client credentials' }), false],
  ['salesforce', refusal('invalid_grant', { error_description: 'expired authorization code' }), false],
  ['salesforce', refusal('invalid_grant', { error_description: 'inactive user' }), true],
  ['hubspot', refusal('invalid_client', { status: 'BAD_CLIENT_ID' }), false],
  ['hubspot', refusal('access_denied', { status: 'BAD_HUB' }), true],
  ['hubspot', refusal('invalid_grant', { status: 'BAD_REFRESH_TOKEN' }), true],
] as const)('%s answers a renewal with %j: lost for good is %s', async (vendor, body, isLost) => {
  await house.connect(vendor);
  await house.control(vendor, EXPIRE[vendor]);
  await house.control(vendor, 'faults', { vendor, kind: 'status', status: 400, path: '/token$', body, times: 2 });
  await expect(readOnce(house.connector(vendor))).rejects.toMatchObject({ code: 'auth', revoked: isLost });
  await fetch(`${sandbox.urls[vendor]}/_sandbox/faults`, { method: 'DELETE' });
  const again = readOnce(house.connector(vendor));
  if (isLost) await expect(again).rejects.toMatchObject({ revoked: true });
  else await again;
});

test('HubSpot tokens are renewed before they expire, not after a refusal', async () => {
  await house.connect('hubspot');
  const connector = house.connector('hubspot');
  await readOnce(connector);
  await at('2026-11-02T09:29:30.000Z');
  await readOnce(connector);
  expect(await house.refreshes('hubspot')).toHaveLength(1);
  expect((await house.requests('hubspot')).filter(({ status }) => status === 401)).toEqual([]);
});

test('Salesforce rotates: each renewal hands on another refresh token, and two processes share them', async () => {
  await house.connect('salesforce');
  const both = [house.connector('salesforce'), house.connector('salesforce')];
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(both.map(readOnce));
    await house.control('salesforce', EXPIRE.salesforce);
  }
  await Promise.all(both.map(readOnce));
  const tokens = (await house.refreshes('salesforce')).map(({ requestBody, status }) => {
    expect(status).toBe(200);
    return new URLSearchParams(requestBody).get('refresh_token');
  });
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(3);
});

test('an answer that was lost on its way spends a rotating token: the connection is lost and says why', async () => {
  await house.connect('salesforce');
  await house.control('salesforce', EXPIRE.salesforce);
  await house.control('salesforce', 'faults', { vendor: 'salesforce', kind: 'lost-reply', path: '/token$', times: 1 });
  await expect(readOnce(house.connector('salesforce'))).rejects.toMatchObject({
    revoked: true,
    message: expect.stringContaining('the token was spent'),
  });
  expect(await house.refreshes('salesforce')).toHaveLength(2);
});

test('a store that is away when a rotated token comes back is waited for: the token is not lost', async () => {
  await house.connect('salesforce');
  await house.control('salesforce', EXPIRE.salesforce);
  let away = 2;
  const shaky = grantHouse(
    sandbox,
    {
      ...store.database,
      transaction: async (work) => {
        away -= 1;
        if (away >= 0) throw new Error('terminating connection due to administrator command');
        return store.database.transaction(work);
      },
    },
    { clock },
  );
  await readOnce(shaky.connector('salesforce'));
  expect(away).toBe(-1);
  await house.control('salesforce', EXPIRE.salesforce);
  await readOnce(house.connector('salesforce'));
  expect((await house.refreshes('salesforce')).map(({ status }) => status)).toEqual([200, 200]);
});

test('Salesforce: leaving ends what was approved, also when it is asked for again', async () => {
  await house.connect('salesforce');
  const connector = house.connector('salesforce');
  await readOnce(connector);
  await connector.uninstall?.leave?.();
  await connector.uninstall?.leave?.();
  await expect(readOnce(connector)).rejects.toMatchObject({ revoked: true });
  expect((await house.refreshes('salesforce')).map(({ status }) => status)).toEqual([400]);
});

test('the key is changed without a pause, and the old one opens nothing any more', async () => {
  await house.connect('hubspot');
  await house.connect('salesforce');
  const fresh = randomBytes(32).toString('base64');
  await expect(sealAnew(store.database, createKeyring([fresh]))).rejects.toThrow(/STAYPOWER_KEY/);
  await readOnce(house.connector('hubspot'));
  expect(await sealAnew(store.database, createKeyring([fresh, TEST_KEY]))).toBe(2);
  expect(await sealAnew(store.database, createKeyring([fresh]))).toBe(0);
  await expect(readOnce(house.connector('hubspot'))).rejects.toMatchObject({ code: 'config' });
  const later = grantHouse(sandbox, store.database, { clock, env: { STAYPOWER_KEY: fresh } });
  await readOnce(later.connector('hubspot'));
  await readOnce(later.connector('salesforce'));
});
