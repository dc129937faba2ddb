import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import type { Role } from '../../core/domain/roles.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import { StaypowerClient } from '../../webhooks/client/staypower-client.ts';
import type { Server } from '../../webhooks/server.ts';
import { serveApi } from '../support/api-server.ts';
import { fakeClock } from '../support/clock.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const PASSWORD = 'a long password';
const ADMIN = 'Ada@people.example';
const clock = fakeClock('2026-06-01T20:00:00.000Z');

let store: TempStore;
let server: Server;
let accounts: Accounts;

beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyTables(store.database);
  clock.set('2026-06-01T20:00:00.000Z');
  ({ server, accounts } = await serveApi(store.database, { clock, today: calendarDay('2026-06-01') }));
  return () => server.close();
});

interface Reply {
  status: number;
  cookie: string | null;
  setCookie: string;
  body: { session?: { csrfToken: string; role: string } | null; needsSetup?: boolean; error?: { code: string } };
}

/** Asks as a browser does. */
async function ask(method: string, path: string, given: { cookie?: string; csrf?: string; body?: object } = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(given.cookie !== undefined && { cookie: `staypower_session=${given.cookie}` }),
      ...(given.csrf !== undefined && { 'x-csrf-token': given.csrf }),
      ...(given.body && { 'content-type': 'application/json' }),
    },
    ...(given.body && { body: JSON.stringify(given.body) }),
  });
  const setCookie = response.headers.get('set-cookie') ?? '';
  return {
    status: response.status,
    setCookie,
    cookie: /staypower_session=([^;]+)/.exec(setCookie)?.[1] ?? null,
    body: (await response.json()) as Reply['body'],
  } satisfies Reply;
}

/** Makes the first account and signs its owner in. */
async function setUp(): Promise<{ cookie: string; csrf: string }> {
  const setupToken = (await accounts.newSetupToken()) ?? '';
  const { cookie, body } = await ask('POST', '/session/setup', {
    body: { setupToken, name: ADMIN, password: PASSWORD },
  });
  return { cookie: cookie ?? '', csrf: body.session?.csrfToken ?? '' };
}

/** Signs somebody in who has a role. */
async function signedIn(role: Role): Promise<{ cookie: string; csrf: string; userId: string }> {
  const name = `${role}@people.example`;
  const { userId, password } = await accounts.addUser({ name, role, by: 'test' });
  const { cookie, body } = await ask('POST', '/session', { body: { name, password } });
  return { cookie: cookie ?? '', csrf: body.session?.csrfToken ?? '', userId };
}

describe('the first account', () => {
  it('is not made without the token that was printed last, nor twice, nor with a short password', async () => {
    const old = (await accounts.newSetupToken()) ?? '';
    const setupToken = (await accounts.newSetupToken()) ?? '';
    const attempt = (given: object) =>
      ask('POST', '/session/setup', { body: { setupToken, name: ADMIN, password: PASSWORD, ...given } });
    expect((await attempt({ setupToken: '' })).status).toBe(401);
    expect((await attempt({ setupToken: old })).status).toBe(401);
    expect((await attempt({ password: 'eleven char' })).status).toBe(400);
    expect(await store.database.query('select 1 from console_users')).toEqual([]);
    expect((await attempt({})).status).toBe(200);
    expect((await attempt({})).status).toBe(401);
    expect(await accounts.newSetupToken()).toBeNull();
  });

  it('is an admin’s and signed in, by a cookie that scripts and other sites cannot use', async () => {
    expect((await ask('GET', '/session')).body).toEqual({ session: null, needsSetup: true });
    const setupToken = (await accounts.newSetupToken()) ?? '';
    const { setCookie, cookie, body } = await ask('POST', '/session/setup', {
      body: { setupToken, name: ADMIN, password: PASSWORD },
    });
    expect(setCookie).toContain('HttpOnly');
    expect(setCookie).toContain('SameSite=Strict');
    expect(body.session?.role).toBe('admin');
    expect((await ask('GET', '/session', { cookie: cookie ?? '' })).body.session?.role).toBe('admin');
  });
});

describe('a sign-in', () => {
  it('is refused alike for a wrong name and a wrong password', async () => {
    await setUp();
    const wrong = await ask('POST', '/session', { body: { name: ADMIN, password: 'another password' } });
    const nobody = await ask('POST', '/session', { body: { name: 'nobody@people.example', password: PASSWORD } });
    expect(wrong).toMatchObject({ status: 401, cookie: null });
    expect(nobody).toEqual(wrong);
  });

  it('is refused after ten wrong passwords for a name, with the right one too', async () => {
    await setUp();
    for (let attempt = 0; attempt < 10; attempt += 1)
      await ask('POST', '/session', { body: { name: ADMIN, password: String(attempt) } });
    expect(await ask('POST', '/session', { body: { name: ADMIN, password: PASSWORD } })).toMatchObject({ status: 429 });
  });

  it('takes no form of another site', async () => {
    await setUp();
    const response = await fetch(`${server.url}/session`, {
      method: 'POST',
      body: new URLSearchParams({ name: ADMIN, password: PASSWORD }),
    });
    expect(response.status).toBe(400);
  });

  it('ends after twelve hours, by signing out, and when the role changes', async () => {
    await setUp();
    const rep = await signedIn('rep');
    await accounts.changeRole(rep.userId, { role: 'viewer', by: 'test' });
    expect((await ask('GET', '/v1/overview', rep)).status).toBe(401);
    const viewer = await signedIn('viewer');
    expect((await ask('DELETE', '/session', { cookie: viewer.cookie })).status).toBe(403);
    expect((await ask('DELETE', '/session', viewer)).status).toBe(200);
    expect((await ask('GET', '/v1/overview', viewer)).status).toBe(401);
    const { body, cookie } = await ask('POST', '/session', { body: { name: ADMIN, password: PASSWORD } });
    expect(body.session?.role).toBe('admin');
    clock.set('2026-06-02T07:59:59.000Z');
    expect((await ask('GET', '/v1/overview', { cookie: cookie ?? '' })).status).toBe(200);
    clock.set('2026-06-02T08:00:00.000Z');
    expect((await ask('GET', '/v1/overview', { cookie: cookie ?? '' })).status).toBe(401);
  });

  it('leaves no secret in the store', async () => {
    const { cookie, csrf } = await setUp();
    const kept = JSON.stringify(
      await Promise.all(
        ['console_users', 'console_sessions', 'settings', 'audit_log'].map((table) =>
          store.database.query(`select t::text from ${table} t`),
        ),
      ),
    );
    for (const secret of [cookie, csrf, PASSWORD]) expect(kept).not.toContain(secret);
  });
});

describe('a password', () => {
  it('is changed by who knows the present one, which ends the other sessions', async () => {
    const admin = await setUp();
    const other = await ask('POST', '/session', { body: { name: ADMIN, password: PASSWORD } });
    const next = 'another long password';
    const change = (present: string) => ask('POST', '/session/password', { ...admin, body: { present, next } });
    expect((await change('wrong')).status).toBe(401);
    expect((await change(PASSWORD)).status).toBe(200);
    expect((await ask('GET', '/v1/overview', admin)).status).toBe(200);
    expect((await ask('GET', '/v1/overview', { cookie: other.cookie ?? '' })).status).toBe(401);
    expect((await ask('POST', '/session', { body: { name: ADMIN, password: PASSWORD } })).status).toBe(401);
    expect((await ask('POST', '/session', { body: { name: ADMIN, password: next } })).status).toBe(200);
  });
});

describe('a request by cookie', () => {
  it('changes nothing without the token against forgery', async () => {
    const { cookie, csrf } = await setUp();
    const body = { label: 'report', role: 'viewer' };
    expect((await ask('POST', '/v1/keys', { cookie, body })).body.error?.code).toBe('forged');
    expect((await ask('POST', '/v1/keys', { cookie, csrf: `${csrf.slice(1)}a`, body })).status).toBe(403);
    expect(await accounts.keys()).toEqual([]);
    expect((await ask('POST', '/v1/keys', { cookie, csrf, body })).status).toBe(201);
  });
});

describe('a role', () => {
  it.each([
    ['viewer', 'GET', '/v1/overview', 200],
    ['viewer', 'GET', '/v1/users', 403],
    ['viewer', 'GET', '/v1/audit', 403],
    ['viewer', 'POST', '/v1/keys', 403],
    ['viewer', 'POST', '/v1/webhooks', 403],
    ['rep', 'GET', '/v1/customer-list', 200],
    ['rep', 'GET', '/v1/keys', 403],
    ['rep', 'POST', '/v1/users', 403],
    ['admin', 'GET', '/v1/users', 200],
    ['admin', 'GET', '/v1/audit', 200],
  ] as const)('%s: %s %s is answered with %i', async (role, method, path, status) => {
    await setUp();
    const who = await signedIn(role);
    const body = method === 'POST' ? { body: { label: 'x', name: 'x', role: 'viewer' } } : {};
    expect((await ask(method, path, { ...who, ...body })).status).toBe(status);
  });

  it('admin stays with one person at least', async () => {
    const admin = await setUp();
    const [own] = await accounts.users();
    const id = own?.userId ?? '';
    expect((await ask('DELETE', `/v1/users/${id}`, admin)).status).toBe(400);
    expect((await ask('POST', `/v1/users/${id}/role`, { ...admin, body: { role: 'rep' } })).status).toBe(400);
    const other = await signedIn('admin');
    expect((await ask('DELETE', `/v1/users/${id}`, other)).status).toBe(200);
    expect((await ask('GET', '/v1/overview', admin)).status).toBe(401);
  });
});

describe('a key', () => {
  it('may do what its role may, until it is revoked', async () => {
    const { keyId, key } = await accounts.addKey({ label: 'report', role: 'viewer', by: 'test' });
    const client = new StaypowerClient(server.url, key);
    expect((await client.countCustomers({})).customers).toBe(0);
    await expect(client.listKeys()).rejects.toMatchObject({ status: 403, code: 'forbidden' });
    await accounts.revokeKey(keyId, { by: 'test' });
    await expect(client.countCustomers({})).rejects.toMatchObject({ status: 401 });
  });
});

describe('the audit log', () => {
  it('names who changed what, and nobody’s name or address', async () => {
    const admin = await setUp();
    await ask('POST', '/v1/users', { ...admin, body: { name: 'New@people.example', role: 'rep' } });
    const [first] = await accounts.users();
    const rows = await store.database.query<{ actor: string; action: string; detail: object }>(
      'select actor, action, detail from audit_log order by seq',
    );
    expect(rows.map(({ action }) => action)).toEqual(['console-set-up', 'user-added']);
    expect(rows[1]).toMatchObject({ actor: `user:${first?.userId}`, detail: { role: 'rep' } });
    expect(JSON.stringify(rows)).not.toContain('people.example');
  });
});

describe('every answer', () => {
  it('allows scripts and styles of our own files alone', async () => {
    const policy = (await fetch(`${server.url}/`)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('at / says how to build the console where it is not built', async () => {
    const response = await fetch(`${server.url}/`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build:console');
  });
});
