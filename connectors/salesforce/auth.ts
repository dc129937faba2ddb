import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { AuthError, ConfigError, RateLimitError, VendorError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { retrying } from '../http/retry.ts';
import { noAnswer } from './errors.ts';

/** Credentials of an External Client App: client credentials, or a user's name and a key (JWT bearer). */
export type SalesforceSecrets =
  | { clientId: string; clientSecret: string }
  | {
      clientId: string;
      username: string;
      /** PEM, PKCS#8 or PKCS#1; its certificate is on the app. */
      privateKey: string;
    };

/** A session with the organisation. */
export interface Session {
  accessToken: string;
  instanceUrl: string;
  organizationId: string;
  userId: string;
}

/** Hands out the session and renews it. */
export interface Authenticator {
  /** The present session; logs in at first. Throws AuthError. */
  session(): Promise<Session>;
  /** A session other than the one that was refused; calls that come together share one login. */
  renew(refused: Session): Promise<Session>;
}

const TIMEOUT_MS = 30_000;
/** Salesforce takes at most five minutes; three leave room for a clock that is off. */
const ASSERTION_SECONDS = 180;
const LOGIN_RATE_WAIT_MS = 5 * 60_000;

/** There is no expires_in: a token lives until it is refused. JWT replies lack issued_at and signature. */
const tokenReply = z.object({ access_token: z.string().min(1), instance_url: z.url(), id: z.string() });
const errorReply = z.object({ error: z.string().default(''), error_description: z.string().default('') });

/**
 * Logs in by whichever flow the secrets are for. Neither has a refresh token: renewing is logging in again.
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
 */
export function createAuthenticator(loginUrl: string, secrets: SalesforceSecrets, clock: Clock): Authenticator {
  let current: Promise<Session> | null = null;
  const login = () => {
    const pending = retrying(() => requestToken(loginUrl, secrets, clock));
    current = pending;
    // A login that failed must not be remembered: the next call tries again.
    pending.catch(() => {
      if (current === pending) current = null;
    });
    return pending;
  };
  return {
    session: () => current ?? login(),
    renew: async (refused) => {
      const now = current;
      if (now !== null && (await now).accessToken !== refused.accessToken) return now;
      return current === now ? login() : (current ?? login());
    },
  };
}

async function requestToken(loginUrl: string, secrets: SalesforceSecrets, clock: Clock): Promise<Session> {
  const url = new URL('/services/oauth2/token', loginUrl);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(await grantOf(loginUrl, secrets, clock)),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw noAnswer('the token request', false, error);
  }
  const body = jsonOr(text, {});
  if (!response.ok) throw refusalOf(response.status, body);
  const token = tokenReply.safeParse(body);
  if (!token.success) {
    throw new VendorError(
      `Salesforce: expected a token reply with access_token, instance_url and id, found another body. Check that loginUrl (${url.host}) is a Salesforce login address.`,
      { retry: 'never', status: response.status },
    );
  }
  const [organizationId = '', userId = ''] = token.data.id.split('/').slice(-2);
  return { accessToken: token.data.access_token, instanceUrl: token.data.instance_url, organizationId, userId };
}

async function grantOf(loginUrl: string, secrets: SalesforceSecrets, clock: Clock): Promise<Record<string, string>> {
  if ('clientSecret' in secrets) {
    return {
      grant_type: 'client_credentials',
      client_id: secrets.clientId,
      client_secret: secrets.clientSecret,
    };
  }
  const nowSeconds = Math.floor(clock.now().getTime() / 1000);
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(secrets.clientId)
    .setSubject(secrets.username)
    .setAudience(audienceOf(loginUrl))
    .setExpirationTime(nowSeconds + ASSERTION_SECONDS)
    .sign(privateKeyOf(secrets.privateKey));
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
}

/** The audience is the login host, also where tokens are asked for at a My Domain address. */
function audienceOf(loginUrl: string): string {
  const { hostname, origin } = new URL(loginUrl);
  if (!hostname.endsWith('.my.salesforce.com')) return origin;
  return hostname.includes('--') ? 'https://test.salesforce.com' : 'https://login.salesforce.com';
}

function privateKeyOf(pem: string) {
  try {
    // One-line environment variables carry their line ends escaped.
    return createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    throw new ConfigError([
      {
        path: 'SALESFORCE_PRIVATE_KEY',
        expected: 'an RSA private key in PEM form',
        found: 'something else',
        remedy: 'Set it to the text of the key file, with its BEGIN and END lines.',
      },
    ]);
  }
}

/**
 * "expired authorization code" and "retry your request" pass by themselves; the other refusals last until somebody acts.
 */
function refusalOf(status: number, body: unknown): AuthError | RateLimitError | VendorError {
  const parsed = errorReply.safeParse(body);
  const { error, error_description: description } = parsed.success ? parsed.data : { error: '', error_description: '' };
  const told = `Salesforce refused the login: ${status} ${error || 'without a code'}${description ? ` (${description})` : ''}`;
  if (/login rate exceeded/i.test(description)) {
    return new RateLimitError(`${told}. Too many logins in an hour; it is tried again later.`, {
      scope: 'burst',
      retryAfterMs: LOGIN_RATE_WAIT_MS,
    });
  }
  if (status >= 500 || status === 429 || error === 'unknown_error') {
    return new VendorError(`${told}. It is tried again.`, { retry: 'later', status, vendorCode: error });
  }
  if (/expired authorization code/i.test(description)) {
    return new AuthError(`${told}. Another login is under way, or this machine's clock is wrong; try again.`, {
      revoked: false,
    });
  }
  return new AuthError(
    `${told}. Check client id and secret (or user name and key), that the app has a run-as user or the user's approval, and that loginUrl is the organisation's own.`,
    { revoked: true },
  );
}

function jsonOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}
