import { createHash, randomBytes } from 'node:crypto';
import { AuthError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Grant, OAuthApp } from '../ports/grants.ts';
import { grantName, keepGrant } from './grants.ts';
import type { Keyring } from './keyring.ts';

/** A connection that can be made by OAuth. */
export interface Connectable {
  connectionId: string;
  vendor: string;
  app: OAuthApp;
}

/** What a sign-in needs of the house. */
export interface SignInContext {
  keyring: Keyring;
  clock: Clock;
}

/** A sign-in that waits for the admin. */
export interface SignIn {
  /** Where the browser goes. */
  authorizationUrl: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** What the vendor sends the browser back with. */
export interface Callback {
  state: string;
  code: string;
}

/** Time an admin has for the vendor's pages. */
const SIGN_IN_MS = 10 * 60_000;

/**
 * Begins a sign-in: remembers its state by hash and its PKCE verifier sealed, and says where the browser goes.
 *
 * @param begunBy a secret of the browser or process that begins it; only its holder can end it
 */
export async function beginSignIn(
  sql: Sql,
  { connectionId, vendor, app }: Connectable,
  options: { redirectUri: string; begunBy: string },
  { keyring, clock }: SignInContext,
): Promise<SignIn> {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(48).toString('base64url');
  const { keyId, sealed } = keyring.seal(codeVerifier, aboutOf(state));
  const now = clock.now().getTime();
  const expiresAt = new Date(now + SIGN_IN_MS).toISOString();
  await sql.query('delete from sign_ins where expires_at <= $1', [new Date(now).toISOString()]);
  await sql.query(
    `insert into sign_ins (state_hash, connection_id, vendor, redirect_uri, begun_by, key_id, sealed_verifier, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [hashOf(state), connectionId, vendor, options.redirectUri, hashOf(options.begunBy), keyId, sealed, expiresAt],
  );
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  return {
    authorizationUrl: app.authorizationUrl({ state, codeChallenge, redirectUri: options.redirectUri }),
    expiresAt,
  };
}

/**
 * Ends a sign-in: takes its state, which works once, gives the code for tokens and keeps them.
 *
 * @param connectables the vendor's connections, of which the state names one
 * @returns the connection and what was granted to it
 * @throws AuthError when the state is unknown, used, too old or another's, or the vendor refuses the code
 */
export async function endSignIn(
  database: Database,
  connectables: readonly Connectable[],
  callback: Callback,
  begunBy: string,
  context: SignInContext,
): Promise<{ connectionId: string; grant: Grant }> {
  const { connection, redirectUri, codeVerifier } = await takeSignIn(
    database,
    connectables,
    callback.state,
    begunBy,
    context,
  );
  const grant = await connection.app.exchange({ code: callback.code, codeVerifier, redirectUri });
  // In the turn of a renewal: one that is under way must not end after us with tokens of the grant before.
  await database.exclusive(grantName(connection.connectionId), () => keepGrant(database, connection, grant, context));
  return { connectionId: connection.connectionId, grant };
}

interface Row {
  connection_id: string;
  vendor: string;
  redirect_uri: string;
  begun_by: string;
  key_id: string;
  sealed_verifier: string;
  expires_at: string;
}

async function takeSignIn(
  sql: Sql,
  connectables: readonly Connectable[],
  state: string,
  begunBy: string,
  { keyring, clock }: SignInContext,
) {
  // Whoever shows a state uses it up, also when it is refused after that: a guess must not be repeated.
  const [row] = await sql.query<Row>('delete from sign_ins where state_hash = $1 returning *', [hashOf(state)]);
  if (row === undefined) throw refused('its state is unknown or was used already');
  if (Date.parse(row.expires_at) <= clock.now().getTime()) throw refused('it took longer than ten minutes');
  if (row.begun_by !== hashOf(begunBy)) throw refused('it was begun in another browser or by another process');
  const connection = connectables.find(
    ({ connectionId, vendor }) => connectionId === row.connection_id && vendor === row.vendor,
  );
  if (connection === undefined) throw refused(`it belongs to ${row.connection_id}, which is not this vendor's`);
  const codeVerifier = keyring.open({ keyId: row.key_id, sealed: row.sealed_verifier }, aboutOf(state));
  return { connection, redirectUri: row.redirect_uri, codeVerifier };
}

function refused(why: string): AuthError {
  return new AuthError(`The sign-in cannot be ended: ${why}. Begin again.`, { revoked: false });
}

/** States and secrets are 32 random bytes: their hash needs no salt, and finding a row by it gives no timing away. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function aboutOf(state: string): string {
  return `sign-in/${hashOf(state)}`;
}
