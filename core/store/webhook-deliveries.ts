import { type EventType, NO_CUSTOMER } from '../domain/outbound-event.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { DeliveryQueue, WebhookDelivery } from '../ports/outbound.ts';
import type { Keyring } from './keyring.ts';
import { EVENTS_CHANNEL } from './outbound-events.ts';
import { liveSecrets, openSecret, type SealedSecret } from './webhook-secrets.ts';

/**
 * The deliveries of a workspace that wait.
 *
 * @param context.keyring asked for when there is a secret to open; throws ConfigError when there is none
 */
export function createDeliveryQueue(
  database: Database,
  context: { clock: Clock; keyring: () => Keyring },
): DeliveryQueue {
  const { clock, keyring } = context;
  const now = () => clock.now().toISOString();
  return {
    receivers: async () => {
      const rows = await database.query<{
        endpoint_id: string;
        url: string;
        secrets: readonly SealedSecret[];
        failures: number;
      }>(
        `select endpoint_id, url, secrets, failures from webhook_endpoints
         where state = 'enabled' and not_before <= $1 order by endpoint_id`,
        [now()],
      );
      return rows.map((row) => ({
        endpointId: row.endpoint_id,
        url: row.url,
        secrets: liveSecrets(row.secrets, clock.now()).map((secret) => openSecret(keyring(), secret, row.endpoint_id)),
        failures: row.failures,
      }));
    },
    due: async (endpointId, limit) => {
      const rows = await database.query<{
        customer_id: string;
        event_id: string;
        body: string;
        attempts: number;
        enqueued_at: string;
      }>(
        `select d.customer_id, d.event_id, e.body, d.attempts, d.enqueued_at
         from webhook_deliveries d join outbound_events e on e.customer_id = d.customer_id and e.event_id = d.event_id
         where d.endpoint_id = $1 and d.state = 'waiting' and d.not_before <= $2 and not exists (
           select 1 from webhook_deliveries earlier where earlier.customer_id = d.customer_id
             and earlier.endpoint_id = d.endpoint_id and earlier.state = 'waiting' and earlier.seq < d.seq)
         order by d.seq limit $3`,
        [endpointId, now(), limit],
      );
      return rows.map((row) => ({
        endpointId,
        customerId: row.customer_id,
        eventId: row.event_id,
        body: row.body,
        attempts: row.attempts,
        enqueuedAt: row.enqueued_at,
      }));
    },
    settle: (delivery, verdict, receiver) =>
      database.transaction(async (sql) => {
        const failed = verdict.state === 'delivered' ? null : verdict;
        await sql.query(
          `update webhook_deliveries set state = $4, attempts = attempts + 1, last_at = $5, last_status = $6, last_error = $7,
             not_before = coalesce($8, not_before)
           where customer_id = $1::uuid and event_id = $2 and endpoint_id = $3`,
          [
            delivery.customerId,
            delivery.eventId,
            delivery.endpointId,
            verdict.state,
            now(),
            verdict.status,
            failed?.error ?? null,
            failed?.notBefore ?? null,
          ],
        );
        if (receiver === null) return;
        if (!('disabled' in receiver)) {
          await sql.query('update webhook_endpoints set failures = $2, not_before = $3 where endpoint_id = $1', [
            delivery.endpointId,
            receiver.failures,
            receiver.notBefore,
          ]);
          return;
        }
        await sql.query(`update webhook_endpoints set state = 'disabled', reason = $2 where endpoint_id = $1`, [
          delivery.endpointId,
          receiver.disabled,
        ]);
        await sql.query(
          `update webhook_deliveries set state = 'failed', last_error = $2 where endpoint_id = $1 and state = 'waiting'`,
          [delivery.endpointId, receiver.disabled],
        );
      }),
    nextAt: async () => {
      const heads = await database.query<{ endpoint_id: string; at: string }>(
        `select d.endpoint_id, min(d.not_before) as at from webhook_deliveries d
         where d.state = 'waiting' and not exists (
           select 1 from webhook_deliveries earlier where earlier.customer_id = d.customer_id
             and earlier.endpoint_id = d.endpoint_id and earlier.state = 'waiting' and earlier.seq < d.seq)
         group by d.endpoint_id`,
      );
      const endpoints = await database.query<{ endpoint_id: string; not_before: string }>(
        `select endpoint_id, not_before from webhook_endpoints where state = 'enabled'`,
      );
      const openFrom = new Map(endpoints.map((row) => [row.endpoint_id, row.not_before]));
      const times = heads.flatMap(({ endpoint_id, at }) => {
        const from = openFrom.get(endpoint_id);
        return from === undefined ? [] : [Math.max(Date.parse(at), Date.parse(from))];
      });
      return times.length === 0 ? null : new Date(Math.min(...times)).toISOString();
    },
    alone: (work) => database.exclusive('webhooks', work),
    listen: (wake) => database.listen(EVENTS_CHANNEL, wake),
  };
}

/** The delivery log, the newest first. */
export async function readDeliveries(
  database: Database,
  options: { limit: number; endpointId?: string; state?: WebhookDelivery['state'] },
): Promise<readonly WebhookDelivery[]> {
  const rows = await database.query<{
    event_id: string;
    endpoint_id: string;
    customer_id: string;
    event_type: EventType;
    state: WebhookDelivery['state'];
    attempts: number;
    enqueued_at: string;
    not_before: string;
    last_at: string | null;
    last_status: number | null;
    last_error: string | null;
  }>(
    `select d.event_id, d.endpoint_id, d.customer_id, e.event_type, d.state, d.attempts, d.enqueued_at, d.not_before,
       d.last_at, d.last_status, d.last_error
     from webhook_deliveries d join outbound_events e on e.customer_id = d.customer_id and e.event_id = d.event_id
     where ($2::text is null or d.endpoint_id = $2) and ($3::text is null or d.state = $3)
     order by d.seq desc, d.endpoint_id limit $1`,
    [options.limit, options.endpointId ?? null, options.state ?? null],
  );
  return rows.map((row) => ({
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    customerId: row.customer_id === NO_CUSTOMER ? null : row.customer_id,
    type: row.event_type,
    state: row.state,
    attempts: row.attempts,
    enqueuedAt: row.enqueued_at,
    nextAt: row.state === 'waiting' ? row.not_before : null,
    lastAt: row.last_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
  }));
}
