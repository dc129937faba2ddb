import { type Request, type Response, Router } from 'express';
import { decisionOf, showConsent } from '../../kernel/consent.ts';
import { note } from '../../kernel/http.ts';
import { errorBody, invalidSession } from '../errors.ts';
import { bodyText, textOf } from '../http/call.ts';
import { bearerOf } from '../http/gate.ts';
import { INTEGRATION_USER_ID } from '../org/bootstrap.ts';
import type { Org } from '../org/org.ts';
import { appOf } from './clients.ts';
import { OAuthError } from './error.ts';
import { answerTokenRequest, clientOf, codes } from './token-endpoint.ts';
import { randomText, refreshTokenOf, revoke, sessionOf } from './tokens.ts';
import { identity, userInfo } from './userinfo.ts';

const CODE_LIFETIME_MS = 15 * 60_000;

/** Where this sandbox is, as the caller addressed it. */
export function ownUrlOf(req: Request): string {
  return `${req.protocol}://${req.headers.host ?? 'localhost'}`;
}

/** /services/oauth2/* and /id/*. `lifetimeSeconds` is that of access tokens. */
export function oauthRoutes(org: Org, lifetimeSeconds: number): Router {
  const router = Router();
  router.use(['/services/oauth2', '/id'], (_req, res, next) => {
    note(res, { operation: 'free' });
    next();
  });
  router.get('/services/oauth2/authorize', (req, res) => askConsent(org, req, res));
  router.post('/services/oauth2/authorize', (req, res) => authorize(org, req, res));
  router.post('/services/oauth2/token', async (req, res) => {
    try {
      res
        .set('Cache-Control', 'no-store')
        .json(await answerTokenRequest(org, { form: await formOf(req), ownUrl: ownUrlOf(req), lifetimeSeconds }));
    } catch (error) {
      answerOAuthError(res, error);
    }
  });
  router.all('/services/oauth2/revoke', async (req, res) => {
    const form = await formOf(req);
    const token = form.get('token') ?? textOf(req.query.token);
    if (revoke(org, token)) res.status(200).end();
    else answerOAuthError(res, new OAuthError('unsupported_token_type', 'this token type is not supported'));
  });
  router.post('/services/oauth2/introspect', async (req, res) => {
    try {
      const form = await formOf(req);
      clientOf(org, form, 'required');
      res.json(introspect(org, form.get('token') ?? ''));
    } catch (error) {
      answerOAuthError(res, error);
    }
  });
  router.all('/services/oauth2/userinfo', (req, res) => {
    const session = sessionOf(org, bearerOf(req) || textOf(req.query.access_token));
    const user = session === null ? undefined : org.records.get('User', session.userId);
    if (user === undefined) res.status(403).type('text/plain').send('Bad_OAuth_Token');
    else res.json(userInfo(user, ownUrlOf(req)));
  });
  router.get('/id/:organisation/:user', (req, res) => {
    const session = sessionOf(org, bearerOf(req) || textOf(req.query.oauth_token));
    if (session === null) {
      res.status(403).type('text/plain').send('Bad_OAuth_Token');
      return;
    }
    const reply = identity(org, req.params.organisation, req.params.user, ownUrlOf(req));
    if (reply === null) res.status(403).json(errorBody(invalidSession()));
    else res.json(reply);
  });
  return router;
}

/** Shows what the app asks for. Errors before the redirect address is known to be one stay here; others go back to the app. */
function askConsent(org: Org, req: Request, res: Response): void {
  const ask = (name: string) => textOf(req.query[name]);
  const redirectUri = ask('redirect_uri');
  const app = appOf(org, ask('client_id'));
  if (app === undefined || !URL.canParse(redirectUri)) {
    const error = redirectUri === '' ? 'redirect_uri_missing' : 'invalid_client_id';
    res.status(400).json({
      error,
      error_description: error === 'invalid_client_id' ? 'client identifier invalid' : 'redirect_uri missing',
    });
    return;
  }
  const method = ask('code_challenge_method') || 'S256';
  if (ask('response_type') !== 'code' || method !== 'S256') {
    redirectBack(res, redirectUri, ask('state'), {
      error: ask('response_type') === 'code' ? 'invalid_request' : 'unsupported_response_type',
      error_description: 'the sandbox knows response_type code and code_challenge_method S256',
    });
    return;
  }
  showConsent(req, res, {
    vendor: 'Salesforce',
    clientId: app.clientId,
    scopes: ask('scope')
      .split(' ')
      .filter((scope) => scope !== ''),
  });
}

/** Takes the decision, as the integration user or as the user of `login_hint`. */
function authorize(org: Org, req: Request, res: Response): void {
  const decision = decisionOf(req);
  const ask = (name: string) => decision.ask.get(name) ?? '';
  const redirectUri = ask('redirect_uri');
  if (!decision.approved) {
    redirectBack(res, redirectUri, ask('state'), {
      error: 'access_denied',
      error_description: 'end-user denied authorization',
    });
    return;
  }
  const hint = ask('login_hint').toLowerCase();
  const user = [...org.records.table('User').values()].find((row) => String(row.Username).toLowerCase() === hint);
  const code = `aPrx${randomText(org, 60)}==`;
  codes(org).set(code, {
    code,
    clientId: ask('client_id'),
    redirectUri,
    userId: user?.Id ?? INTEGRATION_USER_ID,
    scope: ask('scope'),
    challenge: ask('code_challenge') || null,
    expiresAt: org.kernel.now().getTime() + CODE_LIFETIME_MS,
    spent: false,
  });
  redirectBack(res, redirectUri, ask('state'), { code });
}

function redirectBack(
  res: Response,
  redirectUri: string,
  state: string,
  answer: Readonly<Record<string, string>>,
): void {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...(state !== '' && { state }), ...answer })) {
    target.searchParams.set(name, value);
  }
  res.redirect(302, target.href);
}

function introspect(org: Org, token: string): Record<string, unknown> {
  const access = sessionOf(org, token);
  const refresh = refreshTokenOf(org, token);
  const session = access ?? (refresh?.state === 'live' ? refresh : null);
  if (session === null) return { active: false };
  const user = org.records.get('User', session.userId);
  return {
    active: true,
    scope: session.scope,
    client_id: session.clientId,
    username: user?.Username,
    sub: session.userId,
    token_type: access === null ? 'refresh_token' : 'access_token',
    ...(access === null ? {} : { exp: Math.floor(session.expiresAt / 1000) }),
    iat: Math.floor(session.issuedAt / 1000),
    nbf: Math.floor(session.issuedAt / 1000),
  };
}

/** The form of a token request; the client of a Basic header is added to it. */
async function formOf(req: Request): Promise<URLSearchParams> {
  const body: unknown = req.body;
  const isParsed = typeof body === 'object' && body !== null && !Buffer.isBuffer(body);
  const form = new URLSearchParams(isParsed ? (body as Record<string, string>) : await bodyText(req));
  const basic = /^Basic\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
    form.set('client_id', id);
    form.set('client_secret', secret);
  }
  return form;
}

function answerOAuthError(res: Response, error: unknown): void {
  if (!(error instanceof OAuthError)) throw error;
  res
    .status(error.status)
    .set('Cache-Control', 'no-store')
    .json({ error: error.error, error_description: error.message });
}
