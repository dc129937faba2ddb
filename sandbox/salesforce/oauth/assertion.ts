import { createPublicKey, createVerify } from 'node:crypto';
import type { Org } from '../org/org.ts';
import { appOf, type ConnectedApp } from './clients.ts';
import { OAuthError } from './error.ts';

const AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/** What a valid assertion says. */
export interface Assertion {
  clientId: string;
  username: string;
}

/**
 * Checks a JWT bearer assertion: RS256 header, known issuer, audience (login, test or this sandbox), `exp` in the future, and the
 * signature where the app has a public key.
 * @throws OAuthError invalid_grant | invalid_client_id in the vendor's words.
 */
export function checkAssertion(org: Org, assertion: string, ownUrl: string): Assertion {
  const [head = '', payload = '', signature = '', ...more] = assertion.split('.');
  const header = decode(head);
  const claims = decode(payload);
  if (header === null || claims === null || signature === '' || more.length > 0 || header.alg !== 'RS256') {
    throw new OAuthError('invalid_grant', 'invalid assertion');
  }
  const { iss, sub, aud, exp } = claims;
  const app = typeof iss === 'string' ? appOf(org, iss) : undefined;
  if (app === undefined) throw new OAuthError('invalid_client_id', 'client identifier invalid');
  if (typeof exp !== 'number' || exp * 1000 <= org.kernel.now().getTime()) {
    throw new OAuthError('invalid_grant', 'expired authorization code');
  }
  const audience = Array.isArray(aud) ? aud[0] : aud;
  if (typeof audience !== 'string' || ![...AUDIENCES, ownUrl].includes(audience.replace(/\/$/, ''))) {
    throw new OAuthError('invalid_grant', 'audience is invalid');
  }
  if (!isSigned(app, `${head}.${payload}`, signature)) throw new OAuthError('invalid_grant', 'invalid assertion');
  if (typeof sub !== 'string') throw new OAuthError('invalid_grant', "user hasn't approved this consumer");
  return { clientId: app.clientId, username: sub };
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isSigned(app: ConnectedApp, text: string, signature: string): boolean {
  if (app.publicKeyPem === null) return true;
  const verifier = createVerify('RSA-SHA256').update(text);
  return verifier.verify(createPublicKey(app.publicKeyPem), Buffer.from(signature, 'base64url'));
}
