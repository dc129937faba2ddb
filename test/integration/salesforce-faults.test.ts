import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneExchange } from '../../connectors/salesforce/transport.ts';
import { AuthError, ConfigError, RateLimitError } from '../../core/domain/errors.ts';
import { crowd, type Org, pull, SECRETS, startOrg } from './salesforce-org.ts';

const CONTACTS = '/queryAll\\?q=.*Contact';
let org: Org;
beforeEach(async () => {
  org = await startOrg(crowd(5_000));
});
afterEach(() => org.close());

const contactsOf = async (connector = org.connect()) => (await pull(connector, 'contacts')).records;
const logins = async () => (await org.requests()).filter((request) => request.path.endsWith('/oauth2/token')).length;

describe('a session', () => {
  it('that ends in the middle of a run is renewed once, and the run goes on', async () => {
    await org.plant({ kind: 'expired-token', path: '/query/', after: 0 });
    expect(await contactsOf()).toHaveLength(5_000);
    expect(await logins()).toBe(2);
  });

  it('is shared by calls that come together, at the first login and when it has ended', async () => {
    await org.close();
    org = await startOrg(crowd(10), { tokenLifetimeSeconds: 1 });
    const connector = org.connect();
    for (const sofar of [1, 2]) {
      const all = await Promise.all([contactsOf(connector), contactsOf(connector), contactsOf(connector)]);
      expect(all.map((records) => records.length)).toEqual([10, 10, 10]);
      expect(await logins()).toBe(sofar);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
  });

  it('that is refused also when it is new does not make us log in for ever', async () => {
    await org.plant({ kind: 'expired-token', path: CONTACTS, times: 1_000 });
    await expect(contactsOf()).rejects.toThrow(AuthError);
    expect(await logins()).toBe(2);
  });

  it('is asked for again after a login that failed', async () => {
    const connector = org.connect();
    await org.plant({
      kind: 'status',
      status: 400,
      path: '/oauth2/token',
      body: { error: 'invalid_grant', error_description: 'expired authorization code' },
    });
    await expect(contactsOf(connector)).rejects.toMatchObject({ code: 'auth', revoked: false });
    expect(await contactsOf(connector)).toHaveLength(5_000);
  });

  it.each([
    ['a wrong secret', { ...SECRETS, clientSecret: 'wrong' }],
    ['an unknown app', { ...SECRETS, clientId: 'unknown' }],
  ])('is refused for good with %s, and the message has no secret in it', async (_what, secrets) => {
    const refusal = await contactsOf(org.connect({ secrets })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'auth', revoked: true });
    expect(String(refusal)).not.toContain(secrets.clientSecret);
  });

  it('comes by JWT as well, with a key in PKCS#8 or PKCS#1, on one line or several', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await fetch(`${org.url}/_sandbox/salesforce/connected-app`, {
      method: 'POST',
      body: JSON.stringify({
        clientId: 'jwt-app',
        publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }),
      }),
    });
    const secrets = { clientId: 'jwt-app', username: 'integration@sandbox.example' };
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const pem = String(privateKey.export({ type, format: 'pem' }));
      for (const key of [pem, pem.replaceAll('\n', '\\n')]) {
        expect(await contactsOf(org.connect({ secrets: { ...secrets, privateKey: key } }))).toHaveLength(5_000);
      }
    }
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const wrong = String(other.export({ type: 'pkcs8', format: 'pem' }));
    await expect(contactsOf(org.connect({ secrets: { ...secrets, privateKey: wrong } }))).rejects.toMatchObject({
      revoked: true,
    });
    await expect(contactsOf(org.connect({ secrets: { ...secrets, privateKey: 'no key' } }))).rejects.toThrow(
      ConfigError,
    );
    await expect(
      contactsOf(
        org.connect({
          secrets: { ...secrets, privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) },
          clock: { now: () => new Date(Date.now() - 10 * 60_000) },
        }),
      ),
    ).rejects.toMatchObject({ revoked: false, message: expect.stringContaining('clock') });
  });
});

describe('a fault that passes', () => {
  it.each([
    ['an error of the server', { kind: 'status', status: 500 }],
    ['maintenance', { kind: 'status', status: 503 }],
    ['a cut connection', { kind: 'cut' }],
    [
      'a lock',
      { kind: 'status', status: 400, body: [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain' }] },
    ],
  ])('is waited out, once and not by jsforce as well: %s', async (_what, fault) => {
    await org.plant({ ...fault, path: '/query/' });
    expect(await contactsOf()).toHaveLength(5_000);
    const later = (await org.requests()).filter((request) => request.path.includes('/query/'));
    expect(later).toHaveLength(3);
  });

  it('that is ours is not waited out', async () => {
    await org.plant({ kind: 'status', status: 400, path: CONTACTS });
    await expect(contactsOf()).rejects.toMatchObject({ retry: 'never', vendorCode: 'MALFORMED_QUERY' });
    expect((await org.requests()).filter((request) => request.query.includes('Contact'))).toHaveLength(1);
  });
});

describe('the calls of 24 hours', () => {
  it('are never used to the last one: the reserve is left to others', async () => {
    await org.settings({ dailyApiRequests: 20 });
    const connector = org.connect({ settings: { dailyCallReserve: 0.5 } });
    const everything = async () => {
      for (let i = 0; i < 20; i += 1) await contactsOf(connector);
    };
    await expect(everything()).rejects.toMatchObject({ code: 'rate-limit', scope: 'daily' });
    const counted = (await org.requests()).filter((request) => request.path.startsWith('/services/data/'));
    expect(counted).toHaveLength(10);
    expect((await connector.check()).problems[0]?.what).toContain('10 of 20 API calls');
  });

  it('that are used up are not waited for, but too many long calls at once are', async () => {
    const limit = (message: string) => ({
      kind: 'status',
      status: 403,
      path: CONTACTS,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message }],
    });
    await org.plant(limit('TotalRequests Limit exceeded.'));
    const refusal = await contactsOf().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RateLimitError);
    expect(refusal).toMatchObject({ scope: 'daily', retry: 'later' });
    await org.plant(limit('ConcurrentRequests (Concurrent API Requests) Limit exceeded.'));
    expect(await contactsOf()).toHaveLength(5_000);
  });
});

describe('settings that name what is not there', () => {
  it('stop the pull with every missing field, and the check reports them', async () => {
    const settings = {
      doNotContactFields: ['DoNotCall', 'Nope__c'],
      userIdField: 'User_Id__c',
      amountField: 'Total__c',
    };
    const connector = org.connect({ settings });
    await expect(contactsOf(connector)).rejects.toMatchObject({
      code: 'config',
      problems: [{ path: 'Contact.Nope__c' }, { path: 'Contact.User_Id__c' }],
    });
    const { account, problems, callsLeftToday } = await connector.check();
    expect(account).toMatch(/^00D/);
    expect(callsLeftToday).toBeGreaterThan(90_000);
    expect(problems.map((problem) => problem.what.split(':')[0])).toEqual([
      'Contact.Nope__c',
      'Contact.User_Id__c',
      'Opportunity.Total__c',
    ]);
    expect((await pull(connector, 'accounts')).records).toEqual([]);
  });
});

describe('the transport', () => {
  const serve = async (answer: Parameters<typeof createServer>[1]) => {
    const server = createServer(answer ?? (() => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return { url, close: () => server.close() };
  };

  it('fails as an exception when an answer is cut in the middle', async () => {
    const server = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"half":');
      setTimeout(() => request.socket.destroy(), 20);
    });
    await expect(oneExchange(5_000, () => {}).httpRequest({ method: 'GET', url: server.url })).rejects.toThrow();
    server.close();
  });

  it('does not wait for an answer, nor for its end, longer than it is told', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/begun') response.writeHead(200).write('half');
    });
    for (const path of ['silent', 'begun']) {
      await expect(oneExchange(150, () => {}).httpRequest({ method: 'GET', url: server.url + path })).rejects.toThrow(
        /timeout|aborted/i,
      );
    }
    server.close();
  });
});
