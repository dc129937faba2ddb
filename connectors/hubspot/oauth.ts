import { z } from 'zod';
import { AuthError, RateLimitError, type StaypowerError, VendorError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Grant, OAuthApp } from '../../core/ports/grants.ts';
import { postForm } from '../http/post-form.ts';
import { API_VERSION } from './api-versions.ts';
import { errorOfSilence } from './errors.ts';
import { scopesOf } from './scopes.ts';
import type { HubSpotSettings } from './settings.ts';

/** Id and secret of a HubSpot app. */
export interface HubSpotApp {
  clientId: string;
  clientSecret: string;
}

const AUTHORIZATION_HOST = 'https://app.hubspot.com';
const API_HOST = 'https://api.hubapi.com';
const TOKEN_PATH = `/oauth/${API_VERSION}/token`;
const TIMEOUT_MS = 30_000;
const RATE_WAIT_MS = 10_000;

const tokenReply = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
  hub_id: z.union([z.number(), z.string()]).transform(String),
  user_id: z.union([z.number(), z.string()]).transform(String).optional(),
  scopes: z.array(z.string()).optional(),
});
const text = z.string().default('').catch('');
const refusal = z.object({ status: text, error: text, message: text, error_description: text }).catch({
  status: '',
  error: '',
  message: '',
  error_description: '',
});

/**
 * HubSpot's authorization-code flow, by the dated token endpoint.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
 */
export function hubspotOAuth(settings: HubSpotSettings, app: HubSpotApp, clock: Clock): OAuthApp {
  const scopes = scopesOf(settings);
  const named = (optional: boolean) => scopes.filter((scope) => scope.optional === optional).map(({ name }) => name);
  return {
    scopes,
    authorizationUrl: ({ state, codeChallenge, redirectUri }) => {
      const url = new URL('/oauth/authorize', settings.baseUrl ?? AUTHORIZATION_HOST);
      url.search = new URLSearchParams({
        client_id: app.clientId,
        redirect_uri: redirectUri,
        scope: named(false).join(' '),
        optional_scope: named(true).join(' '),
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      }).toString();
      return url.href;
    },
    exchange: ({ code, codeVerifier, redirectUri }) =>
      requestGrant(settings, app, clock, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
      }),
  };
}

/**
 * New tokens by the refresh token. HubSpot answers the same refresh token; whatever comes is kept.
 *
 * @throws AuthError with `revoked` when the app was uninstalled or the account is gone
 */
export async function refreshHubSpot(
  settings: HubSpotSettings,
  app: HubSpotApp,
  clock: Clock,
  grant: Grant,
): Promise<Grant> {
  const next = await requestGrant(settings, app, clock, {
    grant_type: 'refresh_token',
    refresh_token: grant.refreshToken,
  });
  return { ...next, scopes: next.scopes.length > 0 ? next.scopes : grant.scopes, userId: next.userId ?? grant.userId };
}

async function requestGrant(
  settings: HubSpotSettings,
  app: HubSpotApp,
  clock: Clock,
  form: Readonly<Record<string, string>>,
): Promise<Grant> {
  const url = new URL(TOKEN_PATH, settings.baseUrl ?? API_HOST);
  const withApp = { ...form, client_id: app.clientId, client_secret: app.clientSecret };
  const answer = await postForm(url, withApp, TIMEOUT_MS).catch((cause: unknown) => {
    throw errorOfSilence(cause, { method: 'POST', path: TOKEN_PATH, creates: false });
  });
  if (answer.status !== 200) throw errorOfRefusal(answer.status, answer.body, form['grant_type'] === 'refresh_token');
  const reply = tokenReply.safeParse(answer.body);
  if (!reply.success) {
    throw new VendorError(
      `HubSpot's token endpoint answered 200 without ${reply.error.issues[0]?.path.join('.') || 'tokens'}. If it stays so, the API has changed: update Staypower.`,
      { retry: 'never', status: 200, vendorCode: 'UNREADABLE' },
    );
  }
  const { access_token, refresh_token, expires_in, hub_id, user_id, scopes } = reply.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    accessExpiresAt: new Date(clock.now().getTime() + expires_in * 1_000).toISOString(),
    scopes: scopes ?? [],
    account: hub_id,
    userId: user_id ?? null,
    instanceUrl: null,
  };
}

/**
 * Refusals come as `{status, error, error_description, message}`. Only what concerns this account's grant ends the connection: a
 * wrong client id or secret is our configuration, and a code that is refused is one sign-in's.
 */
function errorOfRefusal(status: number, body: unknown, isRefresh: boolean): StaypowerError {
  const said = refusal.parse(body);
  const code = said.status || said.error;
  const told = `HubSpot's token endpoint answered ${status} ${code || 'without a code'}.`;
  switch (code) {
    case 'BAD_CLIENT_ID':
    case 'BAD_CLIENT_SECRET':
      return new AuthError(`${told} The app's client id or secret is not the one in the environment.`, {
        revoked: false,
        remedy: 'Copy client id and client secret of the app from HubSpot (Auth tab) into the environment.',
      });
    case 'BAD_SCOPES':
      return new AuthError(`${told} The app lacks a scope that is asked for.`, {
        revoked: false,
        remedy: 'Add the scopes to the app in HubSpot, then begin again.',
      });
    default:
  }
  if (status < 500 && status !== 429 && !isRefresh) {
    return new AuthError(`${told} The sign-in took too long, was ended twice, or came from elsewhere. Begin again.`, {
      revoked: false,
    });
  }
  if (
    code === 'BAD_REFRESH_TOKEN' ||
    code === 'BAD_HUB' ||
    said.error === 'invalid_grant' ||
    said.error === 'access_denied'
  ) {
    return new AuthError(`${told} The app was uninstalled there, or the account is gone.`, { revoked: true });
  }
  if (status === 429)
    return new RateLimitError(`${told} It waits and is sent again.`, { scope: 'burst', retryAfterMs: RATE_WAIT_MS });
  return new VendorError(`${told} ${status >= 500 ? 'It is tried again.' : ''}`.trim(), {
    retry: status >= 500 ? 'later' : 'never',
    status,
    vendorCode: code,
  });
}
