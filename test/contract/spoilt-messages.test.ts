import { WebhookVerificationError as StandardError, Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { WebhookVerificationError } from '../../core/domain/errors.ts';
import { signedHeaders } from '../../webhooks/outbound/sign.ts';
import { hubspotVerifier, hubspotWorkflowVerifier } from '../../webhooks/verify/hubspot.ts';
import type { WebhookRequest } from '../../webhooks/verify/verifier.ts';
import { fuzzReader, fuzzVerifier, READERS } from '../support/fuzz-verifiers.ts';
import { genuine, SECRET, SENT_AT, spoilt } from '../support/spoil.ts';
import { VERIFIERS } from '../support/verifiers.ts';

const FUZZ_RUNS = 300;

describe.each(VERIFIERS)('$name', (by) => {
  const verifier = by.create(SECRET);
  const messages = spoilt(by);

  it('takes the genuine message', () => {
    expect(() => verifier.verify(genuine(by), SENT_AT)).not.toThrow();
  });

  it('is given some thirty spoilt messages', () => {
    expect(messages.length).toBeGreaterThanOrEqual(28);
    expect(new Set(messages.map(([how]) => how)).size).toBe(messages.length);
  });

  it.each(messages)('refuses: %s', (_, request) => {
    expect(() => verifier.verify(request, SENT_AT)).toThrow(WebhookVerificationError);
  });

  it('refuses whatever else comes, and never breaks', () => fuzzVerifier(by, FUZZ_RUNS));
});

describe('readers of verified bodies', () => {
  it.each(Object.entries(READERS))('%s: read a body or refuse it, and never break', (_, read) => {
    for (const { body } of VERIFIERS) fuzzReader(read, FUZZ_RUNS / 2, body);
  });
});

describe('HubSpot: published vectors of versions 1 and 2', () => {
  // The vendor's documentation of request validation, and the test of its Node library.
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const url = 'https://www.example.com/webhook_uri';
  const request = (version: string, method: string, body: string, signature: string): WebhookRequest => ({
    method,
    url,
    headers: { 'x-hubspot-signature-version': version, 'x-hubspot-signature': signature },
    rawBody: Buffer.from(body),
  });
  const v1 = request(
    'v1',
    'POST',
    '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]',
    '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de',
  );
  const v2Get = request('v2', 'GET', '', 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e');
  const v2Post = request(
    'v2',
    'POST',
    '{"example_field":"example_value"}',
    '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
  );

  it('are taken where their version is', () => {
    expect(() => hubspotVerifier([secret], { acceptV1: true }).verify(v1, SENT_AT)).not.toThrow();
    expect(() => hubspotWorkflowVerifier([secret]).verify(v2Get, SENT_AT)).not.toThrow();
    expect(() => hubspotWorkflowVerifier([secret]).verify(v2Post, SENT_AT)).not.toThrow();
  });

  it('are refused everywhere else: version 1 unless it is enabled, version 2 but for workflow actions', () => {
    for (const given of [v1, v2Get, v2Post]) {
      expect(() => hubspotVerifier([secret]).verify(given, SENT_AT)).toThrow(WebhookVerificationError);
    }
    expect(() => hubspotWorkflowVerifier([secret]).verify(v1, SENT_AT)).toThrow(WebhookVerificationError);
    for (const given of [v2Get, v2Post]) {
      expect(() => hubspotVerifier([secret], { acceptV1: true }).verify(given, SENT_AT)).toThrow(
        WebhookVerificationError,
      );
    }
  });

  it('a message with a wrong signature of version 3 is not saved by a right one of version 1', () => {
    const both = { ...v1, headers: { ...v1.headers, 'x-hubspot-signature-v3': 'wrong' } };
    expect(() => hubspotVerifier([secret], { acceptV1: true }).verify(both, SENT_AT)).toThrow(WebhookVerificationError);
  });
});

describe('Standard Webhooks: what we send, at the reference library', () => {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const body = '{"type":"band.crossed"}';
  const now = new Date();
  const headers = { ...signedHeaders('msg_1', body, [secret], now) };
  const reference = new Webhook(secret);
  const later = (ms: number) => ({ ...signedHeaders('msg_1', body, [secret], new Date(now.getTime() + ms)) });
  const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

  it('is taken, also beside the signature of another secret', () => {
    expect(() => reference.verify(body, headers)).not.toThrow();
    expect(() => reference.verify(body, { ...signedHeaders('msg_1', body, [other, secret], now) })).not.toThrow();
  });

  it.each<[string, string, Record<string, string>]>([
    ['another body', `${body} `, headers],
    ['an empty body', '', headers],
    ['another id', body, { ...headers, 'webhook-id': 'msg_2' }],
    ['no id', body, { ...headers, 'webhook-id': '' }],
    ['another time', body, { ...headers, 'webhook-timestamp': String(Math.floor(now.getTime() / 1000) + 1) }],
    ['no time', body, { ...headers, 'webhook-timestamp': '' }],
    ['a time that is none', body, { ...headers, 'webhook-timestamp': 'NaN' }],
    ['a stale message', body, later(-400_000)],
    ['one of the future', body, later(400_000)],
    ['no signature', body, { ...headers, 'webhook-signature': '' }],
    ['another version', body, { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1', 'v2') }],
    ['a cut signature', body, { ...headers, 'webhook-signature': headers['webhook-signature'].slice(0, -1) }],
    ['an emoji', body, { ...headers, 'webhook-signature': 'v1,🎈' }],
    ['the old secret alone', body, { ...signedHeaders('msg_1', body, [other], now) }],
  ])('is refused with %s', (_, text, given) => {
    expect(() => reference.verify(text, given)).toThrow(StandardError);
  });
});
