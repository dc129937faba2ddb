import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, WebhookVerificationError } from '../../core/domain/errors.ts';
import { SEGMENT_SECRET_HEADER, segmentVerifier } from '../../webhooks/verify/segment.ts';
import type { WebhookRequest } from '../../webhooks/verify/verifier.ts';
import { testVerifier, withHeader } from './test-verifier.ts';

const SIGNATURE = 'x-signature';
const NOW = new Date('2026-06-01T12:00:00.000Z');

const signed = (secret: string, body: Buffer, signedPart: Buffer | string = body): WebhookRequest => ({
  method: 'POST',
  url: 'https://scores.example.com/webhooks/segment/segment',
  headers: { [SIGNATURE]: createHmac('sha1', secret).update(signedPart).digest('hex') },
  rawBody: body,
});

testVerifier('Segment verifier', () => ({
  create: (secrets) => segmentVerifier(secrets),
  signed: ({ secret, body }) => signed(secret, body),
  bodyWith: (text) => Buffer.from(JSON.stringify({ type: 'track', messageId: 'm-1', event: text })),
  proof: {
    of: (request) => String(request.headers[SIGNATURE]),
    with: (request, proof) => withHeader(request, SIGNATURE, proof),
  },
  covers: { body: true, url: false, method: false },
  windowMs: null,
}));

testVerifier('Segment verifier, secret in a header', () => ({
  // Without one in the header this is the verifier above.
  create: (secrets) => segmentVerifier(secrets.length === 0 ? [] : ['signing'], secrets),
  signed: ({ secret, body }) => withHeader(signed('signing', body), SEGMENT_SECRET_HEADER, secret),
  bodyWith: (text) => Buffer.from(JSON.stringify({ type: 'track', messageId: 'm-1', event: text })),
  proof: {
    of: (request) => String(request.headers[SEGMENT_SECRET_HEADER]),
    with: (request, proof) => withHeader(request, SEGMENT_SECRET_HEADER, proof),
  },
  covers: { body: true, url: false, method: false },
  windowMs: null,
}));

describe('Segment verifier: an independent signer', () => {
  // openssl: printf '{"type":"track"}' | openssl dgst -sha1 -hmac abc123
  it('accepts a signature that openssl made', () => {
    const request: WebhookRequest = {
      method: 'POST',
      url: 'https://scores.example.com/webhooks/segment/segment',
      headers: { [SIGNATURE]: 'ebe13495e5e75d2f6e92a02d9303a1055a82f7bb' },
      rawBody: Buffer.from('{"type":"track"}'),
    };
    expect(() => segmentVerifier(['abc123']).verify(request, NOW)).not.toThrow();
  });
});

describe('Segment verifier: arrays', () => {
  const first = { type: 'track', messageId: 'm-1' };
  const body = Buffer.from(JSON.stringify([first, { type: 'track', messageId: 'm-2' }]));
  const asSegmentSigns = signed('a-secret', body, JSON.stringify(first));

  it('refuses an array, of which only the first message is signed', () => {
    expect(() => segmentVerifier(['a-secret']).verify(asSegmentSigns, NOW)).toThrow(WebhookVerificationError);
  });

  it('refuses an array even when it is signed as a whole, and one behind blanks', () => {
    for (const rawBody of [body, Buffer.concat([Buffer.from('\n \t'), body])]) {
      expect(() => segmentVerifier(['a-secret']).verify(signed('a-secret', rawBody), NOW)).toThrow(
        WebhookVerificationError,
      );
    }
  });

  it('accepts an array when a secret in a header vouches for it as well', () => {
    const verifier = segmentVerifier(['a-secret'], ['in-header']);
    expect(() => verifier.verify(withHeader(asSegmentSigns, SEGMENT_SECRET_HEADER, 'in-header'), NOW)).not.toThrow();
  });

  it('refuses it when the header is missing, empty or wrong, or the first message is not the one that was signed', () => {
    const verifier = segmentVerifier(['a-secret'], ['in-header']);
    const spoiled = [
      asSegmentSigns,
      withHeader(asSegmentSigns, SEGMENT_SECRET_HEADER, ''),
      withHeader(asSegmentSigns, SEGMENT_SECRET_HEADER, 'wrong'),
      ...['[]', '[', '[null]', '["m-1"]', JSON.stringify([{ type: 'track', messageId: 'm-3' }, first])].map((text) =>
        withHeader({ ...asSegmentSigns, rawBody: Buffer.from(text) }, SEGMENT_SECRET_HEADER, 'in-header'),
      ),
    ];
    for (const request of spoiled) expect(() => verifier.verify(request, NOW)).toThrow(WebhookVerificationError);
  });

  it('is not built with an empty secret for the header', () => {
    expect(() => segmentVerifier(['a-secret'], [''])).toThrow(ConfigError);
  });
});
