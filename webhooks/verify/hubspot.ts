import { createHash, createHmac } from 'node:crypto';
import { WebhookVerificationError } from '../../core/domain/errors.ts';
import { isOneOf } from './constant-time.ts';
import { headerOf, liveSecrets, type Verifier, type WebhookRequest } from './verifier.ts';

/** A signature is good for so long before and after its timestamp. HubSpot names the past only; a clock that runs ahead is ours to bound. */
export const HUBSPOT_WINDOW_MS = 5 * 60_000;

/** The escapes that HubSpot decodes before it signs; all others (%20, %26, %3D, %2B, %25 ...) stay as they are. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/**
 * Verifier of HubSpot's signature version 3: base64 of HMAC-SHA256 with the app's client secret over method, URI, raw body and
 * timestamp. Versions 1 and 2, sent beside it, are not looked at: they carry no time.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 *
 * @param clientSecrets the app's client secret, and the one before it during a rotation
 * @param options.acceptV1 whether a request without version 3 may come with version 1, which covers the body alone: for old apps
 * @throws ConfigError when there is none or one is empty
 */
export function hubspotVerifier(
  clientSecrets: readonly string[],
  options: { acceptV1: boolean } = { acceptV1: false },
): Verifier {
  const secrets = liveSecrets(clientSecrets, 'HubSpot client secret');
  return {
    verify: (request, now) => {
      if (options.acceptV1 && request.headers['x-hubspot-signature-v3'] === undefined) {
        verifyHash(request, 'v1', secrets, '');
        return;
      }
      const signature = headerOf(request, 'x-hubspot-signature-v3');
      if (signature === undefined) throw new WebhookVerificationError('no signature of version 3');
      const timestamp = headerOf(request, 'x-hubspot-request-timestamp');
      if (timestamp === undefined || !/^\d{1,15}$/.test(timestamp)) {
        throw new WebhookVerificationError('no timestamp in milliseconds');
      }
      if (Math.abs(now.getTime() - Number(timestamp)) > HUBSPOT_WINDOW_MS) {
        throw new WebhookVerificationError('the timestamp is more than five minutes away from our clock');
      }
      const expected = secrets.map((secret) =>
        createHmac('sha256', secret)
          .update(`${request.method}${signedUri(request.url)}`)
          .update(request.rawBody)
          .update(timestamp)
          .digest('base64'),
      );
      if (!isOneOf(signature, expected)) throw new WebhookVerificationError('the signature does not match');
    },
  };
}

/**
 * Verifier of HubSpot's signature version 2, with which it calls custom workflow actions: hex SHA-256 of client secret, method, URI and
 * body. It carries no time: a call that comes again is known by its callbackId.
 *
 * @throws ConfigError when there is no secret or one is empty
 */
export function hubspotWorkflowVerifier(clientSecrets: readonly string[]): Verifier {
  const secrets = liveSecrets(clientSecrets, 'HubSpot client secret');
  return { verify: (request) => verifyHash(request, 'v2', secrets, request.method + request.url) };
}

/** Versions 1 and 2: a plain hash of secret, prefix and body. */
function verifyHash(request: WebhookRequest, version: 'v1' | 'v2', secrets: readonly string[], prefix: string): void {
  const signature = headerOf(request, 'x-hubspot-signature');
  if (signature === undefined || headerOf(request, 'x-hubspot-signature-version') !== version) {
    throw new WebhookVerificationError(`no signature of version ${version.slice(1)}`);
  }
  const expected = secrets.map((secret) =>
    createHash('sha256').update(`${secret}${prefix}`).update(request.rawBody).digest('hex'),
  );
  if (!isOneOf(signature, expected)) throw new WebhookVerificationError('the signature does not match');
}

/** The address as HubSpot signs it: twelve escapes decoded, the rest untouched. */
export function signedUri(url: string): string {
  return url.replace(DECODED, (escaped) => decodeURIComponent(escaped));
}
