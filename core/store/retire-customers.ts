import type { IdentityNode } from '../identity/components.ts';
import type { Sql } from '../ports/database.ts';
import { handOnFeedback } from './feedback.ts';
import type { ContactRow } from './identity-keys.ts';
import type { Group } from './identity-records.ts';

/** Every column of a decision, its customer first. */
const DECISION =
  'customer_id, playbook, crossed_on, decided_on, action, propensity, options, owner_id, channel, minutes, money, is_offer, cost, churn_probability, value_if_kept_12m';

/** A customer without records any more passes its playbook history, open actions, answers and feedback to whoever has its records now. */
export async function retire(
  sql: Sql,
  groups: readonly Group[],
  rowOf: (node: IdentityNode) => ContactRow,
  gone: readonly string[],
): Promise<void> {
  if (gone.length === 0) return;
  const heirs = new Map<string, string>();
  for (const { component, customerId } of groups) {
    for (const node of component.records) {
      const previous = rowOf(node).resolved_to;
      if (previous && gone.includes(previous) && !heirs.has(previous)) heirs.set(previous, customerId);
    }
  }
  for (const [previous, heir] of heirs) {
    // Of two runs of one day the one that was acted on stays, then the treated one.
    await sql.query(
      `insert into playbook_runs as present (customer_id, playbook, crossed_on, state, arm, fired_on, connection_id, action_key,
         next_step, due_on, ended)
       select $2::uuid, playbook, crossed_on, state, arm, fired_on, connection_id, action_key, next_step, due_on, ended from playbook_runs where customer_id = $1::uuid
       on conflict (customer_id, playbook, crossed_on) do update set state = excluded.state, arm = excluded.arm,
         fired_on = excluded.fired_on, connection_id = excluded.connection_id, action_key = excluded.action_key,
         next_step = excluded.next_step, due_on = excluded.due_on, ended = excluded.ended
       where present.state not in ('fired', 'done')
         and (excluded.state in ('fired', 'done') or (present.arm = 'held-out' and excluded.arm = 'treated'))`,
      [previous, heir],
    );
    await sql.query(
      `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before, receipt)
       select $2::uuid, action_key, playbook, connection_id, action, state, attempts, not_before, receipt from outbox where customer_id = $1::uuid
       on conflict (customer_id, action_key) do nothing`,
      [previous, heir],
    );
    await sql.query(
      `insert into advised_actions (${DECISION}) select $2::uuid, ${DECISION.replace('customer_id, ', '')} from advised_actions where customer_id = $1::uuid
       on conflict (customer_id, playbook, crossed_on) do nothing`,
      [previous, heir],
    );
    await keepOneOpenTask(sql, heir);
    await handOnScores(sql, previous, heir);
    await handOnFeedback(sql, previous, heir);
    await sql.query(
      `insert into outcomes (customer_id, kind, outcome_key, occurred_on, value)
       select $2::uuid, kind, outcome_key, occurred_on, value from outcomes where customer_id = $1::uuid
       on conflict (customer_id, kind, outcome_key) do nothing`,
      [previous, heir],
    );
  }
  for (const table of [
    'playbook_runs',
    'advised_actions',
    'outbox',
    'outcomes',
    'score_feedback',
    'scores',
    'score_history',
    'customer_stats',
    'customers',
  ]) {
    await sql.query(`delete from ${table} where customer_id = any($1::uuid[])`, [gone]);
  }
}

/** An heir without scores of its own goes on from those of before: its oldest record was deleted, and nothing else happened. */
async function handOnScores(sql: Sql, previous: string, heir: string): Promise<void> {
  await sql.query(
    `insert into score_history (customer_id, as_of, model_version, score, inputs)
     select $2::uuid, as_of, model_version, score, inputs from score_history where customer_id = $1::uuid
       and not exists (select 1 from scores where customer_id = $2::uuid)
     on conflict (customer_id, as_of) do nothing`,
    [previous, heir],
  );
  await sql.query(
    `insert into scores (customer_id, as_of, scored_at, recheck_on, model_version, priority, churn_band, value_band, lifecycle, score, stats, cells, told)
     select $2::uuid, as_of, scored_at, recheck_on, model_version, priority, churn_band, value_band, lifecycle, score, stats, cells, told
     from scores where customer_id = $1::uuid
     on conflict (customer_id) do nothing`,
    [previous, heir],
  );
}

/** Of the open tasks of a merged customer one stays: one that is under way, since it may have been done, else the first. */
async function keepOneOpenTask(sql: Sql, customerId: string): Promise<void> {
  const open = await sql.query<{ action_key: string; state: string }>(
    `select action_key, state from outbox where customer_id = $1::uuid and state in ('waiting', 'started') order by state, action_key`,
    [customerId],
  );
  const dropped = open.filter((row, index) => index > 0 && row.state === 'waiting').map((row) => row.action_key);
  if (dropped.length === 0) return;
  await sql.query(`update outbox set state = 'dropped' where customer_id = $1::uuid and action_key = any($2::text[])`, [
    customerId,
    dropped,
  ]);
  await sql.query(
    `update playbook_runs set state = 'let-go' where customer_id = $1::uuid and action_key = any($2::text[]) and state = 'fired'`,
    [customerId, dropped],
  );
}
