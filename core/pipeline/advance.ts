import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { ConnectionStep, Playbook, PlaybookStep } from '../playbooks/schema.ts';
import { stepAction } from '../playbooks/step-action.ts';
import { stepEvent } from '../playbooks/step-event.ts';
import { keyOf, type RunCustomer, type TaskRecord, taskOf } from '../playbooks/task.ts';
import type { Sql } from '../ports/database.ts';
import type { Score } from '../scores/score.ts';
import { queueAction, recordsOf, type Target } from '../store/action-targets.ts';
import { sendStep } from '../store/step-messages.ts';
import type { PlanContext } from './plan.ts';

/** Why a run with waits is over. */
type Ended = 'completed' | 'saved' | 'left-state' | 'no-consent';

/** A run whose steps are to be queued from one on. */
interface RunningSteps {
  customerId: string;
  customer: RunCustomer;
  /** The record of its first action, and that action's key. */
  record: TaskRecord;
  beside: string;
  /** Index of the first step. */
  from: number;
  /** Whether the customer counts as in the playbook's state. */
  isIn: boolean;
  /** Every record of the customer at the connections of the steps. */
  records: readonly Target[];
  asOf: CalendarDay;
  now: Date;
}

/** The connections that steps of a playbook are done at. */
export function connectionsOf(playbook: Playbook): readonly string[] {
  return [...new Set(playbook.steps.flatMap((step) => ('connection' in step ? [step.connection] : [])))];
}

/**
 * Puts the steps of a run into the outbox up to the next wait, and notes where it goes on. Keys follow from the crossing and the step: queueing
 * again what was queued changes nothing.
 */
export async function queueSteps(sql: Sql, playbook: Playbook, run: RunningSteps): Promise<void> {
  for (const [index, step] of playbook.steps.entries()) {
    if (index < run.from) continue;
    if (step.do === 'wait') {
      await note(sql, playbook, run, { next: index + 1, dueOn: addDays(run.asOf, step.days), ended: null });
      return;
    }
    if (step.do === 'check') {
      if (run.isIn) continue;
      await note(sql, playbook, run, { next: null, dueOn: null, ended: 'left-state' });
      return;
    }
    if (step.do === 'task') await queueTask(sql, playbook, run, step, index);
    else if (step.do === 'webhook') await queueMessage(sql, playbook, run, step, index);
    else await queueAtConnection(sql, playbook, run, step, index);
  }
  if (playbook.steps.some((step) => step.do === 'wait')) {
    await note(sql, playbook, run, { next: null, dueOn: null, ended: 'completed' });
  }
}

/** A further task, for the owner of the record. */
async function queueTask(
  sql: Sql,
  playbook: Playbook,
  run: RunningSteps,
  step: Extract<PlaybookStep, { do: 'task' }>,
  index: number,
): Promise<void> {
  const { customer, record, asOf } = run;
  const key = keyOf(playbook, [record.connectionId, record.externalId, customer.crossedOn, step.do, index]);
  const action = taskOf(step, key, customer, record, asOf);
  await queueAction(sql, playbook.name, run.customerId, record.connectionId, action, run.now);
}

/** A message to an endpoint, on its way in this commit; one that is gone by now, or disabled, is noted as not possible. */
async function queueMessage(
  sql: Sql,
  playbook: Playbook,
  run: RunningSteps,
  step: Extract<PlaybookStep, { do: 'webhook' }>,
  index: number,
): Promise<void> {
  const { customerId, customer, record, beside, asOf, now } = run;
  const { crossedOn, score } = customer;
  const key = keyOf(playbook, [step.endpoint, record.externalId, crossedOn, step.do, index]);
  const about = { customerId, playbook: playbook.name, index, crossedOn, asOf, key, record, score };
  await sendStep(sql, { kind: 'webhook', key, beside, endpointId: step.endpoint }, stepEvent(step, about), {
    playbook: playbook.name,
    connectionId: record.connectionId,
    now,
  });
}

/** At the step's vendor, on the record of the first action if it is there, else the customer's first; nowhere without one. */
async function queueAtConnection(
  sql: Sql,
  playbook: Playbook,
  run: RunningSteps,
  step: ConnectionStep,
  index: number,
): Promise<void> {
  const { customer, asOf, beside } = run;
  const own = run.records.filter((record) => record.connection_id === step.connection);
  const record = own.find((each) => each.external_id === run.record.externalId) ?? own[0];
  if (record === undefined) return;
  const { connection_id: connectionId, external_id: externalId, owner_id: ownerId } = record;
  const key = keyOf(playbook, [connectionId, externalId, customer.crossedOn, step.do, index]);
  const action = stepAction(
    step,
    { contactExternalId: externalId, parentExternalId: record.parent_external_id },
    {
      key,
      task: taskOf(
        step.do === 'ticket' ? { ...playbook.task, ...wordsOf(step) } : playbook.task,
        key,
        customer,
        { connectionId, externalId, ownerId },
        asOf,
      ),
      beside,
      playbook: playbook.name,
      score: customer.score,
      asOf,
    },
  );
  if (action !== null) await queueAction(sql, playbook.name, run.customerId, connectionId, action, run.now);
}

function wordsOf({ subject, body, priority }: Extract<PlaybookStep, { do: 'ticket' }>) {
  return { subject, body, priority };
}

interface DueRun {
  customer_id: string;
  crossed_on: CalendarDay;
  fired_on: CalendarDay;
  next_step: number;
  connection_id: string;
  action_key: string;
  contact: string;
  name: string | null;
  do_not_contact: boolean;
  score: Score;
  stats: CustomerStats;
  cells: readonly string[];
}

/**
 * Takes on the runs of a playbook whose wait is over and whose first action is done, unless something is open for the customer. Ends those of customers who must not be contacted any
 * more, or were saved: bought since. A run whose steps were taken out of the playbook meanwhile is over.
 */
export async function advance(sql: Sql, playbook: Playbook, { asOf, clock }: PlanContext): Promise<void> {
  const due = await sql.query<DueRun>(
    `select r.customer_id, r.crossed_on, r.fired_on, r.next_step, r.connection_id, r.action_key,
       o.action->>'contactExternalId' as contact, c.name, c.do_not_contact, s.score, s.stats, s.cells
     from playbook_runs r join outbox o on o.customer_id = r.customer_id and o.action_key = r.action_key
       join customers c on c.customer_id = r.customer_id join scores s on s.customer_id = r.customer_id
     where r.playbook = $1 and r.due_on <= $2::date and r.state = 'fired' and o.state = 'done'
       and not exists (select 1 from outbox w where w.customer_id = r.customer_id and w.state in ('waiting', 'started'))
     order by r.customer_id, r.crossed_on`,
    [playbook.name, asOf],
  );
  if (due.length === 0) return;
  const ids = due.map((row) => row.customer_id);
  const connections = [...new Set([...connectionsOf(playbook), ...due.map((row) => row.connection_id)])];
  const records = Map.groupBy(await recordsOf(sql, ids, connections), (record) => record.customer_id);
  for (const row of due) {
    const own = records.get(row.customer_id) ?? [];
    const target = own.find((each) => each.connection_id === row.connection_id && each.external_id === row.contact);
    const run: RunningSteps = {
      customerId: row.customer_id,
      customer: { name: row.name, crossedOn: row.crossed_on, score: row.score, stats: row.stats },
      record: { connectionId: row.connection_id, externalId: row.contact, ownerId: target?.owner_id ?? null },
      beside: row.action_key,
      from: row.next_step,
      isIn: row.cells.includes(playbook.name),
      records: own,
      asOf,
      now: clock.now(),
    };
    const { lastPurchase } = row.stats;
    const ended: Ended | null = row.do_not_contact
      ? 'no-consent'
      : playbook.stopWhenSaved && lastPurchase !== null && lastPurchase > row.fired_on
        ? 'saved'
        : null;
    if (ended === null) await queueSteps(sql, playbook, run);
    else await note(sql, playbook, run, { next: null, dueOn: null, ended });
  }
}

async function note(
  sql: Sql,
  playbook: Playbook,
  { customerId, customer }: RunningSteps,
  { next, dueOn, ended }: { next: number | null; dueOn: CalendarDay | null; ended: Ended | null },
): Promise<void> {
  await sql.query(
    `update playbook_runs set next_step = $4::int, due_on = $5::date, ended = $6
     where customer_id = $1::uuid and playbook = $2 and crossed_on = $3::date`,
    [customerId, playbook.name, customer.crossedOn, next, dueOn, ended],
  );
}
