import type { CalendarDay } from '../domain/calendar-day.ts';
import type { NewEvent } from '../domain/outbound-event.ts';
import type { CustomerStats } from '../features/stats.ts';
import { moneyOf, type Spending, spend } from '../planning/advised-budget.ts';
import { type AdviceSource, adviceFor } from '../playbooks/advice.ts';
import { isInCell } from '../playbooks/cell.ts';
import { factsOn } from '../playbooks/facts.ts';
import { mayActAt } from '../playbooks/hours.ts';
import type { Playbook } from '../playbooks/schema.ts';
import { firstAction, withAdvised } from '../playbooks/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { Score } from '../scores/score.ts';
import { queueAction, recordsOf, type Target, targetsOf } from '../store/action-targets.ts';
import { keepDecision, spentOn } from '../store/advised-actions.ts';
import { appendEvents } from '../store/outbound-events.ts';
import { inTurn } from '../store/turn.ts';
import { advance, connectionsOf, queueSteps } from './advance.ts';

/** What planning did with the customers who entered the state of a playbook. */
export interface PlanReport {
  /** Tasks put into the outbox now. */
  planned: number;
  /** Entered and held out at random, in this run. */
  heldOut: number;
  /** Waiting because their owner has enough for today, or for the playbook's hours. */
  deferred: number;
}

/** What planning depends on. */
export interface PlanContext {
  asOf: CalendarDay;
  actingConnections: readonly string[];
  clock: Clock;
  /** The workspace's: in it a playbook's hours are, unless it says otherwise. */
  timeZone: string;
  /** What advice is given by, for playbooks that carry it out; null before the first training, absent where nothing is advised. */
  advice?: () => Promise<AdviceSource | null>;
}

interface Queued {
  customer_id: string;
  crossed_on: CalendarDay;
  name: string | null;
  do_not_contact: boolean;
  score: Score;
  stats: CustomerStats;
}

/**
 * Step 6: turns queued crossings into actions, the most urgent first, up to each owner's capacity for the day, and takes runs on whose
 * wait is over. Customers who left the state, were contacted within the cool-down or must not be contacted are let go. The only step
 * that looks at customers beside one another; it never changes a score.
 */
export async function plan(
  database: Database,
  playbooks: readonly Playbook[],
  context: PlanContext,
): Promise<PlanReport> {
  const report: PlanReport = { planned: 0, heldOut: 0, deferred: 0 };
  for (const playbook of playbooks.filter((each) => each.enabled)) {
    // Read before the turn: it takes a look at every playbook's past.
    const isAsked = playbook.advised !== null && (await countQueued(database, playbook, context)) > 0;
    const advice = isAsked ? ((await context.advice?.()) ?? null) : null;
    await inTurn(database, async (sql) => {
      await countHeldOut(sql, playbook, context, report);
      if (mayActAt(playbook.hours, context.clock.now(), context.timeZone)) {
        await advance(sql, playbook, context);
        await planOne(sql, playbook, context, report, advice);
      } else {
        report.deferred += await countQueued(sql, playbook, context);
      }
    });
  }
  return report;
}

async function countHeldOut(sql: Sql, playbook: Playbook, { asOf }: PlanContext, report: PlanReport): Promise<void> {
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
}

async function countQueued(sql: Sql, playbook: Playbook, { asOf }: PlanContext): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from playbook_runs where playbook = $1 and state = 'queued' and crossed_on <= $2::date`,
    [playbook.name, asOf],
  );
  return row?.count ?? 0;
}

async function planOne(
  sql: Sql,
  playbook: Playbook,
  context: PlanContext,
  report: PlanReport,
  advice: AdviceSource | null,
): Promise<void> {
  const { asOf } = context;
  const now = context.clock.now();
  const queued = await sql.query<Queued>(
    `select r.customer_id, r.crossed_on, c.name, c.do_not_contact, s.score, s.stats
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
  const stepRecords = Map.groupBy(await recordsOf(sql, ids, connectionsOf(playbook)), (record) => record.customer_id);
  const capacity = await givenToday(sql, playbook, asOf);

  const spent = advice === null ? null : await spentOn(sql, asOf);
  const fired: NewEvent[] = [];
  const seen = new Set<string>();
  for (const row of queued) {
    const target = targets.get(row.customer_id);
    // Of several crossings of one customer (queued twice, or united by a merge) the first stands for all.
    const again = seen.has(row.customer_id);
    seen.add(row.customer_id);
    const letGo =
      again ||
      row.do_not_contact ||
      recent.has(row.customer_id) ||
      !target ||
      !isInCell(playbook, row.score, factsOn(row.stats, asOf));
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
    const done = advice && spent ? await decide(sql, playbook, row, target, { asOf, advice, spent }) : playbook;
    if (done === null) {
      await settle(sql, playbook, row, { state: 'let-go', firedOn: asOf, target: null, key: null });
      continue;
    }
    capacity.set(owner, given + 1);
    const customer = { name: row.name, crossedOn: row.crossed_on, score: row.score, stats: row.stats };
    const record = { connectionId: target.connection_id, externalId: target.external_id, ownerId: target.owner_id };
    const action = firstAction(done, customer, record, asOf);
    await queueAction(sql, playbook.name, row.customer_id, target.connection_id, action, now);
    await settle(sql, playbook, row, { state: 'fired', firedOn: asOf, target, key: action.key });
    await queueSteps(sql, playbook, {
      customerId: row.customer_id,
      customer,
      record,
      beside: action.key,
      asOf,
      now,
      from: 0,
      // Somebody who entered is in the state, and has not been given the time to come back.
      isIn: true,
      records: stepRecords.get(row.customer_id) ?? [],
    });
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
  await appendEvents(sql, fired, now);
}

/** The playbook with the words of what is advised for a customer; null: leave alone. The decision is kept with its probabilities. */
async function decide(
  sql: Sql,
  playbook: Playbook,
  row: Queued,
  target: Target,
  { asOf, advice, spent }: { asOf: CalendarDay; advice: AdviceSource; spent: Spending },
): Promise<Playbook | null> {
  const ownerId = target.owner_id;
  const decision = adviceFor(playbook, { customerId: row.customer_id, ownerId, score: row.score }, advice, spent);
  if (decision === null) return playbook;
  const { choice } = decision;
  await keepDecision(sql, decision, {
    customerId: row.customer_id,
    score: row.score,
    playbook: playbook.name,
    crossedOn: row.crossed_on,
    decidedOn: asOf,
    ownerId,
    money: choice === null ? 0 : moneyOf(choice, advice.settings),
  });
  if (choice === null) return null;
  spend(spent, choice, ownerId, advice.settings);
  return withAdvised(playbook, choice.action.name);
}

/** How many customers of the playbook each owner was given today; '' without an owner. */
async function givenToday(sql: Sql, playbook: Playbook, asOf: CalendarDay): Promise<Map<string, number>> {
  const rows = await sql.query<{ owner: string; count: number }>(
    `select coalesce(coalesce(action->'fallback', action)->>'ownerId', '') as owner, count(*)::int as count from outbox o
     join playbook_runs r on r.customer_id = o.customer_id and r.action_key = o.action_key
     where r.playbook = $1 and r.fired_on = $2::date group by 1`,
    [playbook.name, asOf],
  );
  return new Map(rows.map((row) => [row.owner, row.count]));
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
