import { createHash, randomBytes } from 'node:crypto';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { CREDENTIALS } from '../credentials.ts';
import { note } from '../kernel/http.ts';
import type { Kernel, SandboxOptions } from '../kernel/types.ts';
import type { Source } from './portal.ts';

/** The app id under which the demo's key writes; what own echoes are told by. */
export const DEMO_APP_ID = CREDENTIALS.hubspot.appId;
const CLIENT = { id: 'sandbox-hubspot-client', secret: 'sandbox-hubspot-secret' };

interface Token {
  kind: 'access' | 'refresh' | 'code';
  value: string;
  expiresAt: number;
  challenge?: string | undefined;
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

/** The token endpoint in its dated form and its elders, authorisation with PKCE, introspection and revocation. */
export function oauthRoutes(kernel: Kernel, options: SandboxOptions): Router {
  const router = Router();
  const tokens = kernel.table<Token>('hubspot.tokens');
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? 1_800;
  const issue = (kind: Token['kind'], expiresAt: number, challenge?: string) => {
    const value = `${kind === 'access' ? 'CJ' : 'na1'}-${randomBytes(24).toString('base64url')}`;
    tokens.set(value, { kind, value, expiresAt, challenge });
    return value;
  };
  const refuse = (res: Response, status: string, error: string, message: string) => {
    res.status(400).json({ error, error_description: message, status, message });
  };
  router.get('/oauth/authorize', (req, res) => {
    const redirect = new URL(String(req.query['redirect_uri']));
    redirect.searchParams.set(
      'code',
      issue('code', kernel.now().getTime() + 60_000, req.query['code_challenge'] as string | undefined),
    );
    if (req.query['state']) redirect.searchParams.set('state', String(req.query['state']));
    res.redirect(redirect.href);
  });
  router.post('/oauth/:version/token', (req, res) => {
    const form = new URLSearchParams(Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '');
    if (form.get('client_id') !== CLIENT.id)
      return refuse(res, 'BAD_CLIENT_ID', 'invalid_client', 'missing or unknown client id');
    if (form.get('client_secret') !== CLIENT.secret)
      return refuse(res, 'BAD_CLIENT_SECRET', 'invalid_client', 'missing or invalid client secret');
    const now = kernel.now().getTime();
    let refresh = form.get('refresh_token') ?? '';
    if (form.get('grant_type') === 'authorization_code') {
      const code = tokens.get(form.get('code') ?? '');
      if (!code || code.kind !== 'code' || code.expiresAt < now)
        return refuse(res, 'BAD_AUTH_CODE', 'invalid_grant', 'missing or unknown auth code');
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (code.challenge && code.challenge !== proof)
        return refuse(res, 'BAD_CODE_VERIFIER', 'invalid_grant', 'code verifier does not match');
      tokens.delete(code.value);
      refresh = issue('refresh', Number.MAX_SAFE_INTEGER);
    } else if (tokens.get(refresh)?.kind !== 'refresh') {
      return refuse(res, 'BAD_REFRESH_TOKEN', 'invalid_grant', 'refresh token is invalid, expired or revoked');
    }
    res.json({
      token_type: 'bearer',
      refresh_token: refresh,
      access_token: issue('access', now + lifetimeSeconds * 1_000),
      hub_id: 1234567,
      scopes: ['oauth'],
      expires_in: lifetimeSeconds,
    });
  });
  router.post('/oauth/:version/token/revoke', (req, res) => {
    const form = new URLSearchParams(Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '');
    tokens.delete(form.get('token') ?? '');
    res.sendStatus(204);
  });
  return router;
}
