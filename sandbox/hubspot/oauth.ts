import { createHash, randomBytes } from 'node:crypto';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { CREDENTIALS } from '../credentials.ts';
import { decisionOf, showConsent } from '../kernel/consent.ts';
import { note } from '../kernel/http.ts';
import type { Kernel, SandboxOptions } from '../kernel/types.ts';
import type { Source } from './portal.ts';

/** The app id under which the demo's key writes; what own echoes are told by. */
export const DEMO_APP_ID = CREDENTIALS.hubspot.appId;
const { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } = CREDENTIALS.hubspot;
const CODE_MS = 60_000;
const HUB_ID = 1234567;

interface Token {
  kind: 'access' | 'refresh' | 'code';
  value: string;
  expiresAt: number;
  scopes: readonly string[];
  /** Of a code: what its exchange must show. */
  challenge?: string | undefined;
  redirectUri?: string | undefined;
}

/** Tokens: static keys ("pat-sandbox-..."), and those handed out by OAuth. */
export function authentication(kernel: Kernel, _options: SandboxOptions) {
  const tokens = kernel.table<Token>('hubspot.tokens');
  return {
    check: (req: Request, res: Response, next: NextFunction) => {
      const value = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
      const token = tokens.get(value);
      const valid =
        value.startsWith('pat-sandbox-') || (token?.kind === 'access' && token.expiresAt > kernel.now().getTime());
      if (valid) return next();
      note(res, { operation: 'free' });
      res.status(401).json({
        status: 'error',
        message:
          'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
        correlationId: randomBytes(16).toString('hex'),
        category: token ? 'EXPIRED_AUTHENTICATION' : 'INVALID_AUTHENTICATION',
      });
    },
    sourceOf: (): Source => ({ changeSource: 'INTEGRATION', sourceId: DEMO_APP_ID }),
  };
}

/**
 * Authorisation with PKCE by a consent page, the token endpoint in its dated form and its elders, and revocation. A refresh answers
 * the same refresh token again. https://developers.hubspot.com/docs/api-reference/auth-oauth-v1/guide
 */
export function oauthRoutes(kernel: Kernel, options: SandboxOptions): Router {
  const router = Router();
  const tokens = kernel.table<Token>('hubspot.tokens');
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? 1_800;
  const issue = (token: Omit<Token, 'value'>) => {
    const value = `${token.kind === 'access' ? 'CJ' : 'na1'}-${randomBytes(24).toString('base64url')}`;
    tokens.set(value, { ...token, value });
    return value;
  };
  const refuse = (res: Response, status: string, error: string, message: string) => {
    res.status(400).json({ error, error_description: message, status, message });
  };
  router.use('/oauth', (_req, res, next) => {
    note(res, { operation: 'free' });
    next();
  });
  router.get('/oauth/authorize', (req, res) => {
    const ask = new URL(req.originalUrl, 'http://sandbox').searchParams;
    if (ask.get('client_id') !== CLIENT_ID || !URL.canParse(ask.get('redirect_uri') ?? '')) {
      res.status(400).type('html').send("The app is unknown here, or the redirect URL isn't one of its own.");
      return;
    }
    showConsent(req, res, { vendor: 'HubSpot', clientId: CLIENT_ID, scopes: scopesIn(ask) });
  });
  router.post('/oauth/authorize', (req, res) => {
    const { ask, approved } = decisionOf(req);
    const redirect = new URL(ask.get('redirect_uri') ?? '');
    const state = ask.get('state');
    if (state !== null) redirect.searchParams.set('state', state);
    if (approved) {
      const code = issue({
        kind: 'code',
        expiresAt: kernel.now().getTime() + CODE_MS,
        scopes: scopesIn(ask),
        challenge: ask.get('code_challenge') ?? undefined,
        redirectUri: redirect.origin + redirect.pathname,
      });
      redirect.searchParams.set('code', code);
    } else {
      redirect.searchParams.set('error', 'access_denied');
      redirect.searchParams.set('error_description', 'authorization request was denied by user');
    }
    res.redirect(redirect.href);
  });
  router.post('/oauth/:version/token', (req, res) => {
    const form = new URLSearchParams(Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '');
    if (form.get('client_id') !== CLIENT_ID)
      return refuse(res, 'BAD_CLIENT_ID', 'invalid_client', 'missing or unknown client id');
    if (form.get('client_secret') !== CLIENT_SECRET)
      return refuse(res, 'BAD_CLIENT_SECRET', 'invalid_client', 'missing or invalid client secret');
    const now = kernel.now().getTime();
    let refresh = form.get('refresh_token') ?? '';
    let scopes: readonly string[];
    if (form.get('grant_type') === 'authorization_code') {
      const code = tokens.get(form.get('code') ?? '');
      if (!code || code.kind !== 'code' || code.expiresAt < now)
        return refuse(res, 'BAD_AUTH_CODE', 'invalid_grant', 'missing or unknown auth code');
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (code.challenge && code.challenge !== proof)
        return refuse(res, 'BAD_CODE_VERIFIER', 'invalid_grant', 'code verifier does not match');
      if (code.redirectUri !== form.get('redirect_uri'))
        return refuse(res, 'MISMATCH_REDIRECT_URI_AUTH_CODE', 'invalid_grant', 'redirect URI does not match auth code');
      tokens.delete(code.value);
      ({ scopes } = code);
      refresh = issue({ kind: 'refresh', expiresAt: Number.MAX_SAFE_INTEGER, scopes });
    } else {
      const token = tokens.get(refresh);
      if (token?.kind !== 'refresh')
        return refuse(res, 'BAD_REFRESH_TOKEN', 'invalid_grant', 'refresh token is invalid, expired or revoked');
      ({ scopes } = token);
    }
    res.json({
      token_type: 'bearer',
      refresh_token: refresh,
      access_token: issue({ kind: 'access', expiresAt: now + lifetimeSeconds * 1_000, scopes }),
      hub_id: HUB_ID,
      scopes,
      expires_in: lifetimeSeconds,
    });
  });
  router.post('/oauth/:version/token/revoke', (req, res) => {
    const form = new URLSearchParams(Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '');
    tokens.delete(form.get('token') ?? '');
    res.sendStatus(204);
  });
  // What happens at the vendor without a call of the app's: time passes for its access tokens, or an admin uninstalls it.
  router.post('/_sandbox/hubspot/expire-tokens', (_req, res) => {
    for (const token of [...tokens.values()]) {
      if (token.kind === 'access') tokens.set(token.value, { ...token, expiresAt: kernel.now().getTime() });
    }
    res.sendStatus(204);
  });
  router.post('/_sandbox/hubspot/uninstall', (_req, res) => {
    for (const token of [...tokens.values()]) tokens.delete(token.value);
    res.sendStatus(204);
  });
  return router;
}

function scopesIn(ask: URLSearchParams): readonly string[] {
  return `${ask.get('scope') ?? ''} ${ask.get('optional_scope') ?? ''}`.split(' ').filter((scope) => scope !== '');
}
