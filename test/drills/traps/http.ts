import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import express from 'express';
import jsforce from 'jsforce';
import nock from 'nock';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient } from '../../../connectors/hubspot/client.ts';
import { DataError } from '../../../core/domain/errors.ts';
import { assertAllowedUrl } from '../../../webhooks/outbound/allowed-address.ts';
import { createPost } from '../../../webhooks/outbound/post.ts';
import { signedHeaders } from '../../../webhooks/outbound/sign.ts';
import { hubspotVerifier } from '../../../webhooks/verify/hubspot.ts';
import { segmentVerifier } from '../../../webhooks/verify/segment.ts';
import { noLimits, quietLogger } from '../../integration/hubspot-portal.ts';
import { serveWebhooks } from '../../integration/webhook-server.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { measured } from '../arena.ts';

const SECRET = 'a-shared-secret';

/** Traps 16 to 18: Express, nock, and calls to addresses that strangers chose. */
export function httpTraps(): void {
  describe('HTTP', () => {
    test('trap 16: a signature is checked over the bytes that came, up to the largest deliveries of the vendors, and no further', async () => {
      const server = await serveWebhooks([
        { vendor: 'segment', connectionId: 'segment', verifier: segmentVerifier([SECRET]) },
        { vendor: 'hubspot', connectionId: 'hubspot', verifier: hubspotVerifier([SECRET]) },
      ]);
      const toSegment = async (body: string) => {
        const headers = { 'content-type': 'application/json', 'x-signature': sha1(body) };
        return (await fetch(`${server.url}/webhooks/segment/segment`, { method: 'POST', headers, body })).status;
      };
      const message = (id: string, more: string) => `{"type":"track","messageId":"${id}","event":"e",${more}}`;
      // All of these are other bytes once they were parsed and written again.
      const odd = [
        message('spaces', '  "properties" : { "a" :1 }'),
        message('numbers', '"properties":{"a":1.0,"b":1e2,"c":12345678901234567890}'),
        message('escapes', '"properties":{"a":"\\u00e9\\/\\ud83d\\ude00"}'),
        message('twice', '"properties":{"a":1},"properties":{"a":2}'),
      ];
      for (const body of odd) expect(await toSegment(body)).toBe(200);
      expect(await reserialised(odd)).toBe(odd.length);
      expect(await toSegment(message('large', `"properties":{"a":"${'x'.repeat(500_000)}"}`))).toBe(200);
      expect(await toSegment(message('huge', `"properties":{"a":"${'x'.repeat(1_100_000)}"}`))).toBe(413);
      expect([...server.stored.keys()]).toEqual(
        ['spaces', 'numbers', 'escapes', 'twice', 'large'].map((id) => `segment ${id}`),
      );

      const url = `${server.url}/webhooks/hubspot/hubspot`;
      const events = JSON.stringify(
        Array.from({ length: 100 }, (_, objectId) => ({ subscriptionType: 'contact.creation', objectId, portalId: 1 })),
      );
      const time = String(Date.now());
      const signature = createHmac('sha256', SECRET).update(`POST${url}${events}${time}`).digest('base64');
      const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': time };
      expect((await fetch(url, { method: 'POST', headers, body: events })).status).toBe(200);
      expect(server.stored.size).toBe(105);
      measured('trap 16', {
        'odd bodies taken': odd.length,
        'of these broken by express.json': odd.length,
        events: 100,
      });
      await server.close();
    });

    test('trap 17: a request that no interceptor expects reaches nobody, is seen, and is asked once and not again and again', async () => {
      const hubspot = 'https://api.hubapi.com';
      const salesforce = 'https://example.my.salesforce.com';
      nock.disableNetConnect();
      for (const host of [hubspot, salesforce]) nock(host).get('/expected').reply(200, {});
      let unexpected = 0;
      const note = () => {
        unexpected += 1;
      };
      nock.emitter.on('no match', note);
      try {
        // nock answers it with 501, which a client that repeats every 5xx would ask for again and again.
        await expect(hubspotClient().call({ method: 'GET', path: '/other', reply: z.unknown() })).rejects.toMatchObject(
          {
            code: 'vendor',
            status: 501,
          },
        );
        expect(unexpected).toBe(1);
        const connection = new jsforce.Connection({ instanceUrl: salesforce, accessToken: 'x' });
        await expect(connection.request({ method: 'POST', url: '/other', body: '{}' })).rejects.toThrow();
        expect(unexpected).toBe(2);
        expect(nock.pendingMocks()).toEqual([`GET ${hubspot}:443/expected`, `GET ${salesforce}:443/expected`]);
      } finally {
        nock.emitter.off('no match', note);
        nock.cleanAll();
        nock.enableNetConnect();
      }
      measured('trap 17', { 'unexpected requests seen': unexpected, repeated: 0 });
    });

    test('trap 18: no address of a stranger leads into the private network, by name, redirect or a name that changes; receivers can trust what we sign', async () => {
      const receiver = await startReceiver();
      const inside = await countingListener();
      const refuse = (url: string) => expect(() => assertAllowedUrl(url, { allowLoopback: false })).toThrow(DataError);
      const forms = [
        'http://a.example/',
        'https://10.0.0.1/',
        'https://2130706433/',
        'https://[::ffff:7f00:1]/',
        'https://169.254.169.254/',
      ];
      for (const url of forms) refuse(url);
      const post = (addresses: readonly string[], allowLoopback: boolean, url: string) =>
        createPost({ allowLoopback, resolve: answersInTurn(addresses) })(
          url,
          { headers: {}, body: '{}' },
          AbortSignal.timeout(1_500),
        );
      const named = `https://innocent.example:${inside.port}/`;
      expect(await post(['127.0.0.1'], false, named)).toMatchObject({
        status: null,
        error: expect.stringContaining('not on the public'),
      });
      // Rebinding: public when it is looked at, private when it is asked again.
      expect(await post(['192.31.7.1', '127.0.0.1'], false, named)).toMatchObject({ status: null });
      receiver.reactions.push({ status: 307, headers: { location: `http://127.0.0.1:${inside.port}/` } });
      expect(await post(['127.0.0.1'], true, receiver.url.replace('127.0.0.1', 'localhost'))).toMatchObject({
        status: 307,
      });
      expect(inside.connections()).toBe(0);

      const [older = '', newer = '', other = ''] = [1, 2, 3].map(
        (byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`,
      );
      const body = JSON.stringify({ type: 'score.changed' });
      const signedAt = (ms: number) => ({ ...signedHeaders('msg_1', body, [newer, older], new Date(Date.now() + ms)) });
      for (const secret of [older, newer])
        expect(new Webhook(secret).verify(body, signedAt(0))).toEqual({ type: 'score.changed' });
      expect(() => new Webhook(other).verify(body, signedAt(0))).toThrow();
      expect(() => new Webhook(newer).verify(`${body} `, signedAt(0))).toThrow();
      for (const ms of [-301_000, 301_000])
        expect(() => new Webhook(newer).verify(body, signedAt(ms))).toThrow(/timestamp/i);
      measured('trap 18', {
        'forms refused': forms.length,
        'connections to the inside': inside.connections(),
        'secrets during a rotation': 2,
      });
      await Promise.all([receiver.close(), inside.close()]);
    });
  });
}

const hubspotClient = () =>
  createClient({
    baseUrl: null,
    accessToken: 'pat-test',
    limits: noLimits,
    logger: quietLogger,
    priority: 5,
    timeoutMs: 2_000,
    firstRetryDelayMs: 1,
  });

const sha1 = (body: string) => createHmac('sha1', SECRET).update(body).digest('hex');

/** How many bodies have another signature once express.json() has parsed them, which is all that is left of them then. */
async function reserialised(bodies: readonly string[]): Promise<number> {
  const app = express();
  app.use(express.json());
  app.post('/', (req, res) => {
    res.json(req.headers['x-signature'] === sha1(JSON.stringify(req.body)));
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  let broken = 0;
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json', 'x-signature': sha1(body) };
    if ((await (await fetch(url, { method: 'POST', headers, body })).json()) === false) broken += 1;
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return broken;
}

/** A name that resolves to one address after the other. */
function answersInTurn(addresses: readonly string[]) {
  let asked = 0;
  return async () => [{ address: addresses[Math.min(asked++, addresses.length - 1)] ?? '', family: 4 }];
}

/** Something inside the private network that counts who connects. */
async function countingListener() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
