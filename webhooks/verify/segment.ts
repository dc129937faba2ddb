import { createHmac } from 'node:crypto';
import { WebhookVerificationError } from '../../core/domain/errors.ts';
import { isOneOf } from './constant-time.ts';
import { headerOf, liveSecrets, type Verifier, type WebhookRequest } from './verifier.ts';

/** Header that carries the second secret; set as a custom header of the webhook destination. */
export const SEGMENT_SECRET_HEADER = 'x-staypower-secret';

/**
 * Verifier of Segment's webhook destination: X-Signature is the hex HMAC-SHA1 of the body with the shared secret. There is no
 * timestamp: a message that is sent again is known by its messageId.
 *
 * Of an array Segment signs the first message alone, so whoever has seen one could append others. Arrays are therefore refused
 * unless a secret in a header vouches for the whole request; where one is configured, every request must carry it.
 * https://segment.com/docs/connections/destinations/catalog/webhooks/
 *
 * @param sharedSecrets the destination's shared secret, and the one before it during a rotation
 * @param headerSecrets values of `SEGMENT_SECRET_HEADER`, of which one must be sent; none by default
 * @throws ConfigError when there is no shared secret or any secret is empty
 */
export function segmentVerifier(sharedSecrets: readonly string[], headerSecrets: readonly string[] = []): Verifier {
  const secrets = liveSecrets(sharedSecrets, 'Segment webhook secret');
  const inHeader = headerSecrets.length === 0 ? [] : liveSecrets(headerSecrets, 'Segment webhook header secret');
  return {
    verify: (request) => {
      if (inHeader.length > 0 && !isOneOf(headerOf(request, SEGMENT_SECRET_HEADER) ?? '', inHeader)) {
        throw new WebhookVerificationError('the secret in the header is missing or wrong');
      }
      const signature = headerOf(request, 'x-signature');
      if (signature === undefined) throw new WebhookVerificationError('no signature');
      const signed = signedPart(request, inHeader.length > 0);
      const expected = secrets.map((secret) => createHmac('sha1', secret).update(signed).digest('hex'));
      if (!isOneOf(signature, expected)) throw new WebhookVerificationError('the signature does not match');
    },
  };
}

/** The raw body of a single message; of an array the first message, serialised again as Segment does to sign it. */
function signedPart({ rawBody }: WebhookRequest, arraysAllowed: boolean): Buffer | string {
  const text = rawBody.toString('utf8').trimStart();
  if (text === '') throw new WebhookVerificationError('an empty body');
  // Anything but an object could be a list in disguise: only the form that Segment signs as a whole goes without more.
  if (text.startsWith('{')) return rawBody;
  if (!text.startsWith('[')) throw new WebhookVerificationError('neither a message nor an array of messages');
  if (!arraysAllowed) {
    throw new WebhookVerificationError(
      'an array, of which only the first message is signed: turn batching off at the destination, or send a secret header',
    );
  }
  try {
    const [first] = JSON.parse(text) as unknown[];
    if (typeof first === 'object' && first !== null) return JSON.stringify(first);
  } catch {
    // Told below like an empty array: neither has a first message that could have been signed.
  }
  throw new WebhookVerificationError('an array without a first message');
}
