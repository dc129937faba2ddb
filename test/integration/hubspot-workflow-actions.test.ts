import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeEventSchema, wantedBy } from '../../connectors/hubspot/change-events.ts';
import { deliveryReaders } from '../../webhooks/inbound/readers.ts';
import { hubspotVerifier, hubspotWorkflowVerifier } from '../../webhooks/verify/hubspot.ts';
import { serveWebhooks, type WebhookServer } from './webhook-server.ts';

const SECRET = 'client-secret';
const now = new Date('2026-06-01T12:00:00.000Z');
let server: WebhookServer;
beforeAll(async () => {
  server = await serveWebhooks(
    [
      { vendor: 'hubspot', connectionId: 'hubspot', verifier: hubspotVerifier([SECRET]) },
      { vendor: 'hubspot-workflow', connectionId: 'hubspot', verifier: hubspotWorkflowVerifier([SECRET]) },
    ],
    { now: () => now, publicBaseUrl: 'https://scores.example.com' },
  );
});
afterAll(() => server.close());
let stored: number;
beforeEach(() => {
  stored = server.stored.size;
});

const PATH = '/webhooks/hubspot-workflow/hubspot';
/** As HubSpot calls the action of a workflow: https://developers.hubspot.com/docs/api-reference/automation-actions-v4-v4/guide */
const call = (callbackId: string, object: unknown = { objectId: 904, objectType: 'CONTACT', properties: {} }) =>
  JSON.stringify({
    callbackId,
    origin: { portalId: 62515, actionDefinitionId: 1, actionDefinitionVersion: 1 },
    context: { source: 'WORKFLOWS', workflowId: 2 },
    object,
    inputFields: {},
  });
const post = (body: string, headers: Record<string, string>, path = PATH) =>
  fetch(server.url + path, { method: 'POST', headers, body });
const v2 = (body: string, path = PATH) => ({
  'x-hubspot-signature-version': 'v2',
  'x-hubspot-signature': createHash('sha256')
    .update(`${SECRET}POSThttps://scores.example.com${path}${body}`)
    .digest('hex'),
});

describe('a custom workflow action of HubSpot', () => {
  it('is refused unsigned, signed for another address, or by version 3', async () => {
    const body = call('ap-0');
    const time = String(now.getTime());
    const v3 = {
      'x-hubspot-request-timestamp': time,
      'x-hubspot-signature-v3': createHmac('sha256', SECRET)
        .update(`POSThttps://scores.example.com${PATH}${body}${time}`)
        .digest('base64'),
    };
    for (const headers of [{}, v2(body, '/webhooks/hubspot/hubspot'), v3]) {
      expect((await post(body, headers)).status).toBe(401);
    }
    expect(server.stored.size).toBe(stored);
  });

  it('its signature opens no other door: change events need version 3', async () => {
    const body = '[]';
    const path = '/webhooks/hubspot/hubspot';
    expect((await post(body, v2(body, path), path)).status).toBe(401);
  });

  it.each([
    ['a list', `[${call('ap-1')}]`],
    ['no JSON', '{'],
  ])('is refused with %s, though rightly signed', async (_, body) => {
    expect((await post(body, v2(body))).status).toBe(400);
    expect(server.stored.size).toBe(stored);
  });

  // Such a body is kept when it comes, and waits with this message once it is taken apart (docs/decisions/028).
  it.each([
    ['no callback', call('')],
    ['no record', call('ap-1', {})],
    ['a record without a number', call('ap-1', { objectId: '', objectType: 'CONTACT' })],
    ['a kind that we do not read', call('ap-1', { objectId: 1, objectType: 'LANDING_PAGE' })],
  ])('says what it expected when taken apart with %s', (_, body) => {
    expect(() => deliveryReaders['hubspot-workflow'](Buffer.from(body))).toThrow(
      /a callbackId, and an object with objectId/,
    );
  });

  it('asks for its record to be read again, once for each callback', async () => {
    const body = call('ap-102670506-1-2-0');
    expect((await post(body, v2(body))).status).toBe(200);
    expect((await post(body, v2(body))).status).toBe(200);
    expect(server.stored.size).toBe(stored + 1);
    const message = changeEventSchema.parse([...server.stored.values()].at(-1));
    expect(wantedBy(message, { appId: '54321', propertiesOf: () => ['email'] })).toEqual([
      { act: 'read', object: 'contacts', id: '904', at: 0 },
    ]);
  });
});
