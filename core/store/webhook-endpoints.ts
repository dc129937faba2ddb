import { DataError } from '../domain/errors.ts';
import type { EventType } from '../domain/outbound-event.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { WebhookEndpoint, Webhooks } from '../ports/outbound.ts';
import type { Keyring } from './keyring.ts';
import { EVENTS_CHANNEL } from './outbound-events.ts';
import { readDeliveries } from './webhook-deliveries.ts';
import { type SealedSecret, sealedAnew, sealSecret, withNewSecret } from './webhook-secrets.ts';

/** What the endpoints of a workspace are kept with. */
export interface WebhooksContext {
  clock: Clock;
  /** Asked for when there is a secret to seal; throws ConfigError when there is no key. */
  keyring: () => Keyring;
  /** Bytes that nobody can guess, for ids and secrets. */
  randomBytes: (count: number) => Buffer;
  /** Throws DataError for an address that may not be called. */
  assertAllowed: (url: string) => void;
}

/** The prefix and length (24 to 64 bytes) of secrets are those of the Standard Webhooks specification. */
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** The endpoints of a workspace. */
export function createWebhooks(database: Database, context: WebhooksContext): Webhooks {
  const { clock, keyring, randomBytes } = context;
  const newSecret = () => `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
  return {
    add: async ({ url, eventTypes }) => {
      context.assertAllowed(url);
      const secret = newSecret();
      const endpointId = `ep_${randomBytes(12).toString('base64url')}`;
      const now = clock.now().toISOString();
      await database.query(
        `insert into webhook_endpoints (endpoint_id, url, event_types, state, secrets, failures, not_before, created_at)
         values ($1, $2, $3::jsonb, 'enabled', $4::jsonb, 0, $5, $5)`,
        [endpointId, url, JSON.stringify(eventTypes), JSON.stringify([sealSecret(keyring(), secret, endpointId)]), now],
      );
      return { endpointId, secret };
    },
    list: () => readEndpoints(database),
    remove: (endpointId) =>
      database.transaction(async (sql) => {
        const removed = await sql.query('delete from webhook_endpoints where endpoint_id = $1 returning endpoint_id', [
          endpointId,
        ]);
        if (removed.length === 0) throw unknown(endpointId);
        await sql.query('delete from webhook_deliveries where endpoint_id = $1', [endpointId]);
      }),
    rotateSecret: (endpointId) =>
      database.transaction(async (sql) => {
        const [row] = await sql.query<{ secrets: readonly SealedSecret[] }>(
          'select secrets from webhook_endpoints where endpoint_id = $1 for update',
          [endpointId],
        );
        if (!row) throw unknown(endpointId);
        const secret = newSecret();
        const { secrets, oldUntil } = withNewSecret(
          row.secrets,
          sealSecret(keyring(), secret, endpointId),
          clock.now(),
        );
        await sql.query('update webhook_endpoints set secrets = $2::jsonb where endpoint_id = $1', [
          endpointId,
          JSON.stringify(secrets),
        ]);
        return { secret, oldUntil };
      }),
    deliveries: (options) => readDeliveries(database, options),
    replay: (endpointId, which) =>
      database.transaction(async (sql) => {
        const now = clock.now().toISOString();
        const enabled = await sql.query(
          `update webhook_endpoints set state = 'enabled', reason = null, failures = 0, not_before = $2
           where endpoint_id = $1 returning endpoint_id`,
          [endpointId, now],
        );
        if (enabled.length === 0) throw unknown(endpointId);
        const replayed = await sql.query(
          `update webhook_deliveries set state = 'waiting', attempts = 0, enqueued_at = $2, not_before = $2
           where endpoint_id = $1 and case when $3::text is null then state = 'failed' else event_id = $3 end
           returning event_id`,
          [endpointId, now, which === 'failed' ? null : which.eventId],
        );
        await sql.notify(EVENTS_CHANNEL);
        return replayed.length;
      }),
  };
}

/** Seals the secrets of all endpoints with the first key of the ring. Returns how many endpoints had another. */
export function sealWebhooksAnew(database: Database, keyring: Keyring): Promise<number> {
  return database.transaction(async (sql) => {
    const rows = await sql.query<{ endpoint_id: string; secrets: readonly SealedSecret[] }>(
      'select endpoint_id, secrets from webhook_endpoints order by endpoint_id for update',
    );
    const old = rows.filter(({ secrets }) => secrets.some(({ keyId }) => keyId !== keyring.keyId));
    for (const { endpoint_id, secrets } of old) {
      const anew = secrets.map((secret) => sealedAnew(keyring, secret, endpoint_id));
      await sql.query('update webhook_endpoints set secrets = $2::jsonb where endpoint_id = $1', [
        endpoint_id,
        JSON.stringify(anew),
      ]);
    }
    return old.length;
  });
}

async function readEndpoints(database: Database): Promise<readonly WebhookEndpoint[]> {
  const rows = await database.query<{
    endpoint_id: string;
    url: string;
    event_types: readonly EventType[];
    state: WebhookEndpoint['state'];
    reason: string | null;
    created_at: string;
  }>(
    'select endpoint_id, url, event_types, state, reason, created_at from webhook_endpoints order by created_at, endpoint_id',
  );
  const counts = await database.query<{ endpoint_id: string; waiting: number; failed: number }>(
    `select endpoint_id, (count(*) filter (where state = 'waiting'))::int as waiting,
       (count(*) filter (where state = 'failed'))::int as failed
     from webhook_deliveries where state <> 'delivered' group by endpoint_id`,
  );
  const countOf = new Map(counts.map((row) => [row.endpoint_id, row]));
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    url: row.url,
    eventTypes: row.event_types,
    state: row.state,
    reason: row.reason,
    createdAt: row.created_at,
    waiting: countOf.get(row.endpoint_id)?.waiting ?? 0,
    failed: countOf.get(row.endpoint_id)?.failed ?? 0,
  }));
}

function unknown(endpointId: string): DataError {
  return new DataError({
    field: 'endpoint',
    expected: 'the id of an endpoint',
    found: endpointId,
    remedy: 'see "staypower webhook list"',
  });
}
