import type { CalendarDay } from '../domain/calendar-day.ts';
import { AT_RISK_AND_VALUABLE, type Playbook } from '../playbooks/schema.ts';
import { keyOf, type RunCustomer, taskOf } from '../playbooks/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { SaveTaskOutcome, SaveTasks } from '../ports/save-tasks.ts';
import { queueAction } from './action-targets.ts';
import { INBOX_CHANNEL } from './inbox.ts';
import { inTurn } from './turn.ts';

/** Under this name its runs are kept: they count for every playbook's cool-down, and for no playbook's effect. */
const ASKED_FOR = 'asked-for';

interface Subject {
  customer_id: string;
  owner_id: string | null;
  name: string | null;
  do_not_contact: boolean;
  score: RunCustomer['score'];
  stats: RunCustomer['stats'];
}

/**
 * Save tasks of a workspace on request: with the words and the cool-down of its first playbook, under the same rules as those that
 * playbooks open (one at a time, consent, holdout). Queued in one commit, and performed by the live thread, which is woken.
 */
export function createSaveTasks(
  database: Database,
  { playbooks, clock, today }: { playbooks: () => readonly Playbook[]; clock: Clock; today: () => CalendarDay },
): SaveTasks {
  return {
    open: ({ connectionId, externalId, requestKey }) =>
      inTurn(database, async (sql) => {
        const asOf = today();
        const words = playbooks().find(({ enabled }) => enabled) ?? AT_RISK_AND_VALUABLE;
        const playbook: Playbook = { ...words, name: ASKED_FOR };
        const subject = await subjectOf(sql, connectionId, externalId);
        if (subject === null) return 'no-score';
        const key = keyOf(playbook, [connectionId, externalId, requestKey]);
        const refusal = await refusalOf(sql, subject, { asOf, key, coolDownDays: playbook.coolDownDays });
        if (refusal !== null) return refusal;
        const { customer_id: customerId, owner_id: ownerId, name, score, stats } = subject;
        const task = taskOf(
          playbook.task,
          key,
          { name, crossedOn: asOf, score, stats },
          { connectionId, externalId, ownerId },
          asOf,
        );
        await queueAction(sql, ASKED_FOR, customerId, connectionId, task, clock.now());
        await sql.query(
          `insert into playbook_runs (customer_id, playbook, crossed_on, state, arm, fired_on, connection_id, action_key)
           values ($1::uuid, $2, $3::date, 'fired', 'treated', $3::date, $4, $5)
           on conflict (customer_id, playbook, crossed_on) do nothing`,
          [customerId, ASKED_FOR, asOf, connectionId, key],
        );
        await sql.notify(INBOX_CHANNEL);
        return 'queued';
      }),
  };
}

async function subjectOf(sql: Sql, connectionId: string, externalId: string): Promise<Subject | null> {
  const [row] = await sql.query<Subject>(
    `select r.customer_id, r.owner_id, c.name, c.do_not_contact, s.score, s.stats
     from customer_records r join customers c on c.customer_id = r.customer_id join scores s on s.customer_id = r.customer_id
     where r.external_id = $2 and r.connection_id = $1 and r.kind = 'contact'`,
    [connectionId, externalId],
  );
  return row ?? null;
}

async function refusalOf(
  sql: Sql,
  { customer_id: customerId, do_not_contact: doNotContact }: Subject,
  { asOf, key, coolDownDays }: { asOf: CalendarDay; key: string; coolDownDays: number },
): Promise<SaveTaskOutcome | null> {
  const [asked] = await sql.query('select 1 from outbox where customer_id = $1::uuid and action_key = $2', [
    customerId,
    key,
  ]);
  if (asked) return 'queued';
  if (doNotContact) return 'no-consent';
  const [open] = await sql.query(
    `select 1 from outbox where customer_id = $1::uuid and state in ('waiting', 'started') limit 1`,
    [customerId],
  );
  if (open) return 'recent';
  const runs = await sql.query<{ state: string }>(
    `select state from playbook_runs where customer_id = $1::uuid
       and (state in ('fired', 'done') and fired_on > $2::date - $3::int or state = 'held-out' and crossed_on > $2::date - $3::int)`,
    [customerId, asOf, coolDownDays],
  );
  if (runs.some(({ state }) => state !== 'held-out')) return 'recent';
  return runs.length > 0 ? 'held-out' : null;
}
