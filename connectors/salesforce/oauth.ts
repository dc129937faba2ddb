import { VendorError } from '../../core/domain/errors.ts';
import type { Grant, OAuthApp } from '../../core/ports/grants.ts';
import type { SalesforceSettings } from './settings.ts';
import { requestToken, type TokenReply } from './token-endpoint.ts';

/** Consumer key and secret of an External Client App. */
export interface ExternalClientApp {
  clientId: string;
  clientSecret: string;
}

const SCOPES = [
  {
    name: 'api',
    why: 'reads accounts, contacts, sales and activities and writes our own score fields, as far as the permissions of the user who approves go',
    optional: false,
  },
  { name: 'refresh_token', why: 'stays connected after you close the browser, until you revoke it', optional: false },
] as const;

/**
 * Salesforce's web-server flow with PKCE, for an External Client App: new Connected Apps cannot be made since Spring '26.
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
 */
export function salesforceOAuth({ loginUrl }: SalesforceSettings, app: ExternalClientApp): OAuthApp {
  return {
    scopes: SCOPES,
    authorizationUrl: ({ state, codeChallenge, redirectUri }) => {
      const url = new URL('/services/oauth2/authorize', loginUrl);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: app.clientId,
        redirect_uri: redirectUri,
        scope: SCOPES.map(({ name }) => name).join(' '),
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      }).toString();
      return url.href;
    },
    exchange: async ({ code, codeVerifier, redirectUri }) => {
      const reply = await requestToken(loginUrl, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
        client_id: app.clientId,
        client_secret: app.clientSecret,
      });
      if (reply.refreshToken === null) {
        throw new VendorError(
          'Salesforce gave no refresh token. Give the External Client App the OAuth scope "Perform requests at any time (refresh_token, offline_access)", then connect again.',
          { retry: 'never', status: 200 },
        );
      }
      return grantOf(reply, reply.refreshToken);
    },
  };
}

/**
 * New tokens by the refresh token. Where the app rotates them, the answer holds another and the old one is spent: to use it once more
 * ends everything that came of the same approval.
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_refresh_token_flow.htm
 */
export async function refreshSalesforce(
  { loginUrl }: SalesforceSettings,
  app: ExternalClientApp,
  grant: Grant,
): Promise<Grant> {
  const reply = await requestToken(loginUrl, {
    grant_type: 'refresh_token',
    refresh_token: grant.refreshToken,
    client_id: app.clientId,
    client_secret: app.clientSecret,
  });
  const next = grantOf(reply, reply.refreshToken ?? grant.refreshToken);
  return { ...next, scopes: next.scopes.length > 0 ? next.scopes : grant.scopes };
}

function grantOf(reply: TokenReply, refreshToken: string): Grant {
  return {
    accessToken: reply.accessToken,
    refreshToken,
    accessExpiresAt: null,
    scopes: reply.scopes,
    account: reply.organizationId,
    userId: reply.userId,
    instanceUrl: reply.instanceUrl,
  };
}
