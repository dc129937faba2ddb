import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CREDENTIALS } from '../../sandbox/credentials.ts';
import { type ServedVendor, serveVendor } from '../../sandbox/kernel/http.ts';
import { createKernel, type FullKernel } from '../../sandbox/kernel/kernel.ts';
import type { VendorSandbox } from '../../sandbox/kernel/types.ts';
import { createSegment } from '../../sandbox/segment/index.ts';

/** The Segment look-alike as Segment's own SDK meets it. */
const OPTIONS = { stateDir: null, seed: 3 };
const NOON = '2026-06-01T12:00:00.000Z';
const DAY_MS = 86_400_000;
const { writeKey, profileToken } = CREDENTIALS.segment;

let kernel: FullKernel;
let vendor: VendorSandbox;
let served: ServedVendor;
beforeAll(async () => {
  kernel = createKernel(OPTIONS);
  vendor = createSegment(kernel, OPTIONS);
  served = await serveVendor(kernel, vendor, 0);
});
beforeEach(() => kernel.setClock(new Date(NOON)));
afterAll(async () => {
  await vendor.close();
  await served.close();
  kernel.close();
});

const basic = (user: string) => `Basic ${Buffer.from(`${user}:`).toString('base64')}`;
const stored = () => kernel.counts()['segment.messages'] ?? 0;

function post(body: string, key = writeKey): Promise<Response> {
  return fetch(`${served.url}/v1/batch`, { method: 'POST', headers: { authorization: basic(key) }, body });
}
const batchOf = (messages: readonly unknown[]) => JSON.stringify({ batch: messages });
const visit = (messageId: string, given: Record<string, unknown> = {}) => ({
  type: 'track',
  event: 'Page Viewed',
  userId: 'u-visits',
  messageId,
  ...given,
});

describe('the tracking API', () => {
  test('refuses a write key it does not know, and tells the SDK so', async () => {
    const before = stored();
    const statuses: number[] = [];
    const analytics = new Analytics({ writeKey: 'unheard-of', host: served.url, maxRetries: 0 });
    analytics.on('http_response', ({ status }) => statuses.push(status));
    analytics.on('error', () => undefined);
    analytics.identify({ userId: 'nobody', traits: {} });
    await analytics.closeAndFlush();
    expect(statuses).toEqual([401]);
    expect(stored()).toBe(before);
  });

  test('refuses with plain text what is too large or no JSON: 500 KB a batch, 32 KB an event', async () => {
    const before = stored();
    const long = (bytes: number) => 'x'.repeat(bytes);
    for (const body of [
      '{"batch":',
      batchOf([visit('large', { properties: { text: long(33 * 1024) } })]),
      batchOf(Array.from({ length: 20 }, (_, index) => visit(`l${index}`, { properties: { text: long(26 * 1024) } }))),
    ]) {
      const answer = await post(body);
      expect([answer.status, await answer.text()]).toEqual([400, 'Bad Request']);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    }
    expect(stored()).toBe(before);
  });

  test('answers 200 to more than 2,500 events and drops the excess without a word', async () => {
    const before = stored();
    const messages = Array.from({ length: 2_510 }, (_, index) => ({
      type: 'track',
      userId: 'u',
      messageId: `m${index}`,
    }));
    expect(await (await post(batchOf(messages))).json()).toEqual({ success: true });
    expect(stored() - before).toBe(2_500);
  });

  test('drops an event without an id of a person, and one whose messageId has a hundred characters', async () => {
    const before = stored();
    const refused = [visit('no-one', { userId: undefined }), visit('x'.repeat(100))];
    expect((await post(batchOf([...refused, visit('x'.repeat(99))]))).status).toBe(200);
    expect(stored() - before).toBe(1);
  });

  test('keeps each messageId once, however often the SDK sends it', async () => {
    const before = stored();
    const analytics = new Analytics({ writeKey, host: served.url });
    for (const traits of [{ plan: 'first' }, { plan: 'second' }]) {
      analytics.identify({ userId: 'u-once', messageId: 'once', traits });
    }
    analytics.track({ userId: 'u-once', event: 'Order Completed', properties: { order_id: '1', revenue: '39.95' } });
    await analytics.closeAndFlush();
    expect(stored() - before).toBe(2);
    expect(await profile('user_id:u-once', 'traits')).toMatchObject({ body: { traits: { plan: 'first' } } });
  });

  test('a thousand calls a second, then 429 with when to come back', async () => {
    kernel.setClock(new Date(Date.parse(NOON) + 10_000));
    const body = batchOf([]);
    for (let call = 0; call < 1_000; call += 1) await (await post(body)).arrayBuffer();
    const refused = await post(body);
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('x-ratelimit-reset')]).toEqual([
      429,
      '1',
      '1',
    ]);
    kernel.setClock(new Date(Date.parse(NOON) + 11_001));
    expect((await post(body)).status).toBe(200);
  });
});

async function profile(id: string, what: string, token: string = profileToken) {
  const path = `/v1/spaces/space/collections/users/profiles/${encodeURIComponent(id).replaceAll('%3A', ':')}`;
  const response = await fetch(`${served.url}${path}/${what}`, { headers: { authorization: basic(token) } });
  return {
    status: response.status,
    requestId: response.headers.get('request-id'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe('the Profile API', () => {
  beforeAll(async () => {
    kernel.setClock(new Date(NOON));
    const at = (daysAgo: number) => new Date(Date.parse(NOON) - daysAgo * DAY_MS).toISOString();
    const events = Array.from({ length: 25 }, (_, index) => visit(`recent${index}`, { userId: 'p', timestamp: at(1) }));
    const traits = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`trait${index}`, index]));
    await post(
      batchOf([
        ...events,
        visit('last-minute', { userId: 'p', timestamp: at(13.9) }),
        visit('too-old', { userId: 'p', timestamp: at(14.1) }),
        { type: 'identify', userId: 'p', messageId: 'who', traits },
      ]),
    );
  });

  test('refuses a token it does not know, and an id without its type as one that is not there', async () => {
    expect(await profile('user_id:p', 'traits', 'unheard-of')).toMatchObject({
      status: 401,
      body: { error: { code: 'authentication_error' } },
    });
    for (const id of ['p', 'user_id:nobody']) {
      const answer = await profile(id, 'traits');
      expect(answer).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found', message: 'Profile was not found.' } },
      });
      expect(answer.requestId).not.toBeNull();
    }
  });

  test('pages events by a cursor, and has none older than 14 days', async () => {
    const ids: unknown[] = [];
    let pages = 0;
    for (let next = ''; ; ) {
      const { body } = await profile('user_id:p', `events?limit=10${next === '' ? '' : `&next=${next}`}`);
      const cursor = body['cursor'] as { has_more: boolean; next: string };
      ids.push(...(body['data'] as { message_id: string }[]).map((event) => event.message_id));
      pages += 1;
      if (!cursor.has_more) break;
      next = cursor.next;
    }
    expect([pages, new Set(ids).size, ids.length]).toEqual([3, 26, 26]);
    expect(ids).toContain('last-minute');
    expect(ids).not.toContain('too-old');
  });

  test('gives ten traits unless asked for more, and says that there are more', async () => {
    const few = (await profile('user_id:p', 'traits')).body;
    expect([Object.keys(few['traits'] as object).length, few['cursor']]).toMatchObject([10, { has_more: true }]);
    const all = (await profile('user_id:p', 'traits?limit=200')).body;
    expect([Object.keys(all['traits'] as object).length, all['cursor']]).toMatchObject([12, { has_more: false }]);
  });
});

describe('the webhook destination', () => {
  let server: Server;
  let url = '';
  const got: { signature: string; body: string }[] = [];
  /** Statuses of the next answers; 200 when there are none. */
  const answers: number[] = [];
  beforeAll(async () => {
    server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      req.on('end', () => {
        got.push({ signature: String(req.headers['x-signature']), body });
        res.statusCode = answers.shift() ?? 200;
        res.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  const subscribe = (given: Record<string, unknown>) =>
    fetch(`${served.url}/_sandbox/segment/webhook`, {
      method: 'POST',
      body: JSON.stringify({ targetUrl: url, sharedSecret: 'secret', ...given }),
    });
  const signed = (body: string) => createHmac('sha1', 'secret').update(body).digest('hex');
  const quiet = () =>
    expect
      .poll(async () => (await fetch(`${served.url}/_sandbox/segment/webhook`)).json(), { timeout: 20_000 })
      .toMatchObject({ pending: 0, inFlight: 0 });

  test('sends every message of the space, signed over its body; a 5xx is tried again, a 4xx is final', async () => {
    await subscribe({});
    await quiet();
    expect(got.length).toBe(stored());
    for (const { signature, body } of got) expect(signature).toBe(signed(body));
    got.length = 0;
    answers.push(503);
    await post(batchOf([visit('tried-again')]));
    await expect.poll(() => got.length, { timeout: 5_000 }).toBe(2);
    await quiet();
    answers.push(400);
    await post(batchOf([visit('refused')]));
    await quiet();
    expect(got.map(({ body }) => (JSON.parse(body) as { messageId: string }).messageId)).toEqual([
      'tried-again',
      'tried-again',
      'refused',
    ]);
  });

  test('of a batch only the first message is signed', async () => {
    got.length = 0;
    await subscribe({ batch: true });
    await quiet();
    // The one that was refused for good is all that is left.
    expect(got).toHaveLength(1);
    await fetch(`${served.url}/_sandbox/segment/emit`, {
      method: 'POST',
      body: JSON.stringify({ messages: [visit('b1'), visit('b2')] }),
    });
    await quiet();
    for (const { signature, body } of got) {
      const [first] = JSON.parse(body) as unknown[];
      expect(signature).toBe(signed(JSON.stringify(first)));
    }
  });
});
