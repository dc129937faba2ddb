import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { Client, Signature } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decide } from '../support/consent.ts';
import { openPortal, type TestPortal } from './hubspot-portal.ts';

/** The HubSpot look-alike as HubSpot's own SDK meets it, and held to what HubSpot was recorded to answer. */
const NOON = '2026-06-01T12:00:00.000Z';

let account: TestPortal;
let sdk: Client;
beforeAll(async () => {
  account = await openPortal();
  sdk = client();
});
beforeEach(() => account.kernel.setClock(new Date(NOON)));
afterAll(() => account.close());

function client(of: TestPortal = account, accessToken = 'pat-sandbox-test'): Client {
  return new Client({
    accessToken,
    basePath: of.url,
    limiterOptions: { maxConcurrent: 8, minTime: 0, reservoir: null },
  });
}

/** What the SDK throws for a refusal. */
async function refusal(call: Promise<unknown>): Promise<{ code: number; body: Record<string, unknown> }> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) throw new Error('the call was answered');
  const { code, body } = error as { code: number; body: Record<string, unknown> | string };
  return { code, body: typeof body === 'string' ? (JSON.parse(body) as Record<string, unknown>) : body };
}

async function raw(method: string, path: string, body?: unknown, of = account) {
  const response = await fetch(of.url + path, {
    method,
    headers: { authorization: 'Bearer pat-sandbox-test', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

const person = (email: string) => ({ properties: { email, lastname: 'Stone' }, associations: [] });

describe('records', () => {
  test('a dated path and its v3 twin answer the same; an unknown version, object or call is never guessed at', async () => {
    const { id } = await sdk.crm.contacts.basicApi.create(person('twin@people.example'));
    const dated = await raw('GET', `/crm/objects/2026-09/contacts/${id}`);
    expect(dated.status).toBe(200);
    expect((await raw('GET', `/crm/v3/objects/contacts/${id}`)).body).toEqual(dated.body);
    expect((await raw('GET', `/crm/objects/v2/contacts/${id}`)).status).toBe(501);
    expect((await raw('GET', '/crm/v3/objects/unicorns')).status).toBe(400);
    expect((await raw('POST', '/marketing/v3/emails')).status).toBe(501);
  });

  test('an e-mail address that is taken is refused with 409, names the record, and is free once that is archived', async () => {
    const { id } = await sdk.crm.contacts.basicApi.create(person('taken@people.example'));
    const again = await refusal(sdk.crm.contacts.basicApi.create(person('Taken@People.example')));
    expect(again).toMatchObject({
      code: 409,
      body: { status: 'error', category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
    });
    await sdk.crm.contacts.basicApi.archive(id);
    expect((await sdk.crm.contacts.basicApi.create(person('taken@people.example'))).id).not.toBe(id);
  });

  test('values are text: a number sent as one is refused, "5000.00" comes back as it was sent, "" empties', async () => {
    const numeric = await raw('POST', '/crm/v3/objects/deals', { properties: { dealname: 'D', amount: 5000 } });
    expect([numeric.status, numeric.body['category']]).toEqual([400, 'VALIDATION_ERROR']);
    const properties = { dealname: 'D', amount: '5000.00' };
    const { id } = await sdk.crm.deals.basicApi.create({ properties, associations: [] });
    expect((await sdk.crm.deals.basicApi.getById(id, ['amount'])).properties['amount']).toBe('5000.00');
    await sdk.crm.deals.basicApi.update(id, { properties: { amount: '' } });
    expect((await sdk.crm.deals.basicApi.getById(id, ['amount'])).properties['amount']).toBeNull();
    const words = await refusal(sdk.crm.deals.basicApi.update(id, { properties: { amount: 'much' } }));
    expect(words.code).toBe(400);
    expect(String(words.body['message'])).toContain('"error":"INVALID_DOUBLE"');
  });

  test('of a batch update one bad row is named within a 207, the others are written', async () => {
    const ids = await made(3);
    const reply = await raw('POST', '/crm/objects/2026-09/contacts/batch/update', {
      inputs: ids.map((id, index) => ({
        id,
        objectWriteTraceId: `row-${index}`,
        properties: index === 1 ? { unheard_of: 'x' } : { lastname: 'Changed' },
      })),
    });
    expect(reply.status).toBe(207);
    expect(reply.body).toMatchObject({
      status: 'COMPLETE',
      numErrors: 1,
      results: [{ id: ids[0] }, { id: ids[2] }],
      errors: [{ status: 'error', category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['row-1'] } }],
    });
    expect(JSON.stringify(reply.body['errors'])).toContain('PROPERTY_DOESNT_EXIST');
    expect((await raw('POST', '/crm/v3/objects/contacts/batch/update', { inputs: Array(101).fill({}) })).status).toBe(
      400,
    );
    const twice = { inputs: [{ id: ids[0] }, { id: ids[0] }] };
    expect((await raw('POST', '/crm/v3/objects/contacts/batch/update', twice)).body['message']).toMatch(
      /Duplicate IDs/,
    );
  });

  test('of a batch create one bad row spoils all, unless every row has a trace id', async () => {
    const rows = ['one', 'two'].map((name) => person(`${name}@batch.example`).properties);
    const inputs = [{ properties: rows[0] }, { properties: { unheard_of: 'x' } }, { properties: rows[1] }];
    const path = '/crm/v3/objects/contacts/batch/create';
    expect((await raw('POST', path, { inputs })).status).toBe(400);
    const traced = inputs.map((input, index) => ({ ...input, objectWriteTraceId: `row-${index}` }));
    const partly = await raw('POST', path, { inputs: traced });
    expect(partly).toMatchObject({
      status: 207,
      body: { numErrors: 1, errors: [{ context: { objectWriteTraceId: ['row-1'] } }] },
    });
    expect(partly.body['results']).toHaveLength(2);
  });

  test('ids that do not exist make a batch read a 207 with the others', async () => {
    const [id = ''] = await made(1);
    const reply = await sdk.crm.contacts.batchApi.read({
      inputs: [{ id }, { id: '1' }],
      properties: ['lastname'],
      propertiesWithHistory: [],
    });
    expect(reply).toMatchObject({ results: [{ id }], numErrors: 1 });
  });

  test('a merge makes a record with a new id, to which both old ids lead', async () => {
    const [one = '', two = ''] = await made(2);
    const merged = await sdk.crm.contacts.basicApi.merge({ primaryObjectId: one, objectIdToMerge: two });
    expect([one, two]).not.toContain(merged.id);
    for (const old of [one, two]) {
      const found = await sdk.crm.contacts.basicApi.getById(old, ['hs_merged_object_ids']);
      expect([found.id, found.properties['hs_merged_object_ids']]).toEqual([merged.id, `${one};${two}`]);
    }
  });

  let seq = 0;
  async function made(count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      seq += 1;
      ids.push((await sdk.crm.contacts.basicApi.create(person(`made${seq}@people.example`))).id);
    }
    return ids;
  }
});

describe('search', () => {
  let crowd: TestPortal;
  let search: Client['crm']['contacts']['searchApi'];
  beforeAll(async () => {
    crowd = await openPortal();
    for (let index = 0; index < 10_050; index += 1) {
      crowd.portal.create('contacts', { lastname: `L${index}` }, { at: NOON });
    }
    ({ searchApi: search } = client(crowd).crm.contacts);
  });
  afterAll(() => crowd.close());
  const page = (limit: number, after?: string) => ({
    limit,
    properties: ['lastname'],
    sorts: ['hs_object_id'],
    filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: FilterOperatorEnum.Gte, value: NOON }] }],
    ...(after !== undefined && { after }),
  });

  test('gives ten unless asked, at most 200, nothing past 10,000, and says how many there are', async () => {
    const first = await search.doSearch({ filterGroups: [], properties: [], sorts: [], limit: 200 });
    expect([first.total, first.results.length, first.paging?.next?.after]).toEqual([10_050, 200, '200']);
    expect((await raw('POST', '/crm/v3/objects/contacts/search', {}, crowd)).body['results']).toHaveLength(10);
    expect((await refusal(search.doSearch(page(201)))).code).toBe(400);
    expect((await search.doSearch(page(200, '9800'))).results).toHaveLength(200);
    const beyond = await refusal(search.doSearch(page(200, '9900')));
    expect(beyond).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
  });

  test('records of one modification time are all found by going on from the last id', async () => {
    const seen = new Set<string>();
    for (let last = '0'; ; ) {
      const found = await search.doSearch({
        ...page(200),
        filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: FilterOperatorEnum.Gt, value: last }] }],
      });
      for (const { id } of found.results) seen.add(id);
      if (found.results.length === 0) break;
      last = found.results.at(-1)?.id ?? last;
    }
    expect(seen.size).toBe(10_050);
  });

  test('refuses two sorts, a body above 3,000 characters, more filters than allowed, and a property it does not know', async () => {
    const filter = { propertyName: 'lastname', operator: 'EQ', value: 'x' };
    for (const body of [
      { sorts: ['lastname', 'email'] },
      { query: 'x'.repeat(3_000) },
      { filterGroups: Array(6).fill({ filters: [filter] }) },
      { filterGroups: [{ filters: Array(7).fill(filter) }] },
      { filterGroups: [{ filters: [{ ...filter, propertyName: 'unheard_of' }] }] },
    ]) {
      expect((await raw('POST', '/crm/v3/objects/contacts/search', body, crowd)).status).toBe(400);
    }
  });

  test('never finds what is archived', async () => {
    const { id } = crowd.portal.create('contacts', { lastname: 'Gone' }, { at: NOON });
    const gone = { filterGroups: [{ filters: [{ propertyName: 'lastname', operator: 'EQ', value: 'gone' }] }] };
    expect((await raw('POST', '/crm/v3/objects/contacts/search', gone, crowd)).body['total']).toBe(1);
    crowd.portal.archive('contacts', id);
    expect((await raw('POST', '/crm/v3/objects/contacts/search', gone, crowd)).body['total']).toBe(0);
  });
});

describe('limits', () => {
  test('of any rolling ten seconds 190 calls are answered; the 429 names its policy, and search has five a second of its own', async () => {
    const real = await openPortal({ hubspotBurstPer10s: 190, hubspotSearchPerSecond: 5 });
    try {
      const at = Date.parse(NOON);
      const list = () => raw('GET', '/crm/v3/objects/contacts', undefined, real);
      real.kernel.setClock(new Date(at));
      const first = await list();
      expect(first.headers.get('x-hubspot-ratelimit-max')).toBe('190');
      expect(first.headers.get('x-hubspot-ratelimit-remaining')).toBe('189');
      expect(first.headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
      real.kernel.setClock(new Date(at + 9_000));
      for (let call = 1; call < 190; call += 1) expect((await list()).status).toBe(200);
      const refused = await list();
      expect(refused).toMatchObject({
        status: 429,
        body: { status: 'error', errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' },
      });
      // Documented nowhere for a 429.
      expect(refused.headers.get('retry-after')).toBeNull();
      // Ten seconds after the first call one comes back, not all.
      real.kernel.setClock(new Date(at + 10_001));
      expect([(await list()).status, (await list()).status]).toEqual([200, 429]);

      const search = () => raw('POST', '/crm/v3/objects/contacts/search', {}, real);
      for (let call = 0; call < 5; call += 1) {
        const found = await search();
        expect([found.status, found.headers.get('x-hubspot-ratelimit-max')]).toEqual([200, null]);
      }
      expect((await search()).body['policyName']).toBe('SECONDLY');
      real.kernel.setClock(new Date(at + 11_002));
      expect((await search()).status).toBe(200);
    } finally {
      await real.close();
    }
  });

  test('the associations API answers 150 in ten seconds, whatever else is left', async () => {
    const real = await openPortal({ hubspotBurstPer10s: 190 });
    try {
      real.kernel.setClock(new Date(NOON));
      const read = () => raw('POST', '/crm/v4/associations/deals/contacts/batch/read', { inputs: [] }, real);
      for (let call = 0; call < 150; call += 1) expect((await read()).status).toBe(200);
      expect((await read()).status).toBe(429);
      expect((await raw('GET', '/crm/v3/objects/contacts', undefined, real)).status).toBe(200);
    } finally {
      await real.close();
    }
  });
});

describe('associations, tasks and sequences', () => {
  test('a deal made with its contact is found from either side; ids without any are named within a 207', async () => {
    const contact = await sdk.crm.contacts.basicApi.create(person('linked@people.example'));
    const lonely = await sdk.crm.contacts.basicApi.create(person('lonely@people.example'));
    const deal = account.portal.create('deals', { dealname: 'Linked' }, { at: NOON });
    account.portal.associate('deals', deal.id, 'contacts', contact.id);
    const reply = await raw('POST', '/crm/v4/associations/contacts/deals/batch/read', {
      inputs: [{ id: contact.id }, { id: lonely.id }],
    });
    expect(reply).toMatchObject({
      status: 207,
      body: {
        results: [
          { from: { id: contact.id }, to: [{ toObjectId: Number(deal.id), associationTypes: [{ typeId: 4 }] }] },
        ],
        errors: [{ context: { fromObjectId: [lonely.id] } }],
      },
    });
    const listed = await sdk.crm.deals.basicApi.getById(deal.id, undefined, undefined, ['contacts']);
    expect(listed.associations?.['contacts']?.results).toEqual([{ id: contact.id, type: 'deal_to_contact' }]);
  });

  test('a task needs its time and an existing contact', async () => {
    const contact = await sdk.crm.contacts.basicApi.create(person('tasked@people.example'));
    const task = (toId: string, properties: Record<string, string>) =>
      sdk.crm.objects.tasks.basicApi.create({
        properties: { hs_task_subject: 'Call', ...properties },
        associations: [
          { to: { id: toId }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 204 }] },
        ],
      });
    const timeless = await refusal(task(contact.id, {}));
    expect(timeless).toMatchObject({ code: 400, body: { errors: [{ code: 'REQUIRED_FIELD' }] } });
    expect((await refusal(task('1', { hs_timestamp: NOON }))).body['errors']).toMatchObject([
      { code: 'INVALID_ASSOCIATION' },
    ]);
    const { id } = await task(contact.id, { hs_timestamp: NOON });
    expect(account.portal.associations('contacts', contact.id, 'tasks')).toMatchObject([{ toId: id }]);
  });

  test('a sequence takes a contact once, for a user with a seat; a user without one is told so', async () => {
    const contact = await sdk.crm.contacts.basicApi.create(person('enrolled@people.example'));
    const enrol = (userId?: string) =>
      raw('POST', `/automation/sequences/2026-09/enrollments${userId ? `?userId=${userId}` : ''}`, {
        contactId: contact.id,
        sequenceId: '7',
        senderEmail: 'ada@sales.example',
      });
    expect((await enrol()).body['message']).toMatch(/userId/);
    expect(await enrol('2000')).toMatchObject({
      status: 403,
      body: { category: 'MISSING_SCOPES', message: expect.stringMatching(/seat that includes sequences/) },
    });
    expect(await enrol('1000')).toMatchObject({ status: 200, body: { toEmail: 'enrolled@people.example' } });
    expect((await enrol('1000')).body['message']).toMatch(/ALREADY_ENROLLED/);
  });
});

describe('properties', () => {
  test('one that exists is a 409, a pair of types that does not fit a 400, a group must be there', async () => {
    const api = sdk.crm.properties;
    await api.groupsApi.create('contacts', { name: 'scoring', label: 'Scoring', displayOrder: -1 });
    const create = (given: Record<string, unknown>) =>
      raw('POST', '/crm/v3/properties/contacts', {
        name: 'value',
        label: 'Value',
        groupName: 'scoring',
        type: 'number',
        fieldType: 'number',
        ...given,
      });
    expect((await create({ fieldType: 'text' })).status).toBe(400);
    expect((await create({ groupName: 'nowhere' })).status).toBe(400);
    expect((await create({ name: 'hs_value' })).status).toBe(400);
    expect((await create({})).status).toBe(201);
    expect((await create({})).body['category']).toBe('CONFLICT');
    expect((await api.coreApi.getByName('contacts', 'value')).type).toBe('number');
  });
});

describe('access', () => {
  test('OAuth by the SDK: a code with its proof, a token that expires, another by the refresh token', async () => {
    const id = 'sandbox-hubspot-client';
    const secret = 'sandbox-hubspot-secret';
    const redirectUri = 'http://127.0.0.1/callback';
    const proof = 'a-proof-that-only-we-know';
    const challenge = createHash('sha256').update(proof).digest('base64url');
    const back = await decide(
      `${account.url}/oauth/authorize?client_id=${id}&redirect_uri=${encodeURIComponent(redirectUri)}&scope=oauth&state=s&code_challenge=${challenge}`,
    );
    expect(back.searchParams.get('state')).toBe('s');
    const code = back.searchParams.get('code') ?? '';
    const exchange = (form: Record<string, string>) =>
      fetch(`${account.url}/oauth/2026-03/token`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: id, client_secret: secret, ...form }),
      });
    const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    expect(await (await exchange({ ...grant, code_verifier: 'another' })).json()).toMatchObject({
      error: 'invalid_grant',
      status: 'BAD_CODE_VERIFIER',
    });
    const token = (await (await exchange({ ...grant, code_verifier: proof })).json()) as Record<string, unknown>;
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 1_800, hub_id: 1234567 });
    expect((await exchange({ ...grant, code_verifier: proof })).status).toBe(400);

    const own = client(account, String(token['access_token']));
    expect((await own.crm.contacts.basicApi.getPage(1)).results).toHaveLength(1);
    account.kernel.setClock(new Date(Date.parse(NOON) + 1_801_000));
    expect(await refusal(own.crm.contacts.basicApi.getPage(1))).toMatchObject({
      code: 401,
      body: { category: 'EXPIRED_AUTHENTICATION' },
    });
    const refreshed = await new Client({ basePath: account.url }).oauth.tokensApi.create(
      'refresh_token',
      undefined,
      redirectUri,
      id,
      secret,
      String(token['refresh_token']),
    );
    const renewed = client(account, refreshed.accessToken);
    expect((await renewed.crm.contacts.basicApi.getPage(1)).results).toHaveLength(1);
    expect((await refusal(client(account, 'unheard-of').crm.contacts.basicApi.getPage(1))).body).toMatchObject({
      category: 'INVALID_AUTHENTICATION',
    });
  });

  test('what changes is sent to a webhook with a signature that the SDK accepts', async () => {
    const clientSecret = 'drill-secret';
    const got: { headers: Record<string, unknown>; body: string }[] = [];
    const server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      req.on('end', () => {
        got.push({ headers: req.headers, body });
        res.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    await fetch(`${account.url}/_sandbox/hubspot/webhooks`, {
      method: 'POST',
      body: JSON.stringify({ targetUrl: url, clientSecret, appId: 42 }),
    });
    const { id } = await sdk.crm.contacts.basicApi.create(person('hooked@people.example'));
    await expect.poll(() => got.length).toBeGreaterThan(0);
    const { headers, body } = got[0] ?? { headers: {}, body: '' };
    const options = {
      clientSecret,
      requestBody: body,
      signature: String(headers['x-hubspot-signature-v3']),
      url,
      method: 'POST',
      timestamp: Number(headers['x-hubspot-request-timestamp']),
      signatureVersion: 'v3',
    };
    expect(Signature.isValid(options)).toBe(true);
    expect(Signature.isValid({ ...options, requestBody: `${body} ` })).toBe(false);
    expect(JSON.parse(body)).toMatchObject([
      {
        objectId: Number(id),
        subscriptionType: 'contact.creation',
        changeFlag: 'CREATED',
        // The receiving app; the writing one is in sourceId.
        appId: 42,
        changeSource: 'INTEGRATION',
        sourceId: '7654321',
        attemptNumber: 0,
      },
    ]);
    await new Promise((done) => server.close(done));
  });
});

describe('recorded answers of the real HubSpot', () => {
  type Json = Record<string, unknown>;
  const FOLDER = resolve(import.meta.dirname, '../../../shared/recordings');
  const recorded = (name: string, method: string): { path: string; response: Json } | null => {
    const file = resolve(FOLDER, `hubspot.${name}.json`);
    if (!existsSync(file)) return null;
    const { api } = JSON.parse(readFileSync(file, 'utf8')) as { api: Record<string, Record<string, unknown>> };
    const [[path, exchanges]] = Object.entries(api[method] ?? {}) as [[string, unknown]];
    const [exchange] = Array.isArray(exchanges) ? exchanges : [exchanges];
    return { path, response: (exchange as { response: Json }).response };
  };
  /** "results.[].id: string" for each leaf; properties by their presence as text or null alone. */
  const shapeOf = (value: unknown, path = ''): readonly string[] => {
    if (Array.isArray(value)) return [...new Set(value.flatMap((item) => shapeOf(item, `${path}[]`)))];
    if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
    return Object.entries(value).flatMap(([name, inner]) =>
      path.endsWith('properties')
        ? [`${path}.*: ${inner === null ? 'null' : typeof inner}`]
        : shapeOf(inner, path === '' ? name : `${path}.${name}`),
    );
  };
  /** Leaves of the sandbox's answer that the recording does not have. */
  const strange = (ours: Json, theirs: Json): readonly string[] => {
    const known = new Set([...shapeOf(theirs), 'paging.next.after: string', 'paging.next.link: string']);
    return [...new Set(shapeOf(ours))].filter((leaf) => !known.has(leaf));
  };

  beforeAll(async () => {
    for (const name of ['r1', 'r2']) {
      const { id } = await sdk.crm.contacts.basicApi.create(person(`${name}@recorded.example`));
      account.portal.create('deals', { dealname: name, amount: '10' });
      const company = account.portal.create('companies', { name, domain: `${name}.example` });
      account.portal.associate('contacts', id, 'companies', company.id);
    }
  });

  test.for([
    ['contacts', 'get', undefined],
    ['companies', 'get', undefined],
    ['deals', 'get', undefined],
    ['search-deals', 'post', { limit: 5 }],
    ['create-task', 'post', { properties: { hs_timestamp: NOON, hs_task_subject: 'Call' } }],
    [
      'create-property',
      'post',
      { name: 'recorded', label: 'R', type: 'string', fieldType: 'text', groupName: 'contactinformation' },
    ],
    ['fetch-account-information', 'get', undefined],
  ] as const)('%s: the same path is answered in the same shape', async ([name, method, body], { skip }) => {
    const recording = recorded(name, method);
    if (recording === null) return skip('../shared/recordings is not here');
    const answer = await raw(method.toUpperCase(), recording.path, body);
    expect(answer.status).toBeLessThan(300);
    expect(strange(answer.body, recording.response)).toEqual([]);
  });

  test('companies changed in a batch and an association made are answered in the recorded shape', async ({ skip }) => {
    const batch = recorded('batch-update-companies', 'post');
    const link = recorded('create-association', 'post');
    if (batch === null || link === null) return skip('../shared/recordings is not here');
    const [company] = [...account.portal.records('companies').values()];
    const [contact] = [...account.portal.records('contacts').values()];
    const changed = await raw('POST', batch.path, { inputs: [{ id: company?.id, properties: { name: 'New' } }] });
    expect(strange(changed.body, batch.response)).toEqual([]);
    const made = await raw('POST', link.path, {
      inputs: [{ from: { id: contact?.id }, to: { id: company?.id }, type: 'contact_to_company' }],
    });
    expect(strange(made.body, link.response)).toEqual([]);
    expect((made.body['results'] as Json[]).map(({ type }) => type)).toEqual([
      'company_to_contact',
      'contact_to_company',
    ]);
  });
});
