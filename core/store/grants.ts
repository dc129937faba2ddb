import pRetry from 'p-retry';
import { AuthError, StaypowerError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Grant, GrantStatus, Grants } from '../ports/grants.ts';
import type { Logger } from '../ports/logger.ts';
import { audit } from './audit.ts';
import type { Keyring } from './keyring.ts';

interface Row {
  connection_id: string;
  account: string;
  scopes: string[];
  key_id: string;
  sealed: string;
  generation: number;
  renewal_began_at: string | null;
  lost_reason: string | null;
}

/** The part of a grant that is sealed. */
type Secrets = Omit<Grant, 'account' | 'scopes'>;

/** Who keeps grants, and what they say when one is lost. */
export interface GrantKeeping {
  keyring: Keyring;
  clock: Clock;
  logger: Logger;
}

/** The grants of a workspace, as connectors use them. */
export function createGrants(database: Database, { keyring, clock, logger }: GrantKeeping): Grants {
  const now = () => clock.now().toISOString();
  return {
    read: async (connectionId) => {
      const row = await find(database, connectionId);
      if (row === null) return null;
      if (row.lost_reason !== null) throw lost(connectionId, row.lost_reason);
      return opened(row, keyring);
    },
    renew: (connectionId, refusedToken, refresh) =>
      database.exclusive(grantName(connectionId), async () => {
        const row = await find(database, connectionId);
        if (row === null) throw lost(connectionId, 'it is not connected.');
        if (row.lost_reason !== null) throw lost(connectionId, row.lost_reason);
        const grant = opened(row, keyring);
        // Somebody else has renewed it since.
        if (grant.accessToken !== refusedToken) return grant;
        await database.query('update connection_grants set renewal_began_at = $2 where connection_id = $1', [
          connectionId,
          now(),
        ]);
        let next: Grant;
        try {
          next = await refresh(grant);
        } catch (error) {
          if (!(error instanceof AuthError) || !error.revoked) throw error;
          const reason = reasonOf(error, row.renewal_began_at);
          await markLost(database, row, reason, now());
          await audit(database, now(), 'vendor', 'connection-lost', { connectionId, account: row.account });
          logger.error({ connectionId, account: row.account }, `reconnect: ${reason}`);
          throw lost(connectionId, reason);
        }
        await insisting(() => replace(database, row, next, keyring, now()));
        logger.info({ connectionId, generation: row.generation + 1 }, 'tokens renewed');
        return next;
      }),
  };
}

/** Names a connection's grant: its turn, in which alone it changes, and what its tokens are sealed for. */
export function grantName(connectionId: string): string {
  return `grant/${connectionId}`;
}

/** Keeps what an authorization gave, in the place of what the connection had. */
export async function keepGrant(
  sql: Sql,
  connection: { connectionId: string; vendor: string },
  grant: Grant,
  { keyring, clock }: Pick<GrantKeeping, 'keyring' | 'clock'>,
): Promise<void> {
  const { keyId, sealed } = sealedOf(connection.connectionId, grant, keyring);
  await sql.query(
    `insert into connection_grants (connection_id, vendor, account, scopes, key_id, sealed, generation, connected_at, renewed_at)
     values ($1, $2, $3, $4::text[], $5, $6, 1, $7, $7)
     on conflict (connection_id) do update
     set vendor = excluded.vendor, account = excluded.account, scopes = excluded.scopes, key_id = excluded.key_id, sealed = excluded.sealed,
         generation = connection_grants.generation + 1, renewal_began_at = null, connected_at = excluded.connected_at,
         renewed_at = excluded.renewed_at, lost_reason = null, lost_at = null`,
    [
      connection.connectionId,
      connection.vendor,
      grant.account,
      [...grant.scopes],
      keyId,
      sealed,
      clock.now().toISOString(),
    ],
  );
}

/** All connections made by OAuth, without secrets; needs no key. */
export async function grantStatuses(sql: Sql): Promise<readonly GrantStatus[]> {
  return sql.query<GrantStatus>(
    `select connection_id as "connectionId", vendor, account, scopes, connected_at as "connectedAt", renewed_at as "renewedAt",
            lost_reason as "lostReason"
     from connection_grants order by connection_id`,
  );
}

/**
 * Seals every grant anew with the first key of the ring. Sign-ins under way are forgotten: they live ten minutes.
 *
 * @returns how many were sealed with another key before
 * @throws ConfigError when one cannot be opened; then nothing has changed
 */
export function sealAnew(database: Database, keyring: Keyring): Promise<number> {
  return database.transaction(async (sql) => {
    const rows = await sql.query<Row>('select * from connection_grants order by connection_id for update');
    const old = rows.filter((row) => row.key_id !== keyring.keyId);
    for (const row of old) {
      const { keyId, sealed } = sealedOf(row.connection_id, opened(row, keyring), keyring);
      await sql.query('update connection_grants set key_id = $2, sealed = $3 where connection_id = $1', [
        row.connection_id,
        keyId,
        sealed,
      ]);
    }
    await sql.query('delete from sign_ins where key_id <> $1', [keyring.keyId]);
    return old.length;
  });
}

async function find(sql: Sql, connectionId: string): Promise<Row | null> {
  const [row] = await sql.query<Row>('select * from connection_grants where connection_id = $1', [connectionId]);
  return row ?? null;
}

/**
 * Writes a renewed grant over the one it came from.
 *
 * @throws AuthError when that one is gone: our turn had ended without our knowing, as when the line to the store was cut
 */
async function replace(database: Database, from: Row, grant: Grant, keyring: Keyring, at: string): Promise<void> {
  await database.transaction(async (sql) => {
    const [locked] = await sql.query<Row>('select * from connection_grants where connection_id = $1 for update', [
      from.connection_id,
    ]);
    if (locked?.generation !== from.generation) {
      throw new AuthError(`The tokens of ${from.connection_id} were changed during their renewal. It is tried again.`, {
        revoked: false,
      });
    }
    const { keyId, sealed } = sealedOf(from.connection_id, grant, keyring);
    await sql.query(
      `update connection_grants set scopes = $2::text[], key_id = $3, sealed = $4, generation = generation + 1, renewal_began_at = null, renewed_at = $5
       where connection_id = $1`,
      [from.connection_id, [...grant.scopes], keyId, sealed, at],
    );
  });
}

/** A rotated token exists once, here: a store that is away for some seconds, as when it is restarted, must not lose it. */
function insisting(write: () => Promise<void>): Promise<void> {
  return pRetry(write, {
    retries: 6,
    minTimeout: 250,
    factor: 2,
    shouldRetry: ({ error }) => !(error instanceof StaypowerError),
  });
}

async function markLost(sql: Sql, row: Row, reason: string, at: string): Promise<void> {
  await sql.query(
    'update connection_grants set lost_reason = $3, lost_at = $4 where connection_id = $1 and generation = $2',
    [row.connection_id, row.generation, reason, at],
  );
}

function reasonOf(error: AuthError, earlierRenewal: string | null): string {
  if (earlierRenewal === null) return error.message;
  return `${error.message} A renewal begun at ${earlierRenewal} never came to its end: if the vendor had answered it, the token that it gave was lost with it.`;
}

function lost(connectionId: string, reason: string): AuthError {
  return new AuthError(`${connectionId} must be connected again: ${reason}`, {
    revoked: true,
    remedy: `Run "staypower connect ${connectionId}"; scores and everything that was read are kept.`,
  });
}

function sealedOf(connectionId: string, { account: _account, scopes: _scopes, ...secrets }: Grant, keyring: Keyring) {
  return keyring.seal(JSON.stringify(secrets), grantName(connectionId));
}

function opened(row: Row, keyring: Keyring): Grant {
  const text = keyring.open({ keyId: row.key_id, sealed: row.sealed }, grantName(row.connection_id));
  return { ...(JSON.parse(text) as Secrets), account: row.account, scopes: row.scopes };
}
