import { createHmac } from 'node:crypto';

/** What a message says of itself beside its body. */
export interface MessageHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

const SECRET_PREFIX = 'whsec_';

/**
 * The headers of the Standard Webhooks specification: "v1," and the base64 HMAC-SHA256 of "id.timestamp.body", once for each live
 * secret, so that a receiver may change its secret at any time of the overlap.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param secrets "whsec_" and the key in base64; the newest first
 */
export function signedHeaders(id: string, body: string, secrets: readonly string[], at: Date): MessageHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
