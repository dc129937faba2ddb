import type { CloseAction, TaskAction } from '../domain/actions.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { OwnerQueue, QueuedCall } from '../ports/owner-queue.ts';
import type { Score } from '../scores/score.ts';
import { queueAction } from './action-targets.ts';
import { audit } from './audit.ts';
import { INBOX_CHANNEL } from './inbox.ts';
import { keepSetting, readSetting } from './settings.ts';
import { inTurn } from './turn.ts';

/** A task older than that is no call of today. */
const OPEN_DAYS = 60;
/** Who is which owner: owners by the ids of people. */
const OWNERS_SETTING = 'queue-owners';

/**
 * Tasks that are open: opened at the vendor and not done. That a person said so stands in the receipt. One that was done in the CRM comes back
 * as an event under the task's id, which some vendors' event ids have behind their kind.
 */
const OPEN_TASKS = `from outbox o
  join customers c on c.customer_id = o.customer_id and not c.do_not_contact
  join scores s on s.customer_id = o.customer_id
  where o.state = 'done' and o.action->>'kind' = 'task' and not o.receipt ? 'closedAt' and o.not_before >= $1::date - ${OPEN_DAYS}
    and not exists (select 1 from events e where e.customer_id = o.customer_id and e.connection_id = o.connection_id
      and e.external_id in (o.receipt->>'externalId', 'task-' || (o.receipt->>'externalId')))`;

interface OpenTask {
  customer_id: string;
  action_key: string;
  playbook: string;
  name: string | null;
  action: TaskAction;
  opened_at: string;
  score: Score;
  last_purchase: CalendarDay | null;
}

/** The open tasks of a workspace by their owners. */
export function createOwnerQueue(database: Database, { clock }: { clock: Clock }): OwnerQueue {
  const links = async () => (await readSetting<Record<string, string>>(database, OWNERS_SETTING)) ?? {};
  return {
    read: async ({ asOf, owner, limit }) => {
      const owners = await database.query<{ ownerId: string | null; open: number }>(
        `select o.action->>'ownerId' as "ownerId", count(*)::int as open ${OPEN_TASKS} group by 1 order by 2 desc, 1`,
        [asOf],
      );
      if (owner === undefined) return { asOf, currency: null, owners, calls: [] };
      const rows = await database.query<OpenTask>(
        `select o.customer_id, o.action_key, o.playbook, c.name, o.action, o.not_before as opened_at, s.score,
           s.stats->>'lastPurchase' as last_purchase ${OPEN_TASKS} and o.action->>'ownerId' is not distinct from $2
         order by coalesce((s.score->>'churnProbability')::float8 * (s.score->>'valueIfKept12m')::float8, 0) desc, o.customer_id, o.action_key
         limit $3`,
        [asOf, owner, limit],
      );
      return { asOf, currency: rows[0]?.score.currency ?? null, owners, calls: rows.map(callOf) };
    },
    done: ({ customerId, actionKey, owner, by }) =>
      inTurn(database, async (sql) => {
        const now = clock.now();
        // A task for the admin is about no contact, and stands in no owner's list.
        const [row] = await sql.query<{
          connection_id: string;
          playbook: string;
          action: TaskAction & { contactExternalId: string };
          task_id: string;
        }>(
          `update outbox set receipt = receipt || jsonb_build_object('closedAt', $3::text, 'closedBy', $4::text)
           where customer_id = $1::uuid and action_key = $2 and state = 'done' and action->>'kind' = 'task' and not receipt ? 'closedAt'
             and action->>'contactExternalId' is not null
             and ($5::text is null or action->>'ownerId' = $5)
           returning connection_id, playbook, action, receipt->>'externalId' as task_id`,
          [customerId, actionKey, now.toISOString(), by, owner ?? null],
        );
        if (row === undefined) return false;
        const close: CloseAction = {
          kind: 'close',
          key: `${actionKey}-done`,
          beside: actionKey,
          // Of a customer: there is a contact.
          contactExternalId: row.action.contactExternalId ?? '',
          taskId: row.task_id,
        };
        await queueAction(sql, row.playbook, customerId, row.connection_id, close, now);
        await audit(sql, now.toISOString(), by, 'task-done', { playbook: row.playbook, actionKey });
        await sql.notify(INBOX_CHANNEL);
        return true;
      }),
    ownerOf: async (userId) => (await links())[userId] ?? null,
    ownersOfPeople: links,
    setOwner: ({ userId, ownerId, by }) =>
      inTurn(database, async (sql) => {
        const { [userId]: _before, ...others } = (await readSetting<Record<string, string>>(sql, OWNERS_SETTING)) ?? {};
        await keepSetting(sql, OWNERS_SETTING, ownerId === null ? others : { ...others, [userId]: ownerId });
        await audit(sql, clock.now().toISOString(), by, 'owner-set', { userId, ownerId: ownerId ?? '' });
      }),
  };
}

function callOf({
  customer_id,
  action_key,
  playbook,
  name,
  action,
  opened_at,
  score,
  last_purchase,
}: OpenTask): QueuedCall {
  const { churnProbability, valueIfKept12m } = score;
  return {
    customerId: customer_id,
    actionKey: action_key,
    name,
    ownerId: action.ownerId,
    playbook,
    subject: action.subject,
    dueOn: action.dueOn,
    churnProbability,
    valueIfKept12m: valueIfKept12m === null ? null : valueIfKept12m.toFixed(2),
    valueAtRisk: ((churnProbability ?? 0) * (valueIfKept12m ?? 0)).toFixed(2),
    reasons: score.reasons,
    nextAction: score.nextAction,
    boughtOn: last_purchase !== null && last_purchase > opened_at.slice(0, 10) ? last_purchase : null,
  };
}
