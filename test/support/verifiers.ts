import { createHash, createHmac } from 'node:crypto';
import { hubspotVerifier, hubspotWorkflowVerifier } from '../../webhooks/verify/hubspot.ts';
import { salesforceVerifier } from '../../webhooks/verify/salesforce.ts';
import { SEGMENT_SECRET_HEADER, segmentVerifier } from '../../webhooks/verify/segment.ts';
import type { Verifier, WebhookRequest } from '../../webhooks/verify/verifier.ts';

/** A verifier, and how its vendor signs, written without it. */
export interface SignedBy {
  name: string;
  create(secret: string): Verifier;
  sign(given: { secret: string; method: string; url: string; body: Buffer; at: Date }): WebhookRequest;
  body: Buffer;
  /** The header that carries the proof; null where it is the last part of the address. */
  proof: string | null;
  covers: { body: boolean; url: boolean; method: boolean };
  /** The header of the time; null where the vendor sends none. */
  time: string | null;
}

const request = (
  { method, url, body }: { method: string; url: string; body: Buffer },
  headers: Readonly<Record<string, string>>,
): WebhookRequest => ({ method, url, headers, rawBody: body });
const hash = (...parts: readonly (string | Buffer)[]) =>
  createHash('sha256')
    .update(Buffer.concat(parts.map(bytes)))
    .digest('hex');
const bytes = (part: string | Buffer) => (typeof part === 'string' ? Buffer.from(part) : part);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

const HUBSPOT_EVENTS = json([{ subscriptionType: 'contact.creation', objectId: 904, occurredAt: 1_780_000_000_000 }]);
const SEGMENT_MESSAGE = json({ type: 'track', messageId: 'm-1', event: 'Order Completed' });
const ORGANIZATION = '00D000000000001EAA';
const EVERYTHING = { body: true, url: true, method: true };
const BODY_ALONE = { body: true, url: false, method: false };

/** Every verifier of the product. */
export const VERIFIERS: readonly SignedBy[] = [
  {
    name: 'HubSpot v3',
    create: (secret) => hubspotVerifier([secret]),
    sign: (given) => {
      const time = String(given.at.getTime());
      const text = Buffer.concat([given.method + given.url, given.body, time].map(bytes));
      return request(given, {
        'x-hubspot-signature-v3': createHmac('sha256', given.secret).update(text).digest('base64'),
        'x-hubspot-request-timestamp': time,
      });
    },
    body: HUBSPOT_EVENTS,
    proof: 'x-hubspot-signature-v3',
    covers: EVERYTHING,
    time: 'x-hubspot-request-timestamp',
  },
  {
    name: 'HubSpot v2 (workflow actions)',
    create: (secret) => hubspotWorkflowVerifier([secret]),
    sign: (given) =>
      request(given, {
        'x-hubspot-signature-version': 'v2',
        'x-hubspot-signature': hash(given.secret, given.method, given.url, given.body),
      }),
    body: json({ callbackId: 'ap-1-2-3-0', object: { objectId: 904, objectType: 'CONTACT' } }),
    proof: 'x-hubspot-signature',
    covers: EVERYTHING,
    time: null,
  },
  {
    name: 'HubSpot v1 (where enabled)',
    create: (secret) => hubspotVerifier([secret], { acceptV1: true }),
    sign: (given) =>
      request(given, {
        'x-hubspot-signature-version': 'v1',
        'x-hubspot-signature': hash(given.secret, given.body),
      }),
    body: HUBSPOT_EVENTS,
    proof: 'x-hubspot-signature',
    covers: BODY_ALONE,
    time: null,
  },
  {
    name: 'Segment',
    create: (secret) => segmentVerifier([secret]),
    sign: (given) =>
      request(given, { 'x-signature': createHmac('sha1', given.secret).update(given.body).digest('hex') }),
    body: SEGMENT_MESSAGE,
    proof: 'x-signature',
    covers: BODY_ALONE,
    time: null,
  },
  {
    name: 'Segment, with a secret in a header',
    create: (secret) => segmentVerifier(['signing'], [secret]),
    sign: (given) =>
      request(given, {
        'x-signature': createHmac('sha1', 'signing').update(given.body).digest('hex'),
        [SEGMENT_SECRET_HEADER]: given.secret,
      }),
    body: SEGMENT_MESSAGE,
    proof: SEGMENT_SECRET_HEADER,
    covers: BODY_ALONE,
    time: null,
  },
  {
    name: 'Salesforce (secret in the address)',
    create: (secret) => salesforceVerifier({ pathTokens: [secret], organizationId: ORGANIZATION }),
    sign: (given) => request({ ...given, url: `${given.url}/${encodeURIComponent(given.secret)}` }, {}),
    body: Buffer.from(
      `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${ORGANIZATION}</OrganizationId><Notification><Id>04l1</Id></Notification></notifications></e:Body></e:Envelope>`,
    ),
    proof: null,
    covers: { body: false, url: false, method: false },
    time: null,
  },
];
