import type { WebhookAction } from '../domain/actions.ts';
import type { NewEvent } from '../domain/outbound-event.ts';
import type { Sql } from '../ports/database.ts';
import { audit } from './audit.ts';
import { appendEvents } from './outbound-events.ts';

/**
 * Notes the message of a webhook step as done and puts it on its way, both in the commit of the caller: the same key once. An endpoint that
 * is not there, or disabled, gets nothing; that is noted, since a message that waited for it could come months too late.
 */
export async function sendStep(
  sql: Sql,
  action: WebhookAction,
  event: NewEvent,
  { playbook, connectionId, now }: { playbook: string; connectionId: string; now: Date },
): Promise<void> {
  const [endpoint] = await sql.query(`select 1 from webhook_endpoints where endpoint_id = $1 and state = 'enabled'`, [
    action.endpointId,
  ]);
  const inserted = await sql.query(
    `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before)
     values ($1::uuid, $2, $3, $4, $5::jsonb, $6, 0, $7)
     on conflict (customer_id, action_key) do nothing returning action_key`,
    [
      event.customerId,
      action.key,
      playbook,
      connectionId,
      JSON.stringify(action),
      endpoint ? 'done' : 'skipped',
      now.toISOString(),
    ],
  );
  if (inserted.length === 0) return;
  if (endpoint) return appendEvents(sql, [event], now);
  await audit(sql, now.toISOString(), 'playbook', 'step-not-possible', {
    playbook,
    kind: action.kind,
    actionKey: action.key,
    lacks: `no enabled endpoint ${action.endpointId}: see "staypower webhook list"`,
  });
}
