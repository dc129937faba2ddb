import { describe, expect, it } from 'vitest';
import { ConfigError, WebhookVerificationError } from '../../core/domain/errors.ts';
import type { Verifier, WebhookRequest } from '../../webhooks/verify/verifier.ts';

/** A verifier and the vendor's way to sign for it, written without the verifier. */
export interface VerifierUnderTest {
  create(secrets: readonly string[]): Verifier;
  /** A request as the vendor sends it. */
  signed(request: { secret: string; at: Date; body: Buffer }): WebhookRequest;
  /** A body that the vendor could send, with a text in it. */
  bodyWith(text: string): Buffer;
  /** What proves the sender: how to read it from a request, and the request with another one (null = none at all). */
  proof: { of(request: WebhookRequest): string; with(request: WebhookRequest, proof: string | null): WebhookRequest };
  /** What the proof covers, beside who sent it. */
  covers: { body: boolean; url: boolean; method: boolean };
  /** How far the time of a request may be from ours; null when the vendor sends no time. */
  windowMs: number | null;
  /** The request with another time or none at all, as an attacker would write it: not signed anew. */
  withTime?(request: WebhookRequest, time: string | null): WebhookRequest;
}

const SECRET = 'current-secret-0123456789';
const OLD = 'older-secret-9876543210';
const NOW = new Date('2026-06-01T12:00:00.000Z');

/** What holds of every verifier: mostly refusals, each with one thing changed. */
export function testVerifier(name: string, setup: () => VerifierUnderTest): void {
  const subject = setup();
  const verifier = subject.create([SECRET]);
  const genuine = (text = 'plain', secret = SECRET, at = NOW) =>
    subject.signed({ secret, at, body: subject.bodyWith(text) });
  const refuses = (request: WebhookRequest, by: Verifier = verifier) => {
    let refusal: unknown;
    try {
      by.verify(request, NOW);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(WebhookVerificationError);
    expect(String(refusal)).not.toContain(SECRET);
  };
  const accepts = (request: WebhookRequest, by: Verifier = verifier, at = NOW) => {
    expect(() => by.verify(request, at)).not.toThrow();
  };
  const { proof, covers } = subject;

  describe(`${name}: refusals`, () => {
    it('is not built without a secret, nor with an empty one beside a good one', () => {
      for (const secrets of [[], [''], ['   '], [SECRET, '']]) {
        expect(() => subject.create(secrets)).toThrow(ConfigError);
      }
    });

    it('refuses a request without proof', () => refuses(proof.with(genuine(), null)));

    it('refuses an empty proof', () => refuses(proof.with(genuine(), '')));

    it('refuses the proof of another secret', () => refuses(genuine('plain', 'some-other-secret-555')));

    it('refuses the proof of a secret that differs in its last character alone', () =>
      refuses(genuine('plain', `${SECRET.slice(0, -1)}0`)));

    it('refuses a proof cut short by one character, and by half', () => {
      const request = genuine();
      const given = proof.of(request);
      refuses(proof.with(request, given.slice(0, -1)));
      refuses(proof.with(request, given.slice(0, given.length >> 1)));
    });

    it('refuses a proof with something behind it', () => {
      const request = genuine();
      refuses(proof.with(request, `${proof.of(request)}0`));
    });

    it('refuses a proof with any one character changed', () => {
      const request = genuine();
      const given = proof.of(request);
      for (let at = 0; at < given.length; at++) {
        const other = given[at] === 'a' ? 'b' : 'a';
        refuses(proof.with(request, given.slice(0, at) + other + given.slice(at + 1)));
      }
    });

    it('refuses the secret that was rotated out', () => refuses(genuine('plain', OLD)));

    if (covers.body) {
      it('refuses a body with any one byte changed', () => {
        const request = genuine('0123456789');
        for (let at = 0; at < request.rawBody.length; at++) {
          const rawBody = Buffer.from(request.rawBody);
          rawBody[at] = (rawBody[at] ?? 0) ^ 1;
          refuses({ ...request, rawBody });
        }
      });

      it('refuses a body cut short, lengthened, or empty', () => {
        const request = genuine();
        refuses({ ...request, rawBody: request.rawBody.subarray(0, -1) });
        refuses({ ...request, rawBody: Buffer.concat([request.rawBody, Buffer.from(' ')]) });
        refuses({ ...request, rawBody: Buffer.alloc(0) });
      });

      it('refuses a body that was parsed and serialised again', () => {
        const rawBody = Buffer.concat([Buffer.from(' '), subject.bodyWith('plain')]);
        const request = subject.signed({ secret: SECRET, at: NOW, body: rawBody });
        accepts(request);
        refuses({ ...request, rawBody: Buffer.from(rawBody.toString('utf8').trim()) });
      });
    }
    if (covers.url) {
      it('refuses another path, another query and another host', () => {
        const request = genuine();
        refuses({ ...request, url: `${request.url}x` });
        refuses({ ...request, url: `${request.url}?a=1` });
        refuses({ ...request, url: request.url.replace('://', '://evil.') });
        refuses({ ...request, url: request.url.replace('https:', 'http:') });
      });
    }
    if (covers.method) {
      it('refuses another method', () => refuses({ ...genuine(), method: 'PUT' }));
    }

    const { windowMs, withTime } = subject;
    if (windowMs !== null && withTime) {
      it('refuses a request that is too old, though rightly signed', () => {
        refuses(genuine('plain', SECRET, new Date(NOW.getTime() - windowMs - 1)));
      });

      it('refuses a request from the future, though rightly signed', () => {
        refuses(genuine('plain', SECRET, new Date(NOW.getTime() + windowMs + 1)));
      });

      it('refuses an old request whose time was made new', () => {
        const old = genuine('plain', SECRET, new Date(NOW.getTime() - windowMs - 1));
        refuses(withTime(old, String(NOW.getTime())));
      });

      it('refuses a time that is missing, empty or no number', () => {
        for (const time of [null, '', 'NaN', 'soon', '-1', '1e13', ` ${NOW.getTime()}`, '0x18', NOW.toISOString()]) {
          refuses(withTime(genuine(), time));
        }
      });
    }
  });

  describe(`${name}: acceptance`, () => {
    it('accepts what is rightly signed', () => accepts(genuine()));

    it('accepts a rightly signed body with characters beyond the plain ones', () =>
      accepts(genuine('Zoë 🎈 日本 \u2028')));

    it('accepts the current and the old secret while both are live', () => {
      for (const secrets of [
        [SECRET, OLD],
        [OLD, SECRET],
      ]) {
        const rotating = subject.create(secrets);
        accepts(genuine(), rotating);
        accepts(genuine('plain', OLD), rotating);
        refuses(genuine('plain', 'some-other-secret-555'), rotating);
      }
    });

    it('keeps the secrets it was built with', () => {
      const secrets = [SECRET];
      const built = subject.create(secrets);
      secrets[0] = OLD;
      accepts(genuine(), built);
      refuses(genuine('plain', OLD), built);
    });

    const { windowMs } = subject;
    if (windowMs !== null) {
      it('accepts a request at either edge of the window', () => {
        accepts(genuine('plain', SECRET, new Date(NOW.getTime() - windowMs)));
        accepts(genuine('plain', SECRET, new Date(NOW.getTime() + windowMs)));
      });
    }
  });
}

/** A request with one header set, or taken away. */
export function withHeader(request: WebhookRequest, name: string, value: string | null): WebhookRequest {
  const { [name]: _, ...others } = request.headers;
  return { ...request, headers: value === null ? others : { ...others, [name]: value } };
}
