import fc from 'fast-check';
import { expect } from 'vitest';
import { DataError, WebhookVerificationError } from '../../core/domain/errors.ts';
import { readHubSpotEvents } from '../../webhooks/inbound/hubspot.ts';
import { readHubSpotWorkflowAction } from '../../webhooks/inbound/hubspot-workflow.ts';
import { readOutboundMessage } from '../../webhooks/inbound/salesforce.ts';
import { readSegmentMessages } from '../../webhooks/inbound/segment.ts';
import { genuine, SECRET, SENT_AT } from './spoil.ts';
import type { SignedBy } from './verifiers.ts';

/** The readers that take a verified body apart, by name. */
export const READERS = {
  'HubSpot events': readHubSpotEvents,
  'HubSpot workflow actions': readHubSpotWorkflowAction,
  'Segment messages': readSegmentMessages,
  'Salesforce Outbound Messages': readOutboundMessage,
} as const;

/** Bytes at random, texts, JSON, XML in pieces, and a genuine body with a piece changed. */
function bodies(like: Buffer): fc.Arbitrary<Buffer> {
  const xml = fc
    .array(
      fc.constantFrom('<', '>', '/', '<a>', '</a>', '<![CDATA[', ']]>', '&amp;', '&#0;', '<!DOCTYPE x>', 'é', '"', '='),
    )
    .map((pieces) => pieces.join(''));
  const changed = fc
    .tuple(fc.nat({ max: like.length }), fc.nat({ max: 8 }), fc.uint8Array({ maxLength: 8 }))
    .map(([from, count, bytes]) => Buffer.concat([like.subarray(0, from), bytes, like.subarray(from + count)]));
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
    fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
    xml.map((text) => Buffer.from(text)),
    changed,
  );
}

/** Fuzzes a verifier: what is not the genuine message is refused, and nothing else is thrown. */
export function fuzzVerifier(by: SignedBy, runs: number): void {
  const verifier = by.create(SECRET);
  const request = genuine(by);
  const headerNames = Object.keys(request.headers);
  const spoiltHeaders = fc.dictionary(
    fc.constantFrom('x-other', ...headerNames),
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.string()),
      fc.constantFrom(...headerNames.map((name) => String(request.headers[name])), ''),
    ),
  );
  fc.assert(
    fc.property(bodies(by.body), fc.option(spoiltHeaders, { nil: request.headers }), (rawBody, headers) => {
      if (!acceptedBy(() => verifier.verify({ ...request, rawBody, headers }, SENT_AT))) return;
      // Then it is the genuine message, as far as the signature goes.
      if (by.covers.body) expect(rawBody.equals(by.body)).toBe(true);
      if (by.proof !== null) expect(headers[by.proof]).toBe(request.headers[by.proof]);
    }),
    { numRuns: runs },
  );
}

/** Fuzzes a reader: it reads a body or refuses it by DataError, and throws nothing else. */
export function fuzzReader(read: (rawBody: Buffer) => unknown, runs: number, like: Buffer): void {
  fc.assert(
    fc.property(bodies(like), (rawBody) => {
      try {
        read(rawBody);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: runs },
  );
}

function acceptedBy(verify: () => void): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return false;
  }
}
