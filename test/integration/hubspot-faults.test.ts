import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHubSpot, hubspotSettingsSchema } from '../../connectors/hubspot/index.ts';
import { createLimits, type Limits } from '../../connectors/hubspot/limits.ts';
import { AuthError, RateLimitError, UnknownOutcomeError, VendorError } from '../../core/domain/errors.ts';
import { noLimits, openPortal, quietLogger, type TestPortal } from './hubspot-portal.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';
const reply = z.object({ results: z.array(z.unknown()) });
const list = { method: 'GET', path: CONTACTS, reply } as const;
const create = {
  method: 'POST',
  path: '/crm/objects/2026-09/tasks',
  body: { properties: { hs_timestamp: '2026-06-01T00:00:00Z' } },
  creates: true,
  reply: z.object({ id: z.string() }),
} as const;

describe('a call of HubSpot', () => {
  let account: TestPortal;
  beforeAll(async () => {
    account = await openPortal();
  });
  afterAll(() => account.close());
  beforeEach(() => {
    account.kernel.faults.clear();
    account.kernel.log.clear();
  });
  const plant = (fault: Record<string, unknown>) =>
    account.kernel.faults.add({ vendor: 'hubspot', kind: 'status', times: 1, after: 0, ...fault });
  const calls = () => account.kernel.log.since(0).length;
  const tasks = () => account.portal.records('tasks').size;

  it('throws AuthError for a refused token and does not send it again', async () => {
    const refused = account.client({ accessToken: 'pat-unknown' });
    await expect(refused.call(list)).rejects.toThrow(AuthError);
    await expect(refused.call(list)).rejects.toMatchObject({ retry: 'after-auth', revoked: true });
    expect(calls()).toBe(2);
  });

  it('tells an expired token from a revoked one', async () => {
    plant({ kind: 'expired-token' });
    await expect(account.client().call(list)).rejects.toMatchObject({ code: 'auth', revoked: false });
    expect(calls()).toBe(1);
  });

  it('says that a scope is missing, and waits for access', async () => {
    plant({ status: 403, body: { category: 'MISSING_SCOPES', message: 'needs crm.objects.contacts.read' } });
    await expect(account.client().call(list)).rejects.toMatchObject({
      code: 'vendor',
      retry: 'after-auth',
      status: 403,
      vendorCode: 'MISSING_SCOPES',
    });
  });

  it.each([500, 502, 503, 504, 521, 523, 524, 423, 477])('sends a read again after %i', async (status) => {
    plant({ status, times: 2 });
    expect(await account.client().call(list)).toEqual({ results: [] });
    expect(calls()).toBe(3);
  });

  it.each([400, 404, 414, 522, 525])('gives up at once after %i', async (status) => {
    plant({ status });
    await expect(account.client().call(list)).rejects.toMatchObject({ code: 'vendor', retry: 'never', status });
    expect(calls()).toBe(1);
  });

  it('gives up a read after four repeats and leaves it to the next run', async () => {
    plant({ status: 503, times: 9 });
    await expect(account.client().call(list)).rejects.toMatchObject({ code: 'vendor', retry: 'later', status: 503 });
    expect(calls()).toBe(5);
  });

  it('holds all calls of the kind back after a 429 for the seconds of Retry-After, then sends again', async () => {
    plant({ status: 429, headers: { 'retry-after': '0' } });
    const paused: [string, number][] = [];
    const limits: Limits = { ...noLimits, pauseFor: (kind, milliseconds) => paused.push([kind, milliseconds]) };
    expect(await account.client({ limits }).call(list)).toEqual({ results: [] });
    expect(paused).toEqual([['general', 0]]);
    expect(calls()).toBe(2);
  });

  it('waits as long as the policy of a 429 says where there is no Retry-After', async () => {
    const paused: [string, number][] = [];
    const limits: Limits = { ...noLimits, pauseFor: (kind, milliseconds) => paused.push([kind, milliseconds]) };
    plant({ status: 429, body: { policyName: 'SECONDLY', message: 'You have reached your secondly limit.' } });
    const search = { method: 'POST', path: `${CONTACTS}/search`, body: {}, kind: 'search', reply } as const;
    await account.client({ limits }).call(search);
    expect(paused).toEqual([['search', 1_000]]);
  });

  it('does not wait for the daily limit', async () => {
    plant({ status: 429, body: { policyName: 'DAILY', message: 'You have reached your daily limit.' } });
    const refused = account.client().call(list);
    await expect(refused).rejects.toThrow(RateLimitError);
    await expect(refused).rejects.toMatchObject({ scope: 'daily', retry: 'later' });
    expect(calls()).toBe(1);
  });

  it('slows down when a reply says that hardly any calls are left', async () => {
    let observed: string | null = null;
    const limits: Limits = {
      ...noLimits,
      observe: (headers) => {
        observed = headers.get('x-hubspot-ratelimit-remaining');
      },
    };
    await account.client({ limits }).call(list);
    expect(Number(observed)).toBeGreaterThan(0);
    const real = createLimits(
      { callsPer10Seconds: 190, dailyCallReserve: 0.1 },
      { clock: { now: () => new Date() }, timeZone: 'UTC' },
    );
    const startedAt = performance.now();
    real.observe(new Headers({ 'x-hubspot-ratelimit-remaining': '1' }));
    await real.run('general', 5, async () => null);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  it('keeps to its share of the account’s day: batches stop at the reserve, live calls go on into half of it', async () => {
    const real = createLimits(
      { callsPer10Seconds: 190, dailyCallReserve: 0.2 },
      { clock: { now: () => new Date('2026-06-01T12:00:00.000Z') }, timeZone: 'Europe/Berlin' },
    );
    const left = (calls: number) =>
      real.observe(
        new Headers({ 'x-hubspot-ratelimit-daily': '1000', 'x-hubspot-ratelimit-daily-remaining': String(calls) }),
      );
    const run = async (priority: number) => real.run('general', priority, async () => 'done');
    expect(real.usage()).toBeNull();
    left(201);
    expect(await run(5)).toBe('done');
    left(200);
    // Until midnight in Berlin.
    await expect(run(5)).rejects.toMatchObject({ code: 'rate-limit', scope: 'daily', retryAfterMs: 10 * 3_600_000 });
    expect(await run(0)).toBe('done');
    left(100);
    await expect(run(0)).rejects.toThrow(RateLimitError);
    expect(real.usage()).toEqual({
      used: 900,
      limit: 1_000,
      at: '2026-06-01T12:00:00.000Z',
      resetsAt: '2026-06-01T22:00:00.000Z',
    });
  });

  it('gives up a call without an answer and sends a read again', async () => {
    plant({ kind: 'timeout' });
    expect(await account.client({ timeoutMs: 100 }).call(list)).toEqual({ results: [] });
  });

  it('takes a proxy page with status 200 for no answer and sends a read again', async () => {
    plant({ status: 200, body: '<html>Maintenance</html>' });
    expect(await account.client().call(list)).toEqual({ results: [] });
    expect(calls()).toBe(2);
  });

  it('refuses an answer that it cannot read, and names the place', async () => {
    plant({ status: 200, body: { results: 'none' } });
    await expect(account.client().call(list)).rejects.toThrow(/could not be read at results/);
  });

  it('survives an error body of any form', async () => {
    for (const body of ['', '<html>', [], { message: 5 }, { errors: 'none' }, { errors: [{}] }, 'null']) {
      plant({ status: 400, body });
      await expect(account.client().call(list)).rejects.toThrow(VendorError);
    }
  });

  it('keeps e-mail addresses out of messages', async () => {
    plant({ status: 400, body: { message: 'Email ada@people.example is invalid' } });
    await expect(account.client().call(list)).rejects.toThrow('Email (address) is invalid');
  });

  describe('that creates', () => {
    it.each([
      ['a fault of the server', { status: 500 }],
      ['a gateway that gave up', { status: 504 }],
      ['a cut line', { kind: 'cut' }],
      ['a lost reply', { kind: 'lost-reply' }],
      ['a page that is not its answer', { status: 200, body: '<html>' }],
    ])('is not sent again after %s: its outcome is unknown', async (_name, fault) => {
      plant({ ...fault, method: 'POST' });
      await expect(account.client().call(create)).rejects.toThrow(UnknownOutcomeError);
      expect(calls()).toBe(1);
    });

    it('is not sent again after a timeout', async () => {
      plant({ kind: 'timeout', method: 'POST' });
      await expect(account.client({ timeoutMs: 100 }).call(create)).rejects.toThrow(UnknownOutcomeError);
    });

    it('is sent again after a refusal, which was not executed', async () => {
      const before = tasks();
      plant({ status: 429, headers: { 'retry-after': '0' } });
      await account.client().call(create);
      plant({ status: 423 });
      await account.client().call(create);
      expect(tasks()).toBe(before + 2);
      expect(calls()).toBe(4);
    });

    it('is known not to have been sent when nobody listens', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const client = account.client({ baseUrl: `http://127.0.0.1:${port}` });
      await expect(client.call(create)).rejects.toMatchObject({ code: 'vendor', status: 0, retry: 'later' });
    });
  });

  it('never goes to the path of an older version', async () => {
    const connector = createHubSpot(
      {
        connectionId: 'hubspot',
        clock: { now: () => new Date() },
        logger: quietLogger,
        timeZone: 'UTC',
        currency: 'EUR',
      },
      hubspotSettingsSchema.parse({ baseUrl: account.url, orders: {} }),
      { accessToken: 'pat-sandbox-test' },
    );
    const report = await connector.check();
    expect(report).toEqual({ account: '1234567', problems: [], callsLeftToday: 625_000 });
    for (const stream of connector.source?.streams ?? []) {
      for await (const page of connector.source?.pull(stream, null) ?? []) expect(page.rejected).toEqual([]);
    }
    const paths = account.kernel.log.since(0).map((entry) => entry.path);
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !path.includes('/2026-09/'))).toEqual([]);
  });

  it('says so when the settings allow themselves more calls than HubSpot grants', async () => {
    const starter = await openPortal({ hubspotBurstPer10s: 100 });
    const { problems } = await starter.connect({ now: () => new Date() }).check();
    expect(problems.map((problem) => problem.remedy)).toEqual(['Set callsPer10Seconds to 100.']);
    await starter.close();
  });

  it('names each scope that a check finds missing', async () => {
    plant({ status: 403, path: '/deals', body: { category: 'MISSING_SCOPES' } });
    plant({ status: 403, path: '/properties/[^/]+/companies', body: { category: 'MISSING_SCOPES' } });
    const connector = account.connect({ now: () => new Date() });
    const { problems } = await connector.check();
    expect(problems.map((problem) => problem.remedy)).toEqual([
      'Give the app the scope crm.objects.deals.read.',
      'Give the app the scopes crm.schemas.companies.read and crm.schemas.companies.write.',
    ]);
  });
});
