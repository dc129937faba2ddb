import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../core/domain/errors.ts';
import type { Inbox } from '../../core/ports/inbox.ts';
import { createInbox } from '../../core/store/inbox.ts';
import { firstDeliveries } from '../../core/store/raw-deliveries.ts';
import { takeAllApart } from '../../core/store/take-apart.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { Sandbox } from '../../sandbox/kernel/types.ts';
import { deliveryReaders } from '../../webhooks/inbound/readers.ts';
import { ACKNOWLEDGEMENT } from '../../webhooks/inbound/salesforce.ts';
import { hubspotVerifier } from '../../webhooks/verify/hubspot.ts';
import { salesforceVerifier } from '../../webhooks/verify/salesforce.ts';
import { segmentVerifier } from '../../webhooks/verify/segment.ts';
import { openTempStore } from '../support/store.ts';
import { serveWebhooks, type WebhookServer } from './webhook-server.ts';

const SECRET = 'a-shared-secret';
/** The organisation of the sandbox. */
const ORGANIZATION = '00DSB0000000001';

/** For an inbox that is given deliveries alone. */
const NO_MESSAGES: Pick<Inbox, 'append'> = {
  append: async () => {
    throw new Error('a webhook is kept as it came');
  },
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(options: Parameters<typeof serveWebhooks>[1] = {}): Promise<WebhookServer> {
  const server = await serveWebhooks(
    [
      { vendor: 'hubspot', connectionId: 'hubspot', verifier: hubspotVerifier([SECRET]) },
      { vendor: 'segment', connectionId: 'segment', verifier: segmentVerifier([SECRET]) },
      {
        vendor: 'salesforce',
        connectionId: 'salesforce',
        verifier: salesforceVerifier({ pathTokens: [SECRET], organizationId: ORGANIZATION }),
      },
    ],
    options,
  );
  closing.push(server.close);
  return server;
}

async function sandbox(): Promise<Sandbox> {
  const started = await startSandbox({ stateDir: null, seed: 3 }, null);
  closing.push(started.close);
  return started;
}

const sha1 = (body: string | Buffer) => createHmac('sha1', SECRET).update(body).digest('hex');

function toSegment(server: WebhookServer, body: string | Buffer, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/webhooks/segment/segment`, {
    method: 'POST',
    headers: { 'x-signature': sha1(body), ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
}

function toHubSpot(server: WebhookServer, body: string, signedAddress = `${server.url}/webhooks/hubspot/hubspot`) {
  const timestamp = String(Date.now());
  return fetch(`${server.url}/webhooks/hubspot/hubspot`, {
    method: 'POST',
    headers: {
      'x-hubspot-request-timestamp': timestamp,
      'x-hubspot-signature-v3': createHmac('sha256', SECRET)
        .update(`POST${signedAddress}${body}${timestamp}`)
        .digest('base64'),
    },
    body,
  });
}

const envelope = (notifications: string, organization = `${ORGANIZATION}2AA`) =>
  `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organization}</OrganizationId>${notifications}</notifications></soapenv:Body></soapenv:Envelope>`;
const NOTIFICATION =
  '<Notification><Id>04l000000000001AAA</Id><sObject><Id>003000000000001AAA</Id></sObject></Notification>';

function toSalesforce(server: WebhookServer, body: string, path = `salesforce/${SECRET}`) {
  return fetch(`${server.url}/webhooks/salesforce/${path}`, { method: 'POST', body });
}

const control = (url: string, path: string, body: unknown) =>
  fetch(`${url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });

describe('webhook routes: refusals', () => {
  it('answer 401 without a reason, store nothing, and log the reason without the secret', async () => {
    const server = await serve();
    const message = JSON.stringify({ type: 'track', messageId: 'm-1' });
    const answers = [
      await toSegment(server, message, { 'x-signature': sha1('another') }),
      await toSegment(server, `[${message}]`),
      await toHubSpot(server, '[]', 'https://elsewhere.example/webhooks/hubspot/hubspot'),
      await toSalesforce(server, envelope(NOTIFICATION), 'salesforce/wrong'),
      await toSalesforce(server, envelope(NOTIFICATION), 'salesforce'),
      await toSalesforce(server, envelope(NOTIFICATION, '00D000000000002EAA')),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(await answer.text()).toBe('Unauthorized');
    }
    expect([...server.stored]).toEqual([]);
    expect(server.logged).toHaveLength(answers.length);
    for (const line of server.logged) {
      expect(line.level).toBe('warn');
      expect(line.fields['reason']).not.toBe('');
      expect(JSON.stringify(line)).not.toMatch(/a-shared-secret|m-1|04l0/);
    }
  });

  it('answer 400 to what is genuine and cannot be read', async () => {
    const server = await serve();
    for (const answer of [
      await toSegment(server, '{"type":'),
      await toHubSpot(server, '{}'),
      await toHubSpot(server, ''),
      await toHubSpot(server, ' \n '),
    ]) {
      expect(answer.status).toBe(400);
    }
    expect([...server.stored]).toEqual([]);
  });

  it('verify before they read: what is not genuine is 401, however it reads', async () => {
    const server = await serve();
    expect((await toSegment(server, '{"type":', { 'x-signature': sha1('another') })).status).toBe(401);
  });

  it('answer 404 for a connection that is not there, another vendor’s address, a token that belongs to none, and GET', async () => {
    const server = await serve();
    for (const path of [
      'segment/other',
      'hubspot/segment',
      'constructor/__proto__',
      'segment',
      `segment/segment/${SECRET}`,
      `salesforce/salesforce/${SECRET}/more`,
    ]) {
      const answer = await fetch(`${server.url}/webhooks/${path}`, { method: 'POST', body: '{}' });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await fetch(`${server.url}/webhooks/segment/segment`)).status).toBe(404);
  });

  it('answer 413 above one megabyte, and take what is just below', async () => {
    const server = await serve();
    const sized = (bytes: number) => {
      const empty = JSON.stringify({ type: 'track', messageId: `m-${bytes}`, filling: '' });
      return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
    };
    expect((await toSegment(server, sized(1_048_577))).status).toBe(413);
    expect((await toSegment(server, sized(1_048_576))).status).toBe(200);
    expect([...server.stored.keys()]).toEqual(['segment m-1048576']);
  });

  it('answer 415 to a compressed body, which could unfold to any size', async () => {
    const server = await serve();
    const answer = await toSegment(server, gzipSync('{"type":"track","messageId":"m-1"}'), {
      'content-encoding': 'gzip',
    });
    expect(answer.status).toBe(415);
  });

  it('answer 503 when the store fails, so that the vendor sends it again, and then take it', async () => {
    let broken = true;
    const kept: string[] = [];
    const inbox: Inbox = {
      ...NO_MESSAGES,
      keep: async ({ body }) => {
        if (broken) throw new StoreError('the disk is full of a@example.com', { retry: 'later' });
        kept.push(body.toString());
      },
    };
    const server = await serve({ inbox });
    const body = JSON.stringify({ type: 'track', messageId: 'm-1' });
    const refused = await toSegment(server, body);
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      503,
      '5',
      'Service Unavailable',
    ]);
    expect(JSON.stringify(server.logged)).not.toContain('a@example.com');
    broken = false;
    expect((await toSegment(server, body)).status).toBe(200);
    expect(kept).toEqual([body]);
  });
});

describe('webhook routes: acceptance', () => {
  it('answer only when the messages are stored', async () => {
    const order: string[] = [];
    const inbox: Inbox = {
      ...NO_MESSAGES,
      keep: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push('stored');
      },
    };
    const server = await serve({ inbox });
    await toSegment(server, JSON.stringify({ type: 'track', messageId: 'm-1' }));
    order.push('answered');
    expect(order).toEqual(['stored', 'answered']);
  });

  it('take bytes as they came: blanks, a byte order of keys, characters beyond the plain ones, no content type', async () => {
    const server = await serve();
    const body = ' {"messageId" : "m-1",\n "type":"track", "event":"Zoë 🎈" }\n';
    expect((await toSegment(server, body)).status).toBe(200);
    expect(server.stored.get('segment m-1')).toEqual({ messageId: 'm-1', type: 'track', event: 'Zoë 🎈' });
  });

  it('verify HubSpot by the public address where a proxy stands in front', async () => {
    const server = await serve({ publicBaseUrl: 'https://scores.example.com/' });
    expect((await toHubSpot(server, '[]')).status).toBe(401);
    expect((await toHubSpot(server, '[]', 'https://scores.example.com/webhooks/hubspot/hubspot')).status).toBe(200);
  });

  it('acknowledge to Salesforce in XML', async () => {
    const server = await serve();
    const answer = await toSalesforce(server, envelope(NOTIFICATION));
    expect([answer.status, await answer.text()]).toEqual([200, ACKNOWLEDGEMENT]);
    expect(answer.headers.get('content-type')).toMatch(/^text\/xml/);
    expect([...server.stored.keys()]).toEqual(['salesforce 04l000000000001AAA']);
  });

  it('log counts and no contents', async () => {
    const server = await serve();
    const event = { portalId: 1, objectId: 2, occurredAt: 3, propertyName: 'email', propertyValue: 'a@example.com' };
    const body = JSON.stringify([event, event, { ...event, objectId: 3 }]);
    await toHubSpot(server, body);
    expect(server.logged).toEqual([
      {
        level: 'debug',
        fields: { vendor: 'hubspot', connectionId: 'hubspot', bytes: body.length },
        message: 'a webhook was taken',
      },
    ]);
  });

  it('put into a real store, byte by byte, what is taken apart into what its columns take', async () => {
    const store = await openTempStore();
    closing.push(store.close);
    const now = () => new Date();
    const server = await serve({ inbox: createInbox(store.database, now) });
    const body = ' {"messageId":"m-\\u0000","type":"identify","traits":{"name":"\\ud83dx\\u0000"}}\n';
    expect((await toSegment(server, body)).status).toBe(200);
    expect((await toSegment(server, body)).status).toBe(200);
    const kept = await firstDeliveries(store.database, 'segment', { bytes: 1e6, rows: 10 });
    expect(kept.flatMap(({ bodies }) => bodies).map(String)).toEqual([body, body]);
    await takeAllApart(store.database, deliveryReaders, now);
    expect(await store.database.query('select delivery_key, payload from inbox')).toEqual([
      {
        delivery_key: 'm-\uFFFD',
        payload: { messageId: 'm-\uFFFD', type: 'identify', traits: { name: '\uFFFDx\uFFFD' } },
      },
    ]);

    // What proves unreadable waits in quarantine as it came.
    expect((await toHubSpot(server, '[{"objectId":1},]')).status).toBe(200);
    expect((await toSalesforce(server, envelope(''))).status).toBe(200);
    await takeAllApart(store.database, deliveryReaders, now);
    expect(
      await store.database.query('select connection_id, stage, kind, message, payload from quarantine order by 1'),
    ).toEqual([
      {
        connection_id: 'hubspot',
        stage: 'inbox',
        kind: 'message',
        message: 'body: expected JSON. To mend it: mend the sender.',
        payload: '[{"objectId":1},]',
      },
      {
        connection_id: 'salesforce',
        stage: 'inbox',
        kind: 'message',
        message: 'body: expected an Outbound Message: at least one <Notification>. To mend it: mend the sender.',
        payload: envelope(''),
      },
    ]);
  });
});

describe('webhook routes: the vendors’ own senders', () => {
  it('take HubSpot’s batches, each event once', async () => {
    const vendor = await sandbox();
    const server = await serve();
    await control(vendor.urls.hubspot, 'hubspot/webhooks', {
      targetUrl: `${server.url}/webhooks/hubspot/hubspot`,
      clientSecret: SECRET,
      appId: 1,
    });
    for (let index = 0; index < 30; index++) {
      await control(vendor.urls.hubspot, 'hubspot/change', {
        objectType: 'contacts',
        properties: { email: `p${index}@example.com`, firstname: 'Zoë 🎈' },
      });
    }
    await server.received(30);
    const created = [...server.stored.values()].filter(
      (event) =>
        typeof event === 'object' &&
        event !== null &&
        'subscriptionType' in event &&
        event['subscriptionType'] === 'contact.creation',
    );
    expect(created).toHaveLength(30);
    expect(server.logged.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('are sent again by HubSpot until the store works', async () => {
    const vendor = await sandbox();
    let failures = 2;
    const kept: string[] = [];
    let taken = () => {};
    const done = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const server = await serve({
      inbox: {
        ...NO_MESSAGES,
        keep: async ({ body }) => {
          if (failures-- > 0) throw new StoreError('busy', { retry: 'later' });
          kept.push(body.toString());
          taken();
        },
      },
    });
    await control(vendor.urls.hubspot, 'hubspot/webhooks', {
      targetUrl: `${server.url}/webhooks/hubspot/hubspot`,
      clientSecret: SECRET,
      appId: 1,
      types: ['contact.creation'],
    });
    await control(vendor.urls.hubspot, 'hubspot/change', {
      objectType: 'contacts',
      properties: { email: 'a@example.com' },
    });
    await done;
    expect(kept).toHaveLength(1);
  });

  it('take Segment’s messages, one a request', async () => {
    const vendor = await sandbox();
    const server = await serve();
    await control(vendor.urls.segment, 'segment/webhook', {
      targetUrl: `${server.url}/webhooks/segment/segment`,
      sharedSecret: SECRET,
    });
    const messages = Array.from({ length: 60 }, (_, index) => ({
      messageId: `m-${index}`,
      userId: 'u',
      event: 'Zoë 🎈',
    }));
    await control(vendor.urls.segment, 'segment/emit', { messages });
    await server.received(60);
    expect(new Set(server.stored.keys())).toEqual(new Set(messages.map(({ messageId }) => `segment ${messageId}`)));
  });

  it('refuse Segment’s arrays, of which only the first message is signed', async () => {
    const vendor = await sandbox();
    const server = await serve();
    await control(vendor.urls.segment, 'segment/webhook', {
      targetUrl: `${server.url}/webhooks/segment/segment`,
      sharedSecret: SECRET,
      batch: true,
    });
    await control(vendor.urls.segment, 'segment/emit', { messages: [{ messageId: 'm-1', userId: 'u', event: 'x' }] });
    const state = async () =>
      (await (await fetch(`${vendor.urls.segment}/_sandbox/segment/webhook`)).json()) as { failed: number };
    await expect.poll(async () => (await state()).failed).toBe(1);
    expect([...server.stored]).toEqual([]);
  });

  it('take Salesforce’s notifications until they are acknowledged', async () => {
    const vendor = await sandbox();
    const server = await serve();
    const subscribed = await control(vendor.urls.salesforce, 'salesforce/outbound', {
      targetUrl: `${server.url}/webhooks/salesforce/salesforce/${SECRET}`,
      object: 'Contact',
      fields: ['Id', 'LastName', 'Email'],
    });
    expect(subscribed.ok).toBe(true);
    for (let index = 0; index < 5; index++) {
      const changed = await control(vendor.urls.salesforce, 'salesforce/change', {
        object: 'Contact',
        fields: { LastName: `Zoë & Co ${index}` },
      });
      expect(changed.ok).toBe(true);
    }
    await server.received(5);
    const payloads = [...server.stored.values()].map(String);
    for (let index = 0; index < 5; index++) {
      expect(payloads.some((xml) => xml.includes(`<sf:LastName>Zoë &amp; Co ${index}</sf:LastName>`))).toBe(true);
    }
  });
});
