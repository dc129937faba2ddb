import { createHmac } from 'node:crypto';
import { ORG_ID } from '../org/bootstrap.ts';
import type { Org } from '../org/org.ts';

/** Whom an access token stands for. */
export interface Session {
  token: string;
  userId: string;
  clientId: string;
  /** Tokens that came from one authorization; a reused refresh token ends the family. Null for JWT and client credentials. */
  family: string | null;
  scope: string;
  issuedAt: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** A refresh token: used once, then kept to notice its reuse. */
export interface RefreshToken extends Session {
  state: 'live' | 'used' | 'revoked';
}

const accessTokens = (org: Org) => org.kernel.table<Session>('salesforce.accessTokens');
const refreshTokens = (org: Org) => org.kernel.table<RefreshToken>('salesforce.refreshTokens');

/** An unguessable-looking text; the number keeps it unique even when the random source starts again. */
export function randomText(org: Org, length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let text = org.kernel.nextNumber('salesforce.token').toString(36).padStart(6, '0');
  while (text.length < length) text += letters[Math.floor(org.kernel.random() * letters.length)];
  return text;
}

/** The living session of an access token; null when unknown, expired or revoked. */
export function sessionOf(org: Org, accessToken: string): Session | null {
  const session = accessTokens(org).get(accessToken);
  return session !== undefined && session.expiresAt > org.kernel.now().getTime() ? session : null;
}

/** The refresh token's record, in whatever state. */
export function refreshTokenOf(org: Org, token: string): RefreshToken | undefined {
  return refreshTokens(org).get(token);
}

/** What a token endpoint grants. */
export interface Grant {
  userId: string;
  clientId: string;
  family: string | null;
  scope: string;
  lifetimeSeconds: number;
}

/** A new access token. */
export function issueAccessToken(org: Org, grant: Grant): Session {
  const issuedAt = org.kernel.now().getTime();
  const { lifetimeSeconds, ...rest } = grant;
  const token = `${ORG_ID.slice(0, 15)}!AR8AQ${randomText(org, 80)}`;
  const session: Session = { ...rest, token, issuedAt, expiresAt: issuedAt + lifetimeSeconds * 1000 };
  accessTokens(org).set(token, session);
  return session;
}

/** A new refresh token of a session's family. */
export function issueRefreshToken(org: Org, session: Session): string {
  const token = `5Aep861${randomText(org, 80)}`;
  refreshTokens(org).set(token, { ...session, token, state: 'live' });
  return token;
}

/** Marks a refresh token as used up by a rotation. */
export function spend(org: Org, token: string): void {
  const record = refreshTokens(org).get(token);
  if (record !== undefined) refreshTokens(org).set(token, { ...record, state: 'used' });
}

/** Ends every refresh and access token of a family. */
export function revokeFamily(org: Org, family: string): void {
  for (const record of [...refreshTokens(org).values()]) {
    if (record.family === family) refreshTokens(org).set(record.token, { ...record, state: 'revoked' });
  }
  for (const session of [...accessTokens(org).values()]) {
    if (session.family === family) accessTokens(org).delete(session.token);
  }
}

/** Ends one token: a refresh token ends its family, an access token only itself. False when there is none. */
export function revoke(org: Org, token: string): boolean {
  const refresh = refreshTokens(org).get(token);
  if (refresh?.family != null) revokeFamily(org, refresh.family);
  const access = accessTokens(org).get(token);
  if (access !== undefined) accessTokens(org).delete(token);
  return refresh !== undefined || access !== undefined;
}

/** Ends all sessions, as an admin does on the page of sessions or as time does; refresh tokens stay good. */
export function endSessions(org: Org): void {
  for (const session of [...accessTokens(org).values()]) accessTokens(org).delete(session.token);
}

/** Ends all that was ever approved for an app, as an admin does on the page of OAuth usage. */
export function revokeApp(org: Org, clientId: string): void {
  for (const { family, ...record } of [...refreshTokens(org).values()]) {
    if (record.clientId === clientId && family !== null) revokeFamily(org, family);
  }
}

/** The `signature` of a token reply: HMAC-SHA256 of the identity URL and the issue time under the client's secret. */
export function signature(secret: string, identityUrl: string, issuedAt: number): string {
  return createHmac('sha256', secret).update(`${identityUrl}${issuedAt}`).digest('base64');
}
