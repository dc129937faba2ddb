import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Grant, Grants } from '../../core/ports/grants.ts';
import type { GrantAccess } from '../http/grant-access.ts';
import { retrying } from '../http/retry.ts';
import { requestToken, type TokenReply } from './token-endpoint.ts';

/** Credentials of an External Client App: its secret, or a user's name and a key (JWT bearer). */
export type SalesforceSecrets =
  | {
      clientId: string;
      clientSecret: string;
      /** Where tokens are that an admin approved in the browser; without one for this connection, client credentials are used. */
      grants?: Grants;
    }
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

/** Salesforce takes at most five minutes; three leave room for a clock that is off. */
const ASSERTION_SECONDS = 180;

/**
 * Logs in by whichever flow the secrets are for. Neither has a refresh token: renewing is logging in again.
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
 */
export function createAuthenticator(loginUrl: string, secrets: SalesforceSecrets, clock: Clock): Authenticator {
  let current: Promise<Session> | null = null;
  const login = () => {
    const pending = retrying(async () =>
      sessionOf(await requestToken(loginUrl, await formOf(loginUrl, secrets, clock))),
    );
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

function sessionOf({ accessToken, instanceUrl, organizationId, userId }: TokenReply): Session {
  return { accessToken, instanceUrl, organizationId, userId };
}

/**
 * Sessions by the tokens that an admin approved, and by another way as long as nobody has.
 *
 * @param otherwise logs in where there is no grant
 */
export function grantAuthenticator(access: GrantAccess, otherwise: Authenticator): Authenticator {
  let held: Session | null = null;
  // One object for one token: connections hang on it.
  const sessionFor = (grant: Grant): Session => {
    if (held?.accessToken !== grant.accessToken) {
      const { accessToken, instanceUrl, account, userId } = grant;
      held = { accessToken, instanceUrl: instanceUrl ?? '', organizationId: account, userId: userId ?? '' };
    }
    return held;
  };
  return {
    session: async () => {
      const grant = await access.current();
      return grant === null ? otherwise.session() : sessionFor(grant);
    },
    renew: async (refused) =>
      (await access.current()) === null
        ? otherwise.renew(refused)
        : sessionFor(await access.renew(refused.accessToken)),
  };
}

async function formOf(loginUrl: string, secrets: SalesforceSecrets, clock: Clock): Promise<Record<string, string>> {
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
