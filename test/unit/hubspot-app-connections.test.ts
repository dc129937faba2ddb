import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../config/schema.ts';
import { createAppConnections } from '../../config/wiring.ts';

const config = configSchema.parse({
  connections: [
    { vendor: 'hubspot', settings: { acceptSignatureV1: true } },
    { vendor: 'hubspot', id: 'second' },
    { vendor: 'salesforce' },
  ],
});
const now = new Date('2026-06-01T12:00:00.000Z');
const url = 'https://scores.example.com/hubspot/card?objectId=1';
const request = (headers: Record<string, string>) => ({ method: 'GET', url, headers, rawBody: Buffer.alloc(0) });

describe('which HubSpot accounts may ask for cards', () => {
  it('those whose app secret is set, and no other vendor', () => {
    const ids = (env: Record<string, string>) =>
      createAppConnections(config, { env }).map(({ connectionId }) => connectionId);
    expect(ids({})).toEqual([]);
    expect(ids({ HUBSPOT_CLIENT_SECRET: '' })).toEqual([]);
    expect(ids({ SECOND_CLIENT_SECRET: 'b', SALESFORCE_CLIENT_SECRET: 'c' })).toEqual(['second']);
    expect(ids({ HUBSPOT_CLIENT_SECRET: 'a', SECOND_CLIENT_SECRET: 'b' })).toEqual(['hubspot', 'second']);
  });

  it('version 1 opens no card, even where old webhooks may come with it', () => {
    const [connection] = createAppConnections(config, { env: { HUBSPOT_CLIENT_SECRET: 'a' } });
    const v1 = createHash('sha256').update('a').digest('hex');
    expect(() =>
      connection?.verifier.verify(request({ 'x-hubspot-signature-version': 'v1', 'x-hubspot-signature': v1 }), now),
    ).toThrow('no signature of version 3');
    const time = String(now.getTime());
    const v3 = createHmac('sha256', 'a').update(`GET${url}${time}`).digest('base64');
    const signed = request({ 'x-hubspot-signature-v3': v3, 'x-hubspot-request-timestamp': time });
    expect(connection?.verifier.verify(signed, now)).toBeUndefined();
    expect(connection?.connectionId).toBe('hubspot');
  });
});
