import type { Action, TaskAction } from '../domain/actions.ts';
import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import type { NewEvent } from '../domain/outbound-event.ts';
import { hashOf } from '../domain/stable-json.ts';
import { isInCell } from '../playbooks/cell.ts';
import type { Playbook } from '../playbooks/schema.ts';
import { stepAction } from '../playbooks/step-action.ts';
import { fillTemplate } from '../playbooks/template.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Score } from '../scores/score.ts';
import { queueAction, recordsOf, type Target, targetsOf } from '../store/action-targets.ts';
import { appendEvents } from '../store/outbound-events.ts';
import { inTurn } from '../store/turn.ts';

/** What planning did with the customers who entered a playbook's cell. */
export interface PlanReport {
  /** Tasks put into the outbox now. */
  planned: number;
  /** Entered and held out at random, in this run. */
  heldOut: number;
  /** Waiting because their owner has enough for today. */
  deferred: number;
}

interface Queued {
  customer_id: string;
  crossed_on: CalendarDay;
  name: string | null;
  do_not_contact: boolean;
  score: Score;
}

/**
 * Step 6: turns queued crossings into actions, the most urgent first, up to each owner's capacity for the day. Customers who left
 * the cell, were contacted within the cool-down or must not be contacted are let go. The only step that looks at customers beside
 * one another; it never changes a score.
 */
export async function plan(
  database: Database,
  playbooks: readonly Playbook[],
  context: { asOf: CalendarDay; actingConnections: readonly string[]; clock: Clock },
): Promise<PlanReport> {
  const report: PlanReport = { planned: 0, heldOut: 0, deferred: 0 };
  for (const playbook of playbooks.filter((each) => each.enabled)) {
    await inTurn(database, (sql) => planOne(sql, playbook, context, report));
  }
  return report;
}

async function planOne(
  sql: Sql,
  playbook: Playbook,
  context: { asOf: CalendarDay; actingConnections: readonly string[]; clock: Clock },
  report: PlanReport,
): Promise<void> {
  const { asOf } = context;
  const [held] = await sql.query<{ count: number }>(
    `select count(*)::int as count from playbook_runs where playbook = $1 and state = 'held-out' and crossed_on = $2::date and fired_on is null`,
    [playbook.name, asOf],
  );
  report.heldOut += held?.count ?? 0;
  // Counted once: fired_on of a held-out run is the day on which it would have fired.
  await sql.query(
    `update playbook_runs set fired_on = $2::date where playbook = $1 and state = 'held-out' and crossed_on = $2::date and fired_on is null`,
    [playbook.name, asOf],
  );
  const queued = await sql.query<Queued>(
    `select r.customer_id, r.crossed_on, c.name, c.do_not_contact, s.score
     from playbook_runs r join customers c on c.customer_id = r.customer_id join scores s on s.customer_id = r.customer_id
     where r.playbook = $1 and r.state = 'queued' and r.crossed_on <= $2::date order by s.priority desc, r.customer_id, r.crossed_on`,
    [playbook.name, asOf],
  );
  if (queued.length === 0) return;
  const ids = queued.map((row) => row.customer_id);
  const recent = new Set(
    (
      await sql.query<{ customer_id: string }>(
        `select distinct customer_id from playbook_runs where customer_id = any($1::uuid[]) and state in ('fired', 'done')
         and fired_on > $2::date - $3::int`,
        [ids, asOf, playbook.coolDownDays],
      )
    ).map((row) => row.customer_id),
  );
  const open = new Set(
    (
      await sql.query<{ customer_id: string }>(
        `select distinct customer_id from outbox where customer_id = any($1::uuid[]) and state in ('waiting', 'started')`,
        [ids],
      )
    ).map((row) => row.customer_id),
  );
  const targets = await targetsOf(sql, ids, context.actingConnections, playbook.sequence?.connection ?? null);
  const stepConnections = [...new Set(playbook.steps.map((step) => step.connection))];
  const stepRecords = Map.groupBy(await recordsOf(sql, ids, stepConnections), (record) => record.customer_id);
  const capacity = new Map(
    (
      await sql.query<{ owner: string; count: number }>(
        `select coalesce(coalesce(action->'fallback', action)->>'ownerId', '') as owner, count(*)::int as count from outbox o
         join playbook_runs r on r.customer_id = o.customer_id and r.action_key = o.action_key
         where r.playbook = $1 and r.fired_on = $2::date group by 1`,
        [playbook.name, asOf],
      )
    ).map((row) => [row.owner, row.count]),
  );

  const fired: NewEvent[] = [];
  const seen = new Set<string>();
  for (const row of queued) {
    const target = targets.get(row.customer_id);
    // Of several crossings of one customer (queued twice, or united by a merge) the first stands for all.
    const again = seen.has(row.customer_id);
    seen.add(row.customer_id);
    const letGo =
      again || row.do_not_contact || recent.has(row.customer_id) || !target || !isInCell(playbook, row.score);
    if (letGo) {
      await settle(sql, playbook, row, {
        state: row.do_not_contact ? 'no-consent' : 'let-go',
        firedOn: asOf,
        target: null,
        key: null,
      });
      continue;
    }
    const owner = target.owner_id ?? '';
    const given = capacity.get(owner) ?? 0;
    if (open.has(row.customer_id) || given >= playbook.tasksPerOwnerPerDay) {
      report.deferred += 1;
      continue;
    }
    capacity.set(owner, given + 1);
    const action = actionFor(playbook, row, target, asOf);
    await queueAction(sql, playbook.name, row.customer_id, target.connection_id, action, context.clock.now());
    await queueSteps(sql, playbook, row, { target, action, asOf, stepRecords, now: context.clock.now() });
    await settle(sql, playbook, row, { state: 'fired', firedOn: asOf, target, key: action.key });
    fired.push({
      type: 'playbook.fired',
      customerId: row.customer_id,
      data: {
        customerId: row.customer_id,
        playbook: playbook.name,
        crossedOn: row.crossed_on,
        firedOn: asOf,
        actionKey: action.key,
        connectionId: target.connection_id,
        contactExternalId: target.external_id,
      },
    });
    report.planned += 1;
  }
  await appendEvents(sql, fired, context.clock.now());
}

/** Puts what a playbook does beside its task or sequence into the outbox: at each step's vendor, on the customer's first record there. */
async function queueSteps(
  sql: Sql,
  playbook: Playbook,
  row: Queued,
  about: {
    target: Target;
    action: Action;
    asOf: CalendarDay;
    stepRecords: ReadonlyMap<string, readonly Target[]>;
    now: Date;
  },
): Promise<void> {
  const { target, action, asOf, now } = about;
  for (const [index, step] of playbook.steps.entries()) {
    const own = about.stepRecords.get(row.customer_id)?.filter((record) => record.connection_id === step.connection);
    const record = own?.find((each) => each.external_id === target.external_id) ?? own?.[0];
    if (record === undefined) continue;
    const queued = stepAction(
      step,
      { contactExternalId: record.external_id, parentExternalId: record.parent_external_id },
      {
        key: keyOf(playbook, [record.connection_id, record.external_id, row.crossed_on, step.do, index]),
        task: taskFor(playbook, row, record, asOf),
        beside: action.key,
        playbook: playbook.name,
        score: row.score,
        asOf,
      },
    );
    if (queued !== null) await queueAction(sql, playbook.name, row.customer_id, record.connection_id, queued, now);
  }
}

/** The same for the same crossing of the same record, however often it is planned. At most 64 characters of [a-z0-9-]. */
function keyOf(playbook: Playbook, parts: readonly (string | number)[]): string {
  const hash = hashOf([playbook.name, ...parts]);
  return `${playbook.name.slice(0, 30)}-${hash.toLowerCase().replace(/[^a-z0-9]/g, '0')}`;
}

/** The playbook's sequence where the customer has a record at its vendor, else its task. */
function actionFor(playbook: Playbook, row: Queued, target: Target, asOf: CalendarDay): Action {
  const task = taskFor(playbook, row, target, asOf);
  const { sequence } = playbook;
  if (sequence === null || sequence.connection !== target.connection_id) return task;
  const { sequenceId, userId, senderEmail } = sequence;
  const { key, contactExternalId } = task;
  return { kind: 'sequence', key, contactExternalId, sequenceId, userId, senderEmail, fallback: task };
}

function taskFor(playbook: Playbook, row: Queued, target: Target, asOf: CalendarDay): TaskAction {
  const { score } = row;
  const values = {
    name: row.name ?? 'this customer',
    valueIfKept: String(Math.round(score.valueIfKept12m ?? 0)),
    currency: score.currency,
    churn: String(Math.round((score.churnProbability ?? 0) * 100)),
    horizonDays: String(score.churnHorizonDays),
    reasons: score.reasons.join('\n'),
  };
  return {
    kind: 'task',
    key: keyOf(playbook, [target.connection_id, target.external_id, row.crossed_on]),
    contactExternalId: target.external_id,
    ownerId: target.owner_id,
    subject: fillTemplate(playbook.task.subject, values),
    body: fillTemplate(playbook.task.body, values),
    dueOn: addDays(asOf, playbook.task.dueInDays),
    priority: playbook.task.priority,
  };
}

async function settle(
  sql: Sql,
  playbook: Playbook,
  row: Queued,
  result: { state: string; firedOn: CalendarDay; target: Target | null; key: string | null },
): Promise<void> {
  await sql.query(
    `update playbook_runs set state = $4, fired_on = $5::date, connection_id = $6, action_key = $7
     where customer_id = $1::uuid and playbook = $2 and crossed_on = $3::date`,
    [
      row.customer_id,
      playbook.name,
      row.crossed_on,
      result.state,
      result.firedOn,
      result.target?.connection_id ?? null,
      result.key,
    ],
  );
}
