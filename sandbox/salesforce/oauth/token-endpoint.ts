import { createHash } from 'node:crypto';
import { INTEGRATION_USER_ID, ORG_ID } from '../org/bootstrap.ts';
import type { Org } from '../org/org.ts';
import { checkAssertion } from './assertion.ts';
import { appOf, type ConnectedApp } from './clients.ts';
import { OAuthError } from './error.ts';
import {
  issueAccessToken,
  issueRefreshToken,
  randomText,
  refreshTokenOf,
  revokeFamily,
  type Session,
  signature,
  spend,
} from './tokens.ts';

/** An authorization code, good for one exchange within 15 minutes. */
export interface AuthorizationCode {
  code: string;
  clientId: string;
  redirectUri: string;
  userId: string;
  scope: string;
  challenge: string | null;
  expiresAt: number;
  spent: boolean;
}

/** Parameters of a token request (form body, with the client of a Basic header added) and where this sandbox is. */
export interface TokenRequest {
  form: URLSearchParams;
  ownUrl: string;
  lifetimeSeconds: number;
}

const SCOPE = 'refresh_token api id openid';
/** How long a refresh is "already being processed"; a second one meanwhile is turned away without harm to the family. */
const REFRESH_MS = 25;

/** The table of codes. */
export function codes(org: Org) {
  return org.kernel.table<AuthorizationCode>('salesforce.codes');
}

/**
 * Answers POST /services/oauth2/token.
 * @throws OAuthError with the vendor's error and description.
 */
export async function answerTokenRequest(org: Org, request: TokenRequest): Promise<Record<string, string>> {
  const grantType = request.form.get('grant_type');
  switch (grantType) {
    case 'authorization_code':
      return exchangeCode(org, request);
    case 'refresh_token':
      return refresh(org, request);
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return bearerAssertion(org, request);
    case 'client_credentials':
      return clientCredentials(org, request);
    default:
      throw new OAuthError('unsupported_grant_type', 'grant type not supported');
  }
}

/** The client of a request. `secret` says whether it must be given, or only right where it is given. */
export function clientOf(org: Org, form: URLSearchParams, secret: 'required' | 'optional'): ConnectedApp {
  const app = appOf(org, form.get('client_id') ?? '');
  if (app === undefined) throw new OAuthError('invalid_client_id', 'client identifier invalid');
  const given = form.get('client_secret');
  if (given === null ? secret === 'required' : given !== app.clientSecret) {
    throw new OAuthError('invalid_client', 'invalid client credentials');
  }
  return app;
}

function exchangeCode(org: Org, request: TokenRequest): Record<string, string> {
  const { form } = request;
  const verifier = form.get('code_verifier');
  const app = clientOf(org, form, verifier === null ? 'required' : 'optional');
  const code = codes(org).get(form.get('code') ?? '');
  if (code === undefined || code.spent || code.clientId !== app.clientId) {
    throw new OAuthError('invalid_grant', 'invalid authorization code');
  }
  if (code.expiresAt <= org.kernel.now().getTime()) throw new OAuthError('invalid_grant', 'expired authorization code');
  if (form.get('redirect_uri') !== code.redirectUri) {
    throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
  }
  const hash = verifier === null ? null : createHash('sha256').update(verifier).digest('base64url');
  if (hash !== code.challenge) throw new OAuthError('invalid_grant', 'invalid code verifier');
  codes(org).set(code.code, { ...code, spent: true });
  const session = issueAccessToken(org, {
    userId: code.userId,
    clientId: app.clientId,
    family: randomText(org, 16),
    scope: code.scope === '' ? SCOPE : code.scope,
    lifetimeSeconds: request.lifetimeSeconds,
  });
  return { ...reply(app, request, session), refresh_token: issueRefreshToken(org, session) };
}

const inFlight = new WeakMap<Org, Set<string>>();

async function refresh(org: Org, request: TokenRequest): Promise<Record<string, string>> {
  const app = clientOf(org, request.form, 'optional');
  const token = request.form.get('refresh_token') ?? '';
  const busy = inFlight.get(org) ?? new Set<string>();
  inFlight.set(org, busy);
  if (busy.has(token)) throw new OAuthError('invalid_grant', 'expired authorization code');
  const record = refreshTokenOf(org, token);
  const expired = () => new OAuthError('invalid_grant', 'expired access/refresh token');
  if (record === undefined || record.clientId !== app.clientId || record.state === 'revoked' || record.family === null)
    throw expired();
  if (record.state === 'used') {
    revokeFamily(org, record.family);
    throw expired();
  }
  busy.add(token);
  try {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    spend(org, token);
    const session = issueAccessToken(org, {
      userId: record.userId,
      clientId: record.clientId,
      family: record.family,
      scope: record.scope,
      lifetimeSeconds: request.lifetimeSeconds,
    });
    return { ...reply(app, request, session), refresh_token: issueRefreshToken(org, session) };
  } finally {
    busy.delete(token);
  }
}

function bearerAssertion(org: Org, request: TokenRequest): Record<string, string> {
  const { clientId, username } = checkAssertion(org, request.form.get('assertion') ?? '', request.ownUrl);
  const user = [...org.records.table('User').values()].find(
    (row) => String(row.Username).toLowerCase() === username.toLowerCase(),
  );
  if (user === undefined) throw new OAuthError('invalid_grant', "user hasn't approved this consumer");
  const session = issueAccessToken(org, {
    userId: user.Id,
    clientId,
    family: null,
    scope: 'api id',
    lifetimeSeconds: request.lifetimeSeconds,
  });
  const app = appOf(org, clientId);
  const { issued_at: _issuedAt, signature: _signature, ...rest } = reply(app, request, session);
  return rest;
}

function clientCredentials(org: Org, request: TokenRequest): Record<string, string> {
  const app = clientOf(org, request.form, 'required');
  const session = issueAccessToken(org, {
    userId: INTEGRATION_USER_ID,
    clientId: app.clientId,
    family: null,
    scope: 'api id',
    lifetimeSeconds: request.lifetimeSeconds,
  });
  return { ...reply(app, request, session), api_instance_url: request.ownUrl };
}

/** There is no expires_in in a Salesforce token reply. */
function reply(app: ConnectedApp | undefined, request: TokenRequest, session: Session): Record<string, string> {
  const id = `${request.ownUrl}/id/${ORG_ID}/${session.userId}`;
  return {
    access_token: session.token,
    signature: signature(app?.clientSecret ?? '', id, session.issuedAt),
    scope: session.scope,
    instance_url: request.ownUrl,
    id,
    token_type: 'Bearer',
    issued_at: String(session.issuedAt),
  };
}
