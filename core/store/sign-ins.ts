import { createHash, randomBytes } from 'node:crypto';
import { AuthError, DataError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Connected, Grant, OAuthApp, SignIns } from '../ports/grants.ts';
import { audit } from './audit.ts';
import { grantName, grantStatuses, keepGrant } from './grants.ts';
import type { Keyring } from './keyring.ts';

/** A connection that can be made in a browser. */
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

/** Time an admin has for the vendor's pages. */
const SIGN_IN_MS = 10 * 60_000;

/** Sign-ins of a workspace: a state is remembered by its hash, its PKCE verifier sealed. */
export function createSignIns(
  database: Database,
  connectables: readonly Connectable[],
  context: SignInContext,
): SignIns {
  const { keyring, clock } = context;
  return {
    connections: connectables.map(({ connectionId, vendor, app }) => ({ connectionId, vendor, scopes: app.scopes })),
    begin: async (connectionId, { redirectUri, begunBy }) => {
      const connection = connectables.find((each) => each.connectionId === connectionId);
      if (connection === undefined) throw unknownConnection(connectionId, connectables);
      const state = randomBytes(32).toString('base64url');
      const codeVerifier = randomBytes(48).toString('base64url');
      const { keyId, sealed } = keyring.seal(codeVerifier, sealedFor(state));
      const now = clock.now().getTime();
      const expiresAt = new Date(now + SIGN_IN_MS).toISOString();
      await database.query('delete from sign_ins where expires_at <= $1', [new Date(now).toISOString()]);
      await database.query(
        `insert into sign_ins (state_hash, connection_id, vendor, redirect_uri, begun_by, key_id, sealed_verifier, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [hashOf(state), connectionId, connection.vendor, redirectUri, hashOf(begunBy), keyId, sealed, expiresAt],
      );
      const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
      return { authorizationUrl: connection.app.authorizationUrl({ state, codeChallenge, redirectUri }), expiresAt };
    },
    end: async (vendor, { state, code }, begunBy) => {
      const taken = await takeSignIn(database, { vendor, state, begunBy }, context);
      const connection = connectables.find(({ connectionId }) => connectionId === taken.connectionId);
      if (connection === undefined) throw refused(`${taken.connectionId} is no longer set up for it`);
      const { codeVerifier, redirectUri } = taken;
      const grant = await connection.app.exchange({ code, codeVerifier, redirectUri });
      // In the turn of a renewal: one that is under way must not end after us with tokens of the grant before.
      await database.exclusive(grantName(connection.connectionId), async () => {
        await assertSameAccount(database, connection.connectionId, grant);
        await keepGrant(database, connection, grant, context);
        await audit(database, clock.now().toISOString(), 'admin', 'connect', {
          connectionId: connection.connectionId,
          account: grant.account,
          vendorUserId: grant.userId ?? '',
        });
      });
      return connected(connection, grant);
    },
  };
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
  { vendor, state, begunBy }: { vendor: string; state: string; begunBy: string },
  { keyring, clock }: SignInContext,
): Promise<{ connectionId: string; redirectUri: string; codeVerifier: string }> {
  // Whoever shows a state uses it up, also when it is refused after that: it must not be tried again.
  const [row] = await sql.query<Row>('delete from sign_ins where state_hash = $1 returning *', [hashOf(state)]);
  if (row === undefined) throw refused('its state is unknown or was used already');
  if (Date.parse(row.expires_at) <= clock.now().getTime()) throw refused('it took longer than ten minutes');
  if (row.begun_by !== hashOf(begunBy)) throw refused('it was begun in another browser or by another process');
  if (row.vendor !== vendor) throw refused(`it was begun for ${row.vendor}`);
  const codeVerifier = keyring.open({ keyId: row.key_id, sealed: row.sealed_verifier }, sealedFor(state));
  return { connectionId: row.connection_id, redirectUri: row.redirect_uri, codeVerifier };
}

/** Records are known by connection and id: those of another account under the same connection would be taken for the same people. */
async function assertSameAccount(sql: Sql, connectionId: string, grant: Grant): Promise<void> {
  const known = (await grantStatuses(sql)).find((status) => status.connectionId === connectionId);
  if (known === undefined || known.account === grant.account) return;
  throw new AuthError(
    `${connectionId} has been reading the account ${known.account}; what was approved is the account ${grant.account}.`,
    {
      revoked: false,
      remedy: 'Approve the same account, or give the other one a connection with an id of its own in staypower.yaml.',
    },
  );
}

function connected({ connectionId, app }: Connectable, grant: Grant): Connected {
  return {
    connectionId,
    account: grant.account,
    granted: grant.scopes,
    notGranted: app.scopes.filter(({ name }) => !grant.scopes.includes(name)),
  };
}

function unknownConnection(connectionId: string, connectables: readonly Connectable[]): DataError {
  return new DataError({
    field: 'connection',
    expected: `one that can be made in a browser: ${connectables.map((each) => each.connectionId).join(', ') || 'none is set up'}`,
    found: connectionId,
    remedy: 'set CLIENT_ID and CLIENT_SECRET of its app in the environment; README.md, "Connect", says how',
  });
}

function refused(why: string): AuthError {
  return new AuthError(`The sign-in cannot be ended: ${why}. Begin again.`, { revoked: false });
}

/** States and secrets are random bytes: their hash needs no salt, and looking a row up by it gives no timing away. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function sealedFor(state: string): string {
  return `sign-in/${hashOf(state)}`;
}
