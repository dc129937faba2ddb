import { z } from 'zod';
import { AuthError, RateLimitError, type StaypowerError, VendorError } from '../../core/domain/errors.ts';
import { postForm } from '../http/post-form.ts';
import { noAnswer } from './errors.ts';

/** What a token request gave. */
export interface TokenReply {
  accessToken: string;
  instanceUrl: string;
  organizationId: string;
  userId: string;
  /** Only the web-server flow gives one; with rotation each refresh gives another. */
  refreshToken: string | null;
  scopes: readonly string[];
}

const TIMEOUT_MS = 30_000;
const LOGIN_RATE_WAIT_MS = 5 * 60_000;
const PATH = '/services/oauth2/token';

/** What invalid_grant says of a refresh token that will never be good again; its other texts are about where we stand. */
const DEAD = /expired access\/refresh token|inactive (user|organization)|hasn't approved this consumer/i;

/** There is no expires_in: a token lives until it is refused. JWT replies lack issued_at and signature. */
const tokenReply = z.object({
  access_token: z.string().min(1),
  instance_url: z.url(),
  id: z.string(),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().default(''),
});
const errorReply = z.object({ error: z.string().default(''), error_description: z.string().default('') });

/**
 * Asks for a token once.
 *
 * @throws AuthError (`revoked` when it lasts until somebody acts), RateLimitError, VendorError
 */
export async function requestToken(loginUrl: string, form: Readonly<Record<string, string>>): Promise<TokenReply> {
  const url = new URL(PATH, loginUrl);
  const { status, body } = await postForm(url, form, TIMEOUT_MS).catch((error: unknown) => {
    throw noAnswer('the token request', false, error);
  });
  if (status !== 200) throw refusalOf(status, body, form['grant_type'] === 'refresh_token');
  const token = tokenReply.safeParse(body);
  if (!token.success) {
    throw new VendorError(
      `Salesforce: expected a token reply with access_token, instance_url and id, found another body. Check that loginUrl (${url.host}) is a Salesforce login address.`,
      { retry: 'never', status },
    );
  }
  const [organizationId = '', userId = ''] = token.data.id.split('/').slice(-2);
  return {
    accessToken: token.data.access_token,
    instanceUrl: token.data.instance_url,
    organizationId,
    userId,
    refreshToken: token.data.refresh_token ?? null,
    scopes: token.data.scope.split(' ').filter((scope) => scope !== ''),
  };
}

/**
 * Ends a token at the vendor; a refresh token ends all that came of the same approval. One that is dead already is no fault.
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm
 *
 * @throws VendorError when nobody knows whether it was done
 */
export async function revokeToken(loginUrl: string, token: string): Promise<void> {
  const url = new URL('/services/oauth2/revoke', loginUrl);
  const { status } = await postForm(url, { token }, TIMEOUT_MS).catch((error: unknown) => {
    throw noAnswer('the revocation of our access', false, error);
  });
  if (status >= 500 || status === 429) {
    throw new VendorError(`Salesforce answered ${status} to the revocation of our access. Run it again later.`, {
      retry: 'later',
      status,
    });
  }
}

/**
 * "expired authorization code" and "retry your request" pass by themselves; the other refusals last until somebody acts. To a refresh
 * the former means that another one with the same token is being processed.
 */
function refusalOf(status: number, body: unknown, isRefresh: boolean): StaypowerError {
  const parsed = errorReply.safeParse(body);
  const { error, error_description: description } = parsed.success ? parsed.data : { error: '', error_description: '' };
  const told = `Salesforce refused the login: ${status} ${error || 'without a code'}${description ? ` (${description})` : ''}`;
  if (/login rate exceeded/i.test(description)) {
    return new RateLimitError(`${told}. Too many logins in an hour; it is tried again later.`, {
      scope: 'burst',
      retryAfterMs: LOGIN_RATE_WAIT_MS,
    });
  }
  const isBusy = /expired authorization code/i.test(description);
  if (status >= 500 || status === 429 || error === 'unknown_error' || (isBusy && isRefresh)) {
    return new VendorError(`${told}. It is tried again.`, { retry: 'later', status, vendorCode: error });
  }
  if (isBusy) {
    return new AuthError(
      `${told}. Another login is under way, it took too long, or this machine's clock is wrong; try again.`,
      { revoked: false },
    );
  }
  if (isRefresh && error === 'invalid_grant') {
    return DEAD.test(description)
      ? new AuthError(`${told}. The app was revoked there, the user left, or the token was spent.`, { revoked: true })
      : new AuthError(`${told}. The token may be good all the same.`, {
          revoked: false,
          remedy:
            'Mend in Salesforce what it says, such as an IP restriction or a policy of the app; else connect again.',
        });
  }
  if (isRefresh) {
    // invalid_client and its like are our configuration: the token itself may be good.
    return new AuthError(`${told}. The app's id or secret is not the one in the environment.`, {
      revoked: false,
      remedy: 'Copy consumer key and secret of the External Client App from Salesforce into the environment.',
    });
  }
  return new AuthError(
    `${told}. Check client id and secret (or user name and key), that the app has a run-as user or the user's approval, and that loginUrl is the organisation's own.`,
    { revoked: true },
  );
}
