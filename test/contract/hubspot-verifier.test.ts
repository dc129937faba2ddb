import { createHmac } from 'node:crypto';
import { Signature } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';
import { WebhookVerificationError } from '../../core/domain/errors.ts';
import { HUBSPOT_WINDOW_MS, hubspotVerifier, signedUri } from '../../webhooks/verify/hubspot.ts';
import type { WebhookRequest } from '../../webhooks/verify/verifier.ts';
import { testVerifier, withHeader } from './test-verifier.ts';

const SIGNATURE = 'x-hubspot-signature-v3';
const TIMESTAMP = 'x-hubspot-request-timestamp';
const URL = 'https://scores.example.com/webhooks/hubspot/hubspot';

const signed = (
  given: { secret: string; at: Date; body: Buffer },
  url = URL,
  signedAs = url,
  method = 'POST',
): WebhookRequest => {
  const timestamp = String(given.at.getTime());
  const text = Buffer.concat([Buffer.from(method + signedAs), given.body, Buffer.from(timestamp)]);
  return {
    method,
    url,
    headers: {
      [SIGNATURE]: createHmac('sha256', given.secret).update(text).digest('base64'),
      [TIMESTAMP]: timestamp,
    },
    rawBody: given.body,
  };
};

testVerifier('HubSpot verifier', () => ({
  create: (secrets) => hubspotVerifier(secrets),
  signed: (given) => signed(given),
  bodyWith: (text) => Buffer.from(JSON.stringify([{ objectId: 1, propertyValue: text }])),
  proof: {
    of: (request) => String(request.headers[SIGNATURE]),
    with: (request, proof) => withHeader(request, SIGNATURE, proof),
  },
  covers: { body: true, url: true, method: true },
  windowMs: HUBSPOT_WINDOW_MS,
  withTime: (request, time) => withHeader(request, TIMESTAMP, time),
}));

describe('HubSpot verifier: published vectors', () => {
  // HubSpot's own client libraries for Python and Ruby test with these.
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const request = (signature: string, timestamp: string): WebhookRequest => ({
    method: 'POST',
    url: 'https://www.example.com/webhook_uri',
    headers: { [SIGNATURE]: signature, [TIMESTAMP]: timestamp },
    rawBody: Buffer.from("{'example_field':'example_value'}"),
  });
  const vectors = [
    ['K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=', '1693657560000'],
    ['RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=', '1700000300000'],
  ] as const;

  it('accepts both at their time', () => {
    for (const [signature, timestamp] of vectors) {
      const now = new Date(Number(timestamp));
      expect(() => hubspotVerifier([secret]).verify(request(signature, timestamp), now)).not.toThrow();
    }
  });

  it('refuses each with the other one’s time', () => {
    const [[first, firstAt], [second, secondAt]] = vectors;
    for (const [signature, timestamp] of [
      [first, secondAt],
      [second, firstAt],
    ] as const) {
      const now = new Date(Number(timestamp));
      expect(() => hubspotVerifier([secret]).verify(request(signature, timestamp), now)).toThrow(
        WebhookVerificationError,
      );
    }
  });
});

describe('HubSpot verifier: the address that is signed', () => {
  it('decodes the twelve escapes of the vendor’s table, in either case', () => {
    expect(signedUri('%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B')).toBe(":/?@!$'()*,;");
    expect(signedUri('%3a%2f%3f%2a%2c%3b')).toBe(':/?*,;');
  });

  it('leaves every other escape as it is', () => {
    const others = '%20%26%3D%2B%25%23%22%5B%5D%7E%C3%A9%0A%00%253A';
    expect(signedUri(`https://a.example/x?y=${others}`)).toBe(`https://a.example/x?y=${others}`);
  });

  it('accepts a request to an address with escapes, signed with them decoded', () => {
    const now = new Date('2026-06-01T12:00:00.000Z');
    const given = { secret: 'a-secret', at: now, body: Buffer.from('[]') };
    const called = `${URL}?to=https%3A%2F%2Fa.example%2Fb%3Fc%20d%26e&f=1`;
    const decoded = `${URL}?to=https://a.example/b?c%20d%26e&f=1`;
    const verifier = hubspotVerifier(['a-secret']);
    expect(() => verifier.verify(signed(given, called, decoded), now)).not.toThrow();
    expect(() => verifier.verify(signed(given, called, called), now)).toThrow(WebhookVerificationError);
  });
});

describe('HubSpot verifier: against the vendor’s own helper', () => {
  const now = new Date('2026-06-01T12:00:00.000Z');
  const timestamp = now.getTime();

  it('accepts what the helper signs for plain addresses, whatever the body and method', () => {
    for (const method of ['POST', 'PUT', 'GET']) {
      for (const body of ['', '[]', '[{"a":"é🎈"}]', ' {"b" : 1}\n', "{'c':'d'}"]) {
        for (const url of [URL, `${URL}?a=b`, 'https://x.example:8443/y/z?b=c&d=e%20f']) {
          const clientSecret = `secret-of-${method}`;
          const signature = Signature.getSignature(method, 'v3', {
            signature: '',
            clientSecret,
            requestBody: body,
            url,
            timestamp,
          });
          const request: WebhookRequest = {
            method,
            url,
            headers: { [SIGNATURE]: signature, [TIMESTAMP]: String(timestamp) },
            rawBody: Buffer.from(body),
          };
          expect(() => hubspotVerifier([clientSecret]).verify(request, now)).not.toThrow();
          expect(() => hubspotVerifier(['another']).verify(request, now)).toThrow(WebhookVerificationError);
        }
      }
    }
  });

  it('does not accept a signature of version 1 or 2 in place of version 3', () => {
    for (const version of ['v1', 'v2']) {
      const signature = Signature.getSignature('POST', version, {
        signature: '',
        clientSecret: 'a-secret',
        requestBody: '[]',
        url: URL,
        timestamp,
      });
      const headers = { [SIGNATURE]: signature, 'x-hubspot-signature': signature, [TIMESTAMP]: String(timestamp) };
      const request = { method: 'POST', url: URL, headers, rawBody: Buffer.from('[]') };
      expect(() => hubspotVerifier(['a-secret']).verify(request, now)).toThrow(WebhookVerificationError);
      expect(() => hubspotVerifier(['a-secret']).verify(withHeader(request, SIGNATURE, null), now)).toThrow(
        WebhookVerificationError,
      );
    }
  });
});
