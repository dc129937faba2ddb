import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsforce from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedVendor, serveVendor } from '../../sandbox/kernel/http.ts';
import { createKernel, type FullKernel } from '../../sandbox/kernel/kernel.ts';
import { makeId, normaliseId, withChecksum } from '../../sandbox/salesforce/ids.ts';
import { createSalesforce, seedSalesforce } from '../../sandbox/salesforce/index.ts';
import type { World } from '../../sandbox/seed/world.ts';
import { decide } from '../support/consent.ts';

type Json = Record<string, unknown>;

const OPTIONS = { stateDir: null, seed: 7, tokenLifetimeSeconds: 600 };
const START = new Date('2026-06-01T12:00:00.500Z');
const V = '/services/data/v62.0';

const WORLD: World = {
  seed: 7,
  owners: [{ id: 'o0', firstName: 'Ada', lastName: 'Stone', email: 'ada@sales.example' }],
  companies: [{ id: 'c0', name: 'Birch & Co', domain: 'birch.example' }],
  people: Array.from({ length: 60 }, (_, i) => ({
    id: `p${i}`,
    firstName: `First${i}`,
    lastName: i === 3 ? "O'Neil" : `Last${String(i).padStart(2, '0')}`,
    email: `p${i}@mail.example`,
    phone: i % 2 === 0 ? '+1 555 0100' : null,
    companyId: i < 10 ? 'c0' : null,
    owner: 0,
    createdAt: new Date(Date.UTC(2025, 0, 1 + i, 8, 0, 0)).toISOString(),
    systems: i === 59 ? (['hubspot'] as const) : (['salesforce'] as const),
    doNotContact: i === 5,
  })),
  orders: [
    order('w1', 'p0', 'order', '2025-03-01T10:00:00.000Z', '120.50', 'SO-1'),
    order('w2', 'p0', 'order', '2025-04-01T10:00:00.000Z', '80.00', null),
    order('w3', 'p1', 'order', '2025-05-01T10:00:00.000Z', '33.33', 'SO-3'),
    { ...order('w4', 'p0', 'refund', '2025-03-09T10:00:00.000Z', '20.50', 'SO-1'), refersTo: 'w1' },
    { ...order('w5', 'p1', 'cancel', '2025-05-03T10:00:00.000Z', '0', 'SO-3'), refersTo: 'w3' },
  ],
  events: [
    {
      id: 'e1',
      personId: 'p0',
      system: 'salesforce',
      channel: 'email',
      name: 'email_reply',
      at: '2025-03-02T09:00:00.000Z',
    },
    {
      id: 'e2',
      personId: 'p0',
      system: 'salesforce',
      channel: 'meeting',
      name: 'meeting_held',
      at: '2025-03-03T09:00:00.000Z',
    },
    {
      id: 'e3',
      personId: 'p1',
      system: 'salesforce',
      channel: 'support',
      name: 'case_opened',
      at: '2025-03-04T09:00:00.000Z',
    },
    {
      id: 'e4',
      personId: 'p1',
      system: 'salesforce',
      channel: 'task',
      name: 'call_done',
      at: '2025-03-05T09:00:00.000Z',
    },
  ],
};

function order(
  id: string,
  personId: string,
  kind: 'order' | 'refund' | 'cancel',
  at: string,
  amount: string,
  reference: string | null,
) {
  return {
    id,
    personId,
    kind,
    refersTo: null,
    at,
    amount,
    currency: 'USD',
    systems: ['salesforce'] as const,
    reference,
  };
}

interface Running {
  kernel: FullKernel;
  url: string;
  token: string;
  close(): Promise<void>;
}

async function start(world: World | null, stateDir: string | null = null): Promise<Running> {
  const kernel = createKernel({ ...OPTIONS, stateDir });
  kernel.setClock(START);
  const vendor = createSalesforce(kernel, OPTIONS);
  if (world !== null) seedSalesforce(kernel, world);
  const served: ServedVendor = await serveVendor(kernel, vendor, 0);
  const running: Running = {
    kernel,
    url: served.url,
    token: '',
    close: async () => {
      await vendor.close();
      await served.close();
      kernel.close();
    },
  };
  running.token = String(
    (await token(running, { grant_type: 'client_credentials', client_secret: 'sandbox-secret' })).body.access_token,
  );
  return running;
}

async function token(at: Running, form: Record<string, string>): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${at.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'sandbox-client', ...form }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: replies are looked into freely here
  body: any;
}

async function call(
  at: Running,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(at.url + path, {
    method,
    headers: { Authorization: `Bearer ${at.token}`, 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

const soql = (at: Running, q: string, path = 'query') => call(at, 'GET', `${V}/${path}?q=${encodeURIComponent(q)}`);
const connect = (at: Running) =>
  new jsforce.Connection({ instanceUrl: at.url, accessToken: at.token, version: '62.0', maxRequest: 4 });

/** The unique words of an answer: every path to a value with its type, lists merged. */
function shapeOf(value: unknown, path = '$', into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const each of value) shapeOf(each, `${path}[]`, into);
  else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) shapeOf(each, `${path}.${key}`, into);
  else if (value !== null) into.add(`${path}:${typeof value}`);
  return into;
}

function recording(name: string): Json | null {
  const path = `../shared/recordings/salesforce.${name}.json`;
  return existsSync(path) ? ((JSON.parse(readFileSync(path, 'utf8')) as { api: Json }).api as Json) : null;
}

/** Grants a field to the running user by a new permission set. */
async function grant(at: Running, object: string, fields: readonly string[]): Promise<string> {
  const name = `Grant_${createHash('sha1').update(fields.join()).digest('hex').slice(0, 8)}`;
  const set = (await call(at, 'POST', `${V}/sobjects/PermissionSet`, { Name: name, Label: name })).body.id as string;
  for (const field of fields) {
    const permission = {
      ParentId: set,
      SobjectType: object,
      Field: `${object}.${field}`,
      PermissionsRead: true,
      PermissionsEdit: true,
    };
    expect((await call(at, 'POST', `${V}/sobjects/FieldPermissions`, permission)).status).toBe(201);
  }
  const me = (await call(at, 'GET', '/services/oauth2/userinfo')).body.user_id as string;
  await call(at, 'POST', `${V}/sobjects/PermissionSetAssignment`, { PermissionSetId: set, AssigneeId: me });
  return set;
}

async function addField(at: Running, fullName: string, metadata: Json): Promise<Answer> {
  return call(at, 'POST', `${V}/tooling/sobjects/CustomField`, { FullName: fullName, Metadata: metadata });
}

let org: Running;
beforeAll(async () => {
  org = await start(WORLD);
});
afterAll(async () => {
  await org.close();
});

describe('ids', () => {
  test('an id of the recordings has the checksum the sandbox computes, and a lower-cased one is mended', () => {
    expect(withChecksum('003dM00001vWOXJ')).toBe('003dM00001vWOXJQA4');
    expect(withChecksum('0r8xx5R2sM3DgWh')).toBe('0r8xx5R2sM3DgWhASK');
    const id = makeId('003', 123_456);
    expect(normaliseId(id.toLowerCase())).toBe(id);
    expect(normaliseId('003dM00001vWOXJBA4')).toBeNull();
  });
});

describe('the seeded org', () => {
  test('people, sales and what came of them are on record, with the times of the facts', async () => {
    const { body } = await soql(
      org,
      "SELECT Id, Name, Email, AccountId, Account.Name, Owner.Email, CreatedDate, SystemModstamp FROM Contact WHERE Email = 'P0@mail.example'",
    );
    expect(body.totalSize).toBe(1);
    expect(body.records[0]).toMatchObject({
      attributes: { type: 'Contact', url: `${V}/sobjects/Contact/${body.records[0].Id}` },
      Name: 'First0 Last00',
      Account: { attributes: { type: 'Account' }, Name: 'Birch & Co' },
      Owner: { Email: 'ada@sales.example' },
      CreatedDate: '2025-01-01T08:00:00.000+0000',
      SystemModstamp: '2025-01-01T08:00:00.000+0000',
    });
    const won = await soql(
      org,
      'SELECT Name, Amount, Order_Reference__c, Refunded_Amount__c, Refunded_On__c, SystemModstamp, (SELECT ContactId, IsPrimary FROM OpportunityContactRoles) FROM Opportunity WHERE IsWon = true ORDER BY CloseDate',
    );
    expect(
      won.body.records.map((row: Json) => [
        row.Amount,
        row.Order_Reference__c,
        row.Refunded_Amount__c,
        row.Refunded_On__c,
      ]),
    ).toEqual([
      [120.5, 'SO-1', 20.5, '2025-03-09'],
      [80, null, null, null],
      [33.33, 'SO-3', 33.33, '2025-05-03'],
    ]);
    expect(won.body.records[0].SystemModstamp).toBe('2025-03-09T10:00:00.000+0000');
    expect(won.body.records[0].OpportunityContactRoles).toMatchObject({
      totalSize: 1,
      done: true,
      records: [{ IsPrimary: true }],
    });
    expect((await soql(org, 'SELECT COUNT() FROM Contact')).body).toEqual({ totalSize: 59, done: true, records: [] });
    expect(
      (await soql(org, 'SELECT COUNT() FROM Contact WHERE DoNotCall = true AND HasOptedOutOfEmail = true')).body
        .totalSize,
    ).toBe(1);
    const tasks = await soql(
      org,
      'SELECT Subject, TaskSubtype, Status, IsClosed, AccountId, Who.Name FROM Task ORDER BY Subject',
    );
    expect(tasks.body.records.map((row: Json) => [row.Subject, row.TaskSubtype, row.IsClosed])).toEqual([
      ['Call done', 'Task', true],
      ['Email reply', 'Email', true],
    ]);
    expect(tasks.body.records[1].Who).toMatchObject({ attributes: { type: 'Contact' }, Name: 'First0 Last00' });
    expect((await soql(org, 'SELECT COUNT() FROM Event')).body.totalSize).toBe(1);
    expect((await soql(org, 'SELECT CaseNumber, IsClosed FROM Case')).body.records[0]).toMatchObject({
      CaseNumber: '00000001',
      IsClosed: false,
    });
  });
});

describe('SOQL', () => {
  const count = async (where: string) =>
    (await soql(org, `SELECT COUNT() FROM Contact WHERE ${where}`)).body.totalSize as number;

  test('conditions mean what they mean at Salesforce', async () => {
    expect(await count("LastName = 'o\\'neil'")).toBe(1);
    expect(await count("lastname LIKE 'LAST0_'")).toBe(9);
    expect(await count("Email LIKE '%5@mail.example' AND NOT LastName = 'Last05'")).toBe(5);
    expect(await count('Phone = null')).toBe(29);
    expect(await count("Phone != 'x'")).toBe(59);
    expect(await count("LastName IN ('Last01', 'last02', null)")).toBe(2);
    expect(await count("LastName NOT IN ('Last01')")).toBe(58);
    expect(await count("(LastName = 'Last01' OR LastName = 'Last02') AND AccountId != null")).toBe(2);
    expect(await count("Account.Name = 'Birch & Co'")).toBe(10);
    expect(await count('CreatedDate >= 2025-02-20T08:00:00Z')).toBe(9);
    expect(await count('CreatedDate >= 2025-02-20T08:00:00.000Z AND CreatedDate < 2025-02-22T09:00:00+01:00')).toBe(2);
  });

  test('order, nulls, limit and offset', async () => {
    const { body } = await soql(
      org,
      'select id, phone from contact order by Phone desc nulls last, LastName desc limit 2 offset 1',
    );
    expect(body.records).toHaveLength(2);
    expect(Object.keys(body.records[0])).toEqual(['attributes', 'Id', 'Phone']);
    expect(body.records[0].Phone).toBe('+1 555 0100');
  });

  test.each([
    ['SELECT Id FROM Contact WHERE SystemModstamp >= 2026-05-01T07:25:37.000+0000', 'MALFORMED_QUERY', '+0000'],
    ['SELECT Id FROM Contact WHERE SystemModstamp >= 2026-05-01T07:25:37', 'MALFORMED_QUERY', 'viable'],
    [
      "SELECT Id FROM Contact WHERE SystemModstamp >= '2026-05-01T07:25:37Z'",
      'INVALID_FIELD',
      'must be of type dateTime and should not be enclosed in quotes',
    ],
    ['SELECT Id FROM Contact WHERE SystemModstamp >= 2026-05-01', 'INVALID_FIELD', 'must be of type dateTime'],
    [
      'SELECT Id, Nope__c FROM Contact',
      'INVALID_FIELD',
      "No such column 'Nope__c' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the '__c'",
    ],
    ['SELECT Id FROM Nope', 'INVALID_TYPE', "sObject type 'Nope' is not supported."],
    ['SELECT Nope.Name FROM Contact', 'INVALID_FIELD', "Didn't understand relationship 'Nope' in field path."],
    ['SELECT Id FROM Contact WHERE a = 1 AND b = 2 OR c = 3', 'MALFORMED_QUERY', "unexpected token: 'OR'"],
    ['SELECT FROM Contact', 'MALFORMED_QUERY', 'unexpected token'],
    ["SELECT Id FROM Contact WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: x'],
    [
      "SELECT Id FROM Contact WHERE Description = 'x'",
      'INVALID_FIELD',
      "field 'Description' can not be filtered in a query call",
    ],
  ])('%s is refused', async (query, errorCode, words) => {
    const { status, body } = await soql(org, query);
    expect(status).toBe(400);
    expect(body[0].errorCode).toBe(errorCode);
    expect(body[0].message).toContain(words);
    expect(body[0].message).toMatch(/ERROR at Row:1:Column:\d+/);
  });

  test('groups and their aggregates are named by alias, field or expr0 and on, and add up', async () => {
    const { body } = await soql(
      org,
      "SELECT Account.Name, COUNT(Id), COUNT(Phone) phones FROM Contact WHERE Account.Name = 'Birch & Co' GROUP BY Account.Name",
    );
    expect(body).toEqual({
      totalSize: 1,
      done: true,
      records: [{ attributes: { type: 'AggregateResult' }, Name: 'Birch & Co', expr0: 10, phones: expect.any(Number) }],
    });
    const years = await soql(
      org,
      'SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Contact GROUP BY CALENDAR_YEAR(CreatedDate)',
    );
    const counted = (years.body.records as { n: number }[]).reduce((sum, each) => sum + each.n, 0);
    expect(counted).toBe(59);
    expect((await soql(org, 'SELECT COUNT(Id) n FROM Contact WHERE LastName = null')).body.records).toMatchObject([
      { n: 0 },
    ]);
    for (const query of ['SELECT LastName, COUNT(Id) FROM Contact', 'SELECT LastName name FROM Contact']) {
      expect((await soql(org, query)).body[0].errorCode).toBe('MALFORMED_QUERY');
    }
  });

  test('what the sandbox does not know is 501 and says so', async () => {
    for (const query of [
      'SELECT MAX(CreatedDate) FROM Contact',
      'SELECT Id FROM Contact WHERE CreatedDate = TODAY',
      'SELECT COUNT(Id) FROM Contact GROUP BY LastName HAVING COUNT(Id) > 1',
    ]) {
      expect((await soql(org, query)).status).toBe(501);
    }
    const path = await call(org, 'GET', `${V}/chatter/feeds`);
    expect(path.status).toBe(501);
    expect(path.body[0].message).toContain('/chatter/feeds');
  });

  test('long answers come in pages whose locator ends in the offset; batchSize is kept between 200 and 2,000', async () => {
    await call(org, 'POST', '/_sandbox/salesforce/settings', { queryPageRows: 25 });
    const first = await soql(org, 'SELECT Id FROM Contact ORDER BY Id');
    expect(first.body).toMatchObject({ totalSize: 59, done: false });
    expect(first.body.nextRecordsUrl).toMatch(/^\/services\/data\/v62\.0\/query\/0r8\w{15}-25$/);
    const second = await call(org, 'GET', first.body.nextRecordsUrl);
    const third = await call(org, 'GET', second.body.nextRecordsUrl);
    expect(third.body).toMatchObject({ totalSize: 59, done: true });
    expect(third.body.nextRecordsUrl).toBeUndefined();
    const ids = [first, second, third].flatMap((page) => page.body.records.map((row: Json) => row.Id));
    expect(new Set(ids).size).toBe(59);
    await call(org, 'POST', '/_sandbox/salesforce/settings', { queryPageRows: null });
    expect((await call(org, 'GET', `${V}/query/0r8SB0000000zzzAAA-25`)).body[0].errorCode).toBe(
      'INVALID_QUERY_LOCATOR',
    );
  });
});

describe('OAuth', () => {
  const redirectUri = 'http://127.0.0.1:9/callback';
  const refresh = (at: Running, refreshToken: string) =>
    token(at, { grant_type: 'refresh_token', refresh_token: refreshToken });

  async function authorized(at: Running): Promise<Json> {
    const verifier = 'v'.repeat(64);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'sandbox-client',
      redirect_uri: redirectUri,
      state: 's1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const target = await decide(`${at.url}/services/oauth2/authorize?${query}`);
    expect(target.searchParams.get('state')).toBe('s1');
    const code = target.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    expect((await token(at, { ...form, code_verifier: 'wrong' })).body).toEqual({
      error: 'invalid_grant',
      error_description: 'invalid code verifier',
    });
    const first = await token(at, { ...form, code_verifier: verifier });
    expect(first.status).toBe(200);
    expect((await token(at, { ...form, code_verifier: verifier })).body.error).toBe('invalid_grant');
    return first.body;
  }

  test('a code with PKCE gives tokens without expires_in; the identity URL names organisation and user', async () => {
    const reply = await authorized(org);
    expect(Object.keys(reply).sort()).toEqual([
      'access_token',
      'id',
      'instance_url',
      'issued_at',
      'refresh_token',
      'scope',
      'signature',
      'token_type',
    ]);
    expect(reply.id).toMatch(/\/id\/00D\w{15}\/005\w{15}$/);
    const identity = await fetch(String(reply.id), {
      headers: { Authorization: `Bearer ${reply.access_token}` },
    });
    expect(await identity.json()).toMatchObject({ username: 'integration@sandbox.example' });
  });

  test('a refresh rotates the token, and using an old one again ends the family', async () => {
    const reply = await authorized(org);
    const second = await refresh(org, String(reply.refresh_token));
    const third = await refresh(org, String(second.body.refresh_token));
    expect(third.status).toBe(200);
    expect(third.body.refresh_token).not.toBe(reply.refresh_token);
    const reused = await refresh(org, String(reply.refresh_token));
    expect(reused).toEqual({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'expired access/refresh token' },
    });
    expect((await refresh(org, String(third.body.refresh_token))).status).toBe(400);
    const withAccess = { ...org, token: String(third.body.access_token) };
    expect((await soql(withAccess, 'SELECT Id FROM Contact LIMIT 1')).status).toBe(401);
  });

  test('of two simultaneous refreshes one is turned away as being processed, and the family lives on', async () => {
    const reply = await authorized(org);
    const both = await Promise.all([1, 2].map(() => refresh(org, String(reply.refresh_token))));
    const [won] = both.filter((each) => each.status === 200);
    const [lost] = both.filter((each) => each.status === 400);
    expect(lost?.body.error_description).toBe('expired authorization code');
    expect((await refresh(org, String(won?.body.refresh_token))).status).toBe(200);
  });

  test('an expired or revoked access token is 401 INVALID_SESSION_ID', async () => {
    const own = await start(null);
    try {
      expect((await soql(own, 'SELECT Id FROM User')).status).toBe(200);
      own.kernel.setClock(new Date(START.getTime() + 601_000));
      const late = await soql(own, 'SELECT Id FROM User');
      expect([late.status, late.body]).toEqual([
        401,
        [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
      ]);
      own.kernel.setClock(START);
      await fetch(`${own.url}/services/oauth2/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ token: own.token }),
      });
      expect((await soql(own, 'SELECT Id FROM User')).status).toBe(401);
      const about = await fetch(`${own.url}/services/oauth2/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token: own.token, client_id: 'sandbox-client', client_secret: 'sandbox-secret' }),
      });
      expect(await about.json()).toEqual({ active: false });
    } finally {
      await own.close();
    }
  });

  test('a JWT is taken for a known user, in time, for the right audience, and with the registered key only', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const assertion = (claims: Json, key = privateKey) => {
      const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${part({ alg: 'RS256' })}.${part(claims)}`;
      return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
    };
    const claims = {
      iss: 'jwt-app',
      sub: 'integration@sandbox.example',
      aud: 'https://login.salesforce.com',
      exp: START.getTime() / 1000 + 180,
    };
    const ask = async (text: string) =>
      token(org, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: text });
    expect((await ask(assertion(claims))).body.error).toBe('invalid_client_id');
    await call(org, 'POST', '/_sandbox/salesforce/connected-app', {
      clientId: 'jwt-app',
      publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }),
    });
    const good = await ask(assertion(claims));
    expect(Object.keys(good.body).sort()).toEqual(['access_token', 'id', 'instance_url', 'scope', 'token_type']);
    expect((await ask(assertion({ ...claims, exp: START.getTime() / 1000 - 1 }))).body.error_description).toBe(
      'expired authorization code',
    );
    expect((await ask(assertion({ ...claims, aud: 'https://x.example' }))).body.error_description).toBe(
      'audience is invalid',
    );
    expect((await ask(assertion({ ...claims, sub: 'nobody@x.example' }))).body.error_description).toBe(
      "user hasn't approved this consumer",
    );
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect((await ask(assertion(claims, other))).body.error_description).toBe('invalid assertion');
    expect((await token(org, { grant_type: 'client_credentials', client_secret: 'wrong' })).body.error).toBe(
      'invalid_client',
    );
  });
});

describe('custom fields', () => {
  test('a field made by API is invisible until field permissions grant it, and gone with its values when deleted', async () => {
    const metadata = { label: 'Score', type: 'Number', precision: 18, scale: 2 };
    const made = await addField(org, 'Contact.Score__c', metadata);
    expect([made.status, made.body.success]).toEqual([201, true]);
    const again = await addField(org, 'Contact.Score__c', metadata);
    expect([again.status, again.body[0].errorCode]).toEqual([400, 'DUPLICATE_DEVELOPER_NAME']);
    const [{ Id: id }] = (await soql(org, 'SELECT Id FROM Contact LIMIT 1')).body.records;
    const write = (value: unknown) => call(org, 'PATCH', `${V}/sobjects/Contact/${id}`, { Score__c: value });
    const described = async () =>
      (await call(org, 'GET', `${V}/sobjects/Contact/describe`)).body.fields.find(
        (field: Json) => field.name === 'Score__c',
      );
    expect((await write(1)).body).toEqual([
      { message: "No such column 'Score__c' on sobject of type Contact", errorCode: 'INVALID_FIELD' },
    ]);
    expect((await soql(org, 'SELECT Score__c FROM Contact')).body[0].errorCode).toBe('INVALID_FIELD');
    expect(await described()).toBeUndefined();
    const set = await grant(org, 'Contact', ['Score__c']);
    expect(await described()).toMatchObject({
      type: 'double',
      precision: 18,
      scale: 2,
      custom: true,
      createable: true,
      updateable: true,
      calculated: false,
    });
    expect((await write(0)).status).toBe(204);
    expect((await soql(org, 'SELECT Score__c FROM Contact WHERE Score__c = 0')).body.totalSize).toBe(1);
    const twice = await call(org, 'POST', `${V}/sobjects/FieldPermissions`, {
      ParentId: set,
      SobjectType: 'Contact',
      Field: 'Contact.Score__c',
      PermissionsRead: true,
    });
    expect(twice.body[0].errorCode).toBe('DUPLICATE_VALUE');
    const assigned = await call(org, 'DELETE', `${V}/sobjects/PermissionSet/${set}`);
    expect(assigned.body[0].errorCode).toBe('DELETE_FAILED');
    const found = await call(
      org,
      'GET',
      `${V}/tooling/query?q=${encodeURIComponent("SELECT Id, FullName FROM CustomField WHERE DeveloperName = 'Score' AND TableEnumOrId = 'Contact'")}`,
    );
    expect(found.body.records[0]).toMatchObject({ Id: made.body.id, FullName: 'Contact.Score__c' });
    expect((await call(org, 'DELETE', `${V}/tooling/sobjects/CustomField/${made.body.id}`)).status).toBe(204);
    expect((await write(1)).status).toBe(400);
    await addField(org, 'Contact.Score__c', metadata);
    expect((await soql(org, "SELECT Id FROM FieldPermissions WHERE Field = 'Contact.Score__c'")).body.totalSize).toBe(
      0,
    );
  });

  test('activity fields are made on Activity and appear on tasks and events', async () => {
    expect((await addField(org, 'Task.Marker__c', { label: 'Marker', type: 'Text', length: 64 })).status).toBe(400);
    expect((await addField(org, 'Activity.Marker__c', { label: 'Marker', type: 'Text', length: 64 })).status).toBe(201);
    await grant(org, 'Task', ['Marker__c']);
    const task = await call(org, 'POST', `${V}/sobjects/Task`, { Subject: 'Call', Marker__c: 'k1' });
    expect(task.status).toBe(201);
    const { body } = await soql(org, "SELECT Id, Status, Priority, OwnerId FROM Task WHERE Marker__c = 'k1'");
    expect(body.records[0]).toMatchObject({ Id: task.body.id, Status: 'Not Started', Priority: 'Normal' });
    expect(org.kernel.log.since(0).at(-1)?.note.operation).toBe('read-back');
  });
});

describe('writing', () => {
  test.each([
    ['Contact', { FirstName: 'X' }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]'],
    ['Contact', { LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG', '(max length=80)'],
    ['Contact', { LastName: 'x', Email: 'no' }, 'INVALID_EMAIL_ADDRESS', 'invalid email address: no'],
    [
      'Contact',
      { LastName: 'x', Name: 'y' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: Name.',
    ],
    ['Contact', { LastName: 'x', DoNotCall: 'perhaps' }, 'JSON_PARSER_ERROR', 'Cannot deserialize instance of boolean'],
    ['Task', { Status: null }, 'REQUIRED_FIELD_MISSING', '[Status]'],
    [
      'Task',
      { TaskSubtype: 'Fax' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'bad value for restricted picklist field: Fax',
    ],
    ['Task', { WhoId: 'zzz' }, 'MALFORMED_ID', 'id value of incorrect type'],
    ['Task', { WhoId: makeId('003', 9_999_999) }, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'],
    ['Opportunity', { Name: 'x', StageName: 'Closed Won' }, 'REQUIRED_FIELD_MISSING', '[CloseDate]'],
    ['Opportunity', { Name: 'x', StageName: 'Closed Won', CloseDate: '2025-02-30' }, 'JSON_PARSER_ERROR', 'date'],
  ])('a %s of %j is refused', async (object, input, errorCode, words) => {
    const { status, body } = await call(org, 'POST', `${V}/sobjects/${object}`, input);
    expect([status, body[0].errorCode]).toEqual([400, errorCode]);
    expect(body[0].message).toContain(words);
  });

  test('a write moves the stamps, a delete goes to the recycle bin and only queryAll sees it', async () => {
    org.kernel.setClock(new Date('2026-06-01T12:05:09.900Z'));
    const { body } = await call(org, 'POST', `${V}/sobjects/Contact`, {
      LastName: 'Fresh',
      Email: 'fresh@mail.example',
    });
    const path = `${V}/sobjects/Contact/${body.id}`;
    expect((await call(org, 'GET', `${path}?fields=Name,SystemModstamp`)).body).toMatchObject({
      Name: 'Fresh',
      SystemModstamp: '2026-06-01T12:05:09.000+0000',
    });
    org.kernel.setClock(new Date('2026-06-01T12:06:00.000Z'));
    expect((await call(org, 'PATCH', path.slice(0, -3), { Title: 'CEO' })).status).toBe(204);
    expect((await call(org, 'GET', path)).body).toMatchObject({
      Title: 'CEO',
      CreatedDate: '2026-06-01T12:05:09.000+0000',
      LastModifiedDate: '2026-06-01T12:06:00.000+0000',
    });
    expect((await call(org, 'DELETE', path)).status).toBe(204);
    const patched = await call(org, 'PATCH', path, { Title: 'x' });
    expect([patched.status, patched.body[0].errorCode]).toEqual([404, 'ENTITY_IS_DELETED']);
    const q = "SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Email = 'fresh@mail.example'";
    expect((await soql(org, q)).body.totalSize).toBe(0);
    expect((await soql(org, q, 'queryAll')).body.records[0]).toMatchObject({ IsDeleted: true, MasterRecordId: null });
    org.kernel.setClock(START);
  });

  test('upsert by external id creates, updates, and says 300 when two records match', async () => {
    await addField(org, 'Account.Key__c', { label: 'Key', type: 'Text', length: 40, externalId: true });
    await grant(org, 'Account', ['Key__c']);
    const path = `${V}/sobjects/Account/Key__c/a-1`;
    const created = await call(org, 'PATCH', path, { Name: 'One' });
    expect([created.status, created.body.created]).toEqual([201, true]);
    const updated = await call(org, 'PATCH', path, { Name: 'One and a half' });
    expect([updated.status, updated.body.created, updated.body.id]).toEqual([200, false, created.body.id]);
    await call(org, 'POST', `${V}/sobjects/Account`, { Name: 'Twin', Key__c: 'a-1' });
    const several = await call(org, 'PATCH', path, { Name: 'x' });
    expect([several.status, several.body.length]).toEqual([300, 2]);
    const rows = await call(org, 'PATCH', `${V}/composite/sobjects/Account/Key__c`, {
      records: [
        { attributes: { type: 'Account' }, Key__c: 'a-2', Name: 'Two' },
        { attributes: { type: 'Account' }, Name: 'No key' },
      ],
    });
    expect(rows.body[0]).toMatchObject({ success: true, created: true, errors: [] });
    expect(rows.body[1]).toEqual({
      success: false,
      created: false,
      errors: [{ statusCode: 'MISSING_ARGUMENT', message: 'Key__c not specified', fields: [] }],
    });
    expect((await call(org, 'PATCH', `${V}/composite/sobjects/Account/Website`, { records: [] })).status).toBe(404);
  });

  test('a collection answers 200 with a result per row, in order; allOrNone takes the good rows back', async () => {
    const good = (Title: string | null) => ({ attributes: { type: 'Contact' }, id: ids[0], Title });
    const ids = (await soql(org, 'SELECT Id FROM Contact ORDER BY Email LIMIT 3')).body.records.map((row: Json) =>
      String(row.Id),
    );
    const bad = { attributes: { type: 'Contact' }, id: ids[1], Title: 'x'.repeat(200) };
    const missing = { attributes: { type: 'Contact' }, id: makeId('003', 8_888_888), Title: 'x' };
    const some = await call(org, 'PATCH', `${V}/composite/sobjects`, { records: [good('A'), bad, missing] });
    expect(some.status).toBe(200);
    expect(some.body[0]).toEqual({ id: ids[0], success: true, errors: [] });
    expect(some.body[1]).toMatchObject({
      success: false,
      errors: [{ statusCode: 'STRING_TOO_LONG', fields: ['Title'] }],
    });
    expect(some.body[1].id).toBeUndefined();
    expect(some.body[2].errors[0].statusCode).toBe('INVALID_CROSS_REFERENCE_KEY');
    const all = await call(org, 'PATCH', `${V}/composite/sobjects`, { allOrNone: true, records: [good('B'), bad] });
    expect(all.body.map((row: { errors: Json[] }) => row.errors[0]?.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'STRING_TOO_LONG',
    ]);
    expect((await call(org, 'GET', `${V}/sobjects/Contact/${ids[0]}?fields=Title`)).body.Title).toBe('A');
    const many = Array.from({ length: 201 }, () => good(null));
    expect((await call(org, 'PATCH', `${V}/composite/sobjects`, { records: many })).body[0].errorCode).toBe(
      'EXCEEDED_ID_LIMIT',
    );
    const doomed = await call(org, 'POST', `${V}/composite/sobjects`, {
      records: [{ attributes: { type: 'Contact' }, LastName: 'Doomed' }],
    });
    const gone = await call(org, 'DELETE', `${V}/composite/sobjects?ids=${doomed.body[0].id}&allOrNone=false`);
    expect(gone.body).toEqual([{ id: doomed.body[0].id, success: true, errors: [] }]);
  });

  test('planted row faults hit the rows they name', async () => {
    const ids = (await soql(org, 'SELECT Id FROM Contact ORDER BY Email LIMIT 2')).body.records.map((row: Json) =>
      String(row.Id),
    );
    const update = () =>
      call(org, 'PATCH', `${V}/composite/sobjects`, {
        records: ids.map((id: string) => ({ attributes: { type: 'Contact' }, id, Department: 'Sales' })),
      });
    const plant = (fault: Json) =>
      call(org, 'POST', '/_sandbox/faults', { vendor: 'salesforce', path: 'composite/sobjects', times: 1, ...fault });
    await plant({ kind: 'row-lock', ids: [ids[1]] });
    const locked = await update();
    expect(locked.body.map((row: Json) => row.success)).toEqual([true, false]);
    expect(locked.body[1].errors[0].statusCode).toBe('UNABLE_TO_LOCK_ROW');
    expect(org.kernel.log.since(0).at(-1)).toMatchObject({
      fault: 'row-lock',
      note: { operation: 'write', object: 'Contact', ids },
    });
    await plant({ kind: 'bad-row' });
    expect((await update()).body[0].errors[0].statusCode).toBe('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    await plant({ kind: 'partial-batch' });
    expect((await update()).body.map((row: Json) => row.success)).toEqual([false, true]);
    expect((await update()).body.every((row: Json) => row.success)).toBe(true);
    await plant({ kind: 'status', status: 503 });
    expect((await update()).body).toMatchObject([{ errorCode: 'SERVER_UNAVAILABLE' }]);
  });
});

describe('Bulk 2.0', () => {
  const bulk = async (at: Running, operation: string, object: string, csv: string, more: Json = {}) => {
    const job = (
      await call(at, 'POST', `${V}/jobs/ingest`, { operation, object, contentType: 'CSV', lineEnding: 'LF', ...more })
    ).body;
    expect(job).toMatchObject({
      state: 'Open',
      contentUrl: `services/data/v62.0/jobs/ingest/${job.id}/batches`,
      apiVersion: 62,
    });
    expect((await call(at, 'PUT', `/${job.contentUrl}`, csv, { 'Content-Type': 'text/csv' })).status).toBe(201);
    expect((await call(at, 'PATCH', `${V}/jobs/ingest/${job.id}`, { state: 'UploadComplete' })).body.state).toBe(
      'UploadComplete',
    );
    const path = `${V}/jobs/ingest/${job.id}`;
    expect((await call(at, 'GET', path)).body.state).toBe('InProgress');
    const info = (await call(at, 'GET', path)).body;
    const read = async (which: string) => (await call(at, 'GET', `${path}/${which}`)).text;
    return {
      info,
      path,
      successful: await read('successfulResults'),
      failed: await read('failedResults'),
      unprocessed: await read('unprocessedrecords'),
    };
  };

  test('a query job goes through its states and hands out pages that can be read again, under its own version only', async () => {
    await call(org, 'POST', '/_sandbox/salesforce/settings', { bulkPageRows: 20 });
    const created = (
      await call(org, 'POST', `${V}/jobs/query`, {
        operation: 'query',
        query: 'SELECT Id, Name, Account.Name, CreatedDate FROM Contact ORDER BY Id',
      })
    ).body;
    expect(created).toMatchObject({
      operation: 'query',
      object: 'Contact',
      state: 'UploadComplete',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    });
    const path = `${V}/jobs/query/${created.id}`;
    expect((await call(org, 'GET', `${path}/results`)).status).toBe(400);
    expect((await call(org, 'GET', path)).body.state).toBe('InProgress');
    const info = (await call(org, 'GET', path)).body;
    expect(info).toMatchObject({ state: 'JobComplete', jobType: 'V2Query' });
    expect((await call(org, 'GET', path.replace('v62', 'v61'))).status).toBe(409);
    const pages: Answer[] = [];
    for (let locator = ''; locator !== 'null'; ) {
      const page = await call(
        org,
        'GET',
        `${path}/results?maxRecords=1000${locator === '' ? '' : `&locator=${locator}`}`,
      );
      pages.push(page);
      locator = page.headers.get('sforce-locator') ?? 'null';
    }
    expect(pages.length).toBeGreaterThanOrEqual(3);
    const lines = pages.flatMap((page) => page.text.trim().split('\n').slice(1));
    expect(lines).toHaveLength(info.numberRecordsProcessed);
    expect(pages[0]?.text.split('\n')[0]).toBe('"Id","Name","Account.Name","CreatedDate"');
    expect(lines[0]).toMatch(/^"003\w{15}","First0 Last00","Birch & Co","2025-01-01T08:00:00.000Z"$/);
    expect(pages.map((page) => page.headers.get('sforce-numberofrecords'))).toEqual(expect.arrayContaining(['20']));
    const again = await call(
      org,
      'GET',
      `${path}/results?maxRecords=1000&locator=${pages[0]?.headers.get('sforce-locator')}`,
    );
    expect(again.text).toBe(pages[1]?.text);
    expect((await call(org, 'DELETE', path)).status).toBe(204);
    await call(org, 'POST', '/_sandbox/salesforce/settings', { bulkPageRows: null });
    expect(
      (await call(org, 'POST', `${V}/jobs/query`, { operation: 'query', query: 'SELECT COUNT() FROM Contact' })).status,
    ).toBe(400);
  });

  test('an ingest job tells written, failed and unprocessed rows apart', async () => {
    const ids = (await soql(org, 'SELECT Id FROM Contact ORDER BY Email LIMIT 3')).body.records.map((row: Json) =>
      String(row.Id),
    );
    const csv = `Id,Title,Department\n${ids[0]},"Head, ""Ops""\n2",#N/A\n${ids[1]},${'x'.repeat(200)},\n`;
    const done = await bulk(org, 'update', 'Contact', csv);
    expect(done.info).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 2,
      numberRecordsFailed: 1,
      jobType: 'V2Ingest',
    });
    expect(done.successful).toContain(`"${ids[0]}","false"`);
    expect(done.failed.split('\n')[0]).toBe('"sf__Id","sf__Error","Id","Title","Department"');
    expect(done.failed).toContain('STRING_TOO_LONG:Title: data value too large');
    expect(done.unprocessed).toBe('"Id","Title","Department"\n');
    expect((await call(org, 'GET', `${V}/sobjects/Contact/${ids[0]}`)).body).toMatchObject({
      Title: 'Head, "Ops"\n2',
      Department: null,
    });
    const unknown = await bulk(org, 'update', 'Contact', `Id,Nope__c\n${ids[0]},1\n`);
    expect(unknown.info).toMatchObject({
      state: 'Failed',
      errorMessage: 'InvalidBatch : Field name not found : Nope__c',
    });
    expect(unknown.unprocessed).toBe(`"Id","Nope__c"\n"${ids[0]}","1"\n`);
    expect((await bulk(org, 'update', 'Contact', `Id,Title\r\n${ids[0]},x\r\n`)).info.errorMessage).toContain(
      'LineEnding is invalid on user data',
    );
    await call(org, 'POST', '/_sandbox/faults', {
      vendor: 'salesforce',
      kind: 'partial-batch',
      method: 'PATCH',
      path: 'jobs/ingest',
      ids: [ids[2]],
    });
    const cut = await bulk(org, 'update', 'Contact', `Id,Title\n${ids[1]},a\n${ids[2]},b\n`);
    expect([cut.info.state, cut.unprocessed]).toEqual(['Failed', `"Id","Title"\n"${ids[2]}","b"\n`]);
    const key = await bulk(org, 'upsert', 'Account', 'Key__c,Name\nb-1,New one\n', { externalIdFieldName: 'Key__c' });
    expect(key.successful).toMatch(/"001\w{15}","true","b-1","New one"/);
  });
});

describe('cadences', () => {
  test('a target is enrolled once; users without Sales Engagement are refused', async () => {
    const [{ Id: contact, OwnerId: owner }] = (await soql(org, 'SELECT Id, OwnerId FROM Contact LIMIT 1')).body.records;
    const enrol = (more: Json = {}) =>
      call(org, 'POST', `${V}/actions/standard/assignTargetToSalesCadence`, {
        inputs: [{ salesCadenceNameOrId: 'Win back', targetId: contact, ...more }],
      });
    expect((await enrol()).body).toMatchObject([
      { actionName: 'assignTargetToSalesCadence', isSuccess: true, errors: null },
    ]);
    expect((await enrol()).body).toMatchObject([
      { isSuccess: false, errors: [{ message: 'This target is already assigned to a cadence' }] },
    ]);
    expect((await enrol({ salesCadenceNameOrId: 'Nope' })).body[0].isSuccess).toBe(false);
    const tracker = await soql(
      org,
      `SELECT State, ActionCadence.Name FROM ActionCadenceTracker WHERE TargetId = '${contact}'`,
    );
    expect(tracker.body.records).toMatchObject([{ State: 'Running', ActionCadence: { Name: 'Win back' } }]);
    const licence = await soql(
      org,
      `SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '${owner}' AND PermissionSet.Name = 'SalesEngagementUser'`,
    );
    await call(org, 'DELETE', `${V}/sobjects/PermissionSetAssignment/${licence.body.records[0].Id}`);
    expect((await enrol({ userId: owner })).body[0].errors[0].statusCode).toBe('INSUFFICIENT_ACCESS');
  });
});

describe('what users do', () => {
  const received: string[] = [];
  let refusals = 1;
  let listener: Server;
  beforeAll(async () => {
    listener = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        received.push(Buffer.concat(chunks).toString('utf8'));
        refusals -= 1;
        res
          .setHeader('Content-Type', 'text/xml')
          .end(`<e><notificationsResponse><Ack>${refusals < 0}</Ack></notificationsResponse></e>`);
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => listener.close(resolve)));

  test('a change is told by outbound message until it is acknowledged', async () => {
    const targetUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`;
    const subscribed = await call(org, 'POST', '/_sandbox/salesforce/outbound', {
      targetUrl,
      organizationId: '00Dxx0000000001',
      object: 'Opportunity',
      fields: ['Amount', 'name'],
    });
    expect(subscribed.status).toBe(200);
    const [{ Id: id, OwnerId: owner }] = (
      await soql(org, "SELECT Id, OwnerId FROM Opportunity WHERE Order_Reference__c = 'SO-1'")
    ).body.records;
    const changed = await call(org, 'POST', '/_sandbox/salesforce/change', {
      object: 'Opportunity',
      id,
      fields: { Amount: 99, Name: 'A & B' },
    });
    expect(changed.body).toEqual({ id });
    await expect.poll(() => received.length, { timeout: 5000 }).toBe(2);
    expect(received[1]).toBe(received[0]);
    expect(received[0]).toContain('<OrganizationId>00Dxx0000000001</OrganizationId>');
    expect(received[0]).toContain(`<sf:Id>${id}</sf:Id><sf:Amount>99</sf:Amount><sf:Name>A &amp; B</sf:Name>`);
    expect(
      (await call(org, 'GET', `${V}/sobjects/Opportunity/${id}?fields=LastModifiedById`)).body.LastModifiedById,
    ).toBe(owner);
    await expect.poll(() => org.kernel.counts()['salesforce.outboundPending'], { timeout: 5000 }).toBe(0);
  });

  test('a merge leaves the loser deleted with its master, and what pointed at it points at the master', async () => {
    const byEmail = async (email: string) =>
      (await soql(org, `SELECT Id FROM Contact WHERE Email = '${email}'`)).body.records[0].Id as string;
    const [master, loser] = [await byEmail('p0@mail.example'), await byEmail('p1@mail.example')];
    const before = (await soql(org, `SELECT COUNT() FROM OpportunityContactRole WHERE ContactId = '${master}'`)).body
      .totalSize;
    expect(
      (await call(org, 'POST', '/_sandbox/salesforce/merge', { objectType: 'Contact', masterId: master, ids: [loser] }))
        .body,
    ).toEqual({ success: true });
    const gone = await soql(
      org,
      `SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE MasterRecordId = '${master}'`,
      'queryAll',
    );
    expect(gone.body.records).toMatchObject([{ Id: loser, IsDeleted: true, MasterRecordId: master }]);
    expect(
      (await soql(org, `SELECT COUNT() FROM OpportunityContactRole WHERE ContactId = '${master}'`)).body.totalSize,
    ).toBeGreaterThan(before);
  });
});

describe('limits', () => {
  test('each data call says what is used; beyond the allocation it is 403 REQUEST_LIMIT_EXCEEDED', async () => {
    const own = await start(null);
    try {
      await call(own, 'POST', '/_sandbox/salesforce/settings', { dailyApiRequests: 2 });
      expect((await call(own, 'GET', `${V}/limits`)).headers.get('sforce-limit-info')).toBe('api-usage=1/2');
      expect((await call(own, 'GET', `${V}/limits`)).body.DailyApiRequests).toEqual({ Max: 2, Remaining: 0 });
      const beyond = await call(own, 'GET', `${V}/limits`);
      expect([beyond.status, beyond.body]).toEqual([
        403,
        [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
      ]);
      const versions = await fetch(`${own.url}/services/data`);
      expect(versions.headers.get('sforce-limit-info')).toBeNull();
      expect(await versions.json()).toContainEqual({ label: "Winter '25", url: V, version: '62.0' });
      expect((await call(own, 'GET', '/services/data/v99.0/limits')).status).toBe(403);
    } finally {
      await own.close();
    }
  });
});

describe('unmodified jsforce', () => {
  test('reads pages with queryMore, describes, and knows who it is', async () => {
    const conn = connect(org);
    await call(org, 'POST', '/_sandbox/salesforce/settings', { queryPageRows: 30 });
    const first = await conn.query<{ Id: string }>('SELECT Id FROM Contact ORDER BY Id');
    expect(first.done).toBe(false);
    const second = await conn.queryMore<{ Id: string }>(first.nextRecordsUrl ?? '');
    expect(second.records[0]?.Id).not.toBe(first.records[0]?.Id);
    await call(org, 'POST', '/_sandbox/salesforce/settings', { queryPageRows: null });
    const all = await conn.query("SELECT Id FROM Contact WHERE Email = 'p1@mail.example'", { scanAll: true });
    expect(all.totalSize).toBe(1);
    const described = await conn.sobject('Opportunity').describe();
    expect(described.fields.find((field) => field.name === 'IsWon')).toMatchObject({
      type: 'boolean',
      calculated: true,
      updateable: false,
    });
    expect((await conn.describeGlobal()).sobjects.map((object) => object.name)).toContain('Contact');
    expect(conn.limitInfo.apiUsage?.limit).toBe(100_000);
    expect((await conn.limits()).DailyApiRequests?.Max).toBe(100_000);
    expect((await conn.identity()).username).toBe('integration@sandbox.example');
  });

  test('creates, updates and deletes through collections, 450 rows with allowRecursive in three calls', async () => {
    const conn = connect(org);
    const rows = Array.from({ length: 450 }, (_, i) => ({ LastName: `Bulk${i}`, Email: `bulk${i}@mail.example` }));
    const created = await conn.sobject('Contact').create(rows, { allowRecursive: true });
    const ids = created.flatMap((row) => (row.success ? [row.id] : []));
    expect(ids).toHaveLength(450);
    const seen = org.kernel.log.since(0).at(-1)?.seq ?? 0;
    const updated = await conn.sobject('Contact').update(
      ids.map((Id) => ({ Id, Title: 'Buyer' })),
      { allowRecursive: true, allOrNone: false },
    );
    expect(updated.every((row) => row.success)).toBe(true);
    const calls = org.kernel.log.since(seen).filter((entry) => entry.path.endsWith('/composite/sobjects'));
    expect(calls.map((entry) => entry.note.ids?.length)).toEqual([200, 200, 50]);
    const gone = await conn.sobject('Contact').delete(ids, { allowRecursive: true });
    expect(gone.every((row) => row.success)).toBe(true);
    await expect(conn.sobject('Contact').create({ FirstName: 'No last name' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    });
  });

  test('upserts by external id', async () => {
    const rows = await connect(org)
      .sobject('Account')
      .upsert(
        [
          { Key__c: 'j-1', Name: 'J' },
          { Key__c: 'j-2', Name: 'K' },
        ],
        'Key__c',
        { allOrNone: false },
      );
    expect(rows.map((row) => row.success && row.created)).toEqual([true, true]);
  });

  test('loads and queries in bulk', async () => {
    const conn = connect(org);
    conn.bulk2.pollInterval = 10;
    const result = await conn.bulk2.loadAndWaitForResults({
      object: 'Contact',
      operation: 'insert',
      input: [
        { LastName: 'In bulk', Email: 'inbulk@mail.example' },
        { LastName: '', Email: 'x' },
      ],
      pollInterval: 10,
    });
    expect(result.successfulResults).toMatchObject([{ sf__Created: 'true', LastName: 'In bulk' }]);
    expect(result.failedResults).toHaveLength(1);
    expect(result.unprocessedRecords).toHaveLength(0);
    const stream = await conn.bulk2.query("SELECT Id, Email FROM Contact WHERE Email = 'inbulk@mail.example'");
    expect(await stream.toArray()).toMatchObject([{ Email: 'inbulk@mail.example' }]);
  });

  test('gets a token by client credentials, and a new one when it has expired', async () => {
    const oauth2 = { loginUrl: org.url, clientId: 'sandbox-client', clientSecret: 'sandbox-secret' };
    const conn = new jsforce.Connection({ oauth2, version: '62.0' });
    const user = await conn.authorize({ grant_type: 'client_credentials' });
    expect(user.organizationId).toMatch(/^00D/);
    expect(conn.instanceUrl).toBe(org.url);
    const withRedirect = { ...oauth2, redirectUri: 'http://127.0.0.1:9/cb' };
    const asked = new jsforce.OAuth2({ ...withRedirect, useVerifier: true });
    const redirected = await decide(asked.getAuthorizationUrl({ scope: 'api refresh_token' }));
    const code = redirected.searchParams.get('code') ?? '';
    const granted = new jsforce.Connection({ oauth2: asked, version: '62.0' });
    await granted.authorize(code);
    const refreshToken = granted.refreshToken ?? '';
    const renewing = new jsforce.Connection({
      oauth2,
      instanceUrl: org.url,
      accessToken: 'stale',
      refreshToken,
      version: '62.0',
    });
    expect((await renewing.query('SELECT Id FROM User')).totalSize).toBe(2);
    expect(renewing.accessToken).not.toBe('stale');
  });
});

const ABSENT = 'no ../shared/recordings beside this repository';

describe('recorded answers of the real Salesforce', () => {
  const reads = ['cases', 'contacts', 'opportunities', 'query-records'].map((name) => ({ name, api: recording(name) }));
  test.for(reads)('$name: the same query is answered in the same shape', async ({ api }, { skip }) => {
    if (api === null) return skip(ABSENT);
    const [[path, recorded]] = Object.entries(
      api.get as Record<string, { response: Json; request: { params: { q: string } } }>,
    ) as [[string, { response: Json; request: { params: { q: string } } }]];
    const { body, status } = await call(org, 'GET', `${path}?q=${encodeURIComponent(recorded.request.params.q)}`);
    expect(status).toBe(200);
    const theirs = shapeOf(recorded.response);
    // What a recording has only as null has no type there.
    const known = new Set([...theirs].map((entry) => entry.split(':')[0]));
    const differing = [...shapeOf(body)].filter((entry) => known.has(entry.split(':')[0] ?? '') && !theirs.has(entry));
    expect(differing).toEqual([]);
    const record = (from: Json) => Object.keys((from.records as Json[])[0] ?? {});
    expect(record(body)).toEqual(record(recorded.response));
    expect(Object.keys(body)).toEqual(Object.keys(recorded.response));
  });

  test('limits, user info and a further page have the keys and types recorded', async ({ skip }) => {
    const [limitsOf, user, more] = [
      recording('get-limits'),
      recording('get-current-user'),
      recording('retrieve-query-more'),
    ];
    if (limitsOf === null || user === null || more === null) return skip(ABSENT);
    const recorded = (api: Json, path: string) => (api.get as Record<string, { response: unknown }>)[path]?.response;
    const limits = (await call(org, 'GET', '/services/data/v60.0/limits')).body;
    expect([...shapeOf(limits)].sort()).toEqual([...shapeOf(recorded(limitsOf, '/services/data/v60.0/limits'))].sort());
    const info = (await call(org, 'GET', '/services/oauth2/userinfo')).body;
    expect([...shapeOf(info)].sort()).toEqual([...shapeOf(recorded(user, '/services/oauth2/userinfo'))].sort());
    const last = recorded(more, '/services/data/v60.0/query/0r8xx5R2sM3DgWhASK-2000') as Json;
    expect(Object.keys(last)).toEqual(['totalSize', 'done', 'records']);
  });

  test('a collection upsert of rows without attributes is refused row by row, as recorded', async ({ skip }) => {
    const api = recording('upsert-sobject-collection');
    if (api === null) return skip(ABSENT);
    const recorded = (api.patch as Record<string, { response: unknown; request: { data: unknown } }>)[
      '/services/data/v63.0/composite/sobjects/Account/Id'
    ];
    const answer = await call(
      org,
      'PATCH',
      '/services/data/v63.0/composite/sobjects/Account/Id',
      recorded?.request.data,
    );
    expect(answer.body).toEqual(recorded?.response);
  });
});

describe('a restart', () => {
  test('brings back records, custom fields, grants, tokens, locators and jobs', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'sandbox-salesforce-'));
    try {
      const first = await start(WORLD, stateDir);
      await addField(first, 'Contact.Kept__c', { label: 'Kept', type: 'Text', length: 20 });
      await grant(first, 'Contact', ['Kept__c']);
      await call(first, 'POST', '/_sandbox/salesforce/settings', { queryPageRows: 40 });
      const page = await soql(first, 'SELECT Id, Kept__c FROM Contact ORDER BY Id');
      const id = page.body.records[0].Id as string;
      expect((await call(first, 'PATCH', `${V}/sobjects/Contact/${id}`, { Kept__c: 'yes' })).status).toBe(204);
      const job = (
        await call(first, 'POST', `${V}/jobs/query`, { operation: 'query', query: 'SELECT Id FROM Contact' })
      ).body.id;
      await first.close();
      const second = { ...(await start(null, stateDir)), token: first.token };
      expect((await soql(second, "SELECT Id FROM Contact WHERE Kept__c = 'YES'")).body.records[0].Id).toBe(id);
      expect((await call(second, 'GET', page.body.nextRecordsUrl)).body).toMatchObject({ done: true, totalSize: 59 });
      for (let poll = 0; poll < 2; poll++) await call(second, 'GET', `${V}/jobs/query/${job}`);
      const lines = (await call(second, 'GET', `${V}/jobs/query/${job}/results`)).text.trim().split('\n');
      expect(lines).toHaveLength(60);
      expect((await soql(second, 'SELECT Id FROM User')).body.totalSize).toBe(2);
      await second.close();
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});

describe('speed', () => {
  test('100,000 contacts seed, 25,001 rows page, and one contact is found, each without a wait', async () => {
    const [person] = WORLD.people;
    if (person === undefined) throw new Error('the world has no people');
    const people = Array.from({ length: 100_000 }, (_, i) => ({
      ...person,
      id: `q${i}`,
      email: `q${i}@mail.example`,
      createdAt: new Date(Date.UTC(2024, 0, 1) + i * 60_000).toISOString(),
    }));
    const timed = async (work: () => unknown) => {
      const at = performance.now();
      await work();
      return performance.now() - at;
    };
    const own = await start(null);
    try {
      expect(await timed(() => seedSalesforce(own.kernel, { ...WORLD, people, orders: [], events: [] }))).toBeLessThan(
        15_000,
      );
      const conn = connect(own);
      const upper = new Date(Date.UTC(2024, 0, 1) + 25_001 * 60_000).toISOString();
      let rows = 0;
      const paging = await timed(async () => {
        let page = await conn.query(
          `SELECT Id, Email, SystemModstamp FROM Contact WHERE SystemModstamp < ${upper} ORDER BY SystemModstamp, Id`,
        );
        for (rows = page.records.length; !page.done; rows += page.records.length)
          page = await conn.queryMore(page.nextRecordsUrl ?? '');
      });
      expect(rows).toBe(25_001);
      expect(paging).toBeLessThan(10_000);
      expect(await timed(() => soql(own, "SELECT Id FROM Contact WHERE Email = 'q99999@mail.example'"))).toBeLessThan(
        2_000,
      );
      expect(await timed(() => soql(own, "SELECT Id FROM Contact WHERE Email = 'q5@mail.example'"))).toBeLessThan(100);
    } finally {
      await own.close();
    }
  }, 60_000);
});
