import type { Action, ActionReceipt, StepAction } from '../domain/actions.ts';
import { AuthError, RateLimitError, SeatMissingError, StaypowerError, UnknownOutcomeError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActionPerformer, Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { audit } from '../store/audit.ts';
import { readPause } from '../store/pause.ts';
import { quarantine } from '../store/quarantine.ts';
import { inTurn } from '../store/turn.ts';

interface Waiting {
  customer_id: string;
  action_key: string;
  action: Action;
  state: 'waiting' | 'started';
  attempts: number;
  playbook: string;
  do_not_contact: boolean;
}

/** An action is tried so often before it waits in quarantine. */
const MOST_ATTEMPTS = 10;

/**
 * Step 8: performs what waits in the outbox, each exactly once. The attempt is noted before the call; if no answer was noted after
 * it (a crash, a lost reply), the vendor is asked whether it was done before it is tried again. A vendor that cannot be reached at
 * all uses up none of an action's tries. Who must not be contacted by now is left alone, whatever was planned; what an edition or
 * seat lacks becomes a task. Both stand in the audit log.
 *
 * @returns how many tasks and enrolments were made, counting those found to have been made already, and steps beside them
 */
export function act(database: Database, connectors: readonly Connector[], context: ActContext): Promise<ActReport> {
  // One process at a time: between the note and the call nobody else may take up the same action.
  return database.exclusive('act', () => performWaiting(database, connectors, context));
}

/** What became of the actions that waited. */
export interface ActReport {
  /** Tasks opened and contacts enrolled. */
  performed: number;
  /** Steps beside them. */
  steps: number;
  rejected: number;
  /** Left undone because the customer must not be contacted by now. */
  withoutConsent: number;
}

interface ActContext {
  clock: Clock;
  onProgress?: (done: number) => void;
  onUnavailable?: (connectionId: string, error: Error) => void;
}

async function performWaiting(
  database: Database,
  connectors: readonly Connector[],
  context: ActContext,
): Promise<ActReport> {
  const report = { performed: 0, steps: 0, rejected: 0, withoutConsent: 0 };
  for (const connector of connectors) {
    const performer = connector.actions;
    if (!performer) continue;
    const waiting = await database.query<Waiting>(
      `select o.customer_id, o.action_key, o.action, o.state, o.attempts, o.playbook, coalesce(c.do_not_contact, false) as do_not_contact
       from outbox o left join customers c on c.customer_id = o.customer_id
       where o.connection_id = $1 and o.state in ('waiting', 'started') and o.not_before <= $2
       order by o.customer_id, o.action->>'beside' nulls first, o.action_key`,
      [connector.connectionId, context.clock.now().toISOString()],
    );
    for (const row of waiting) {
      if ((await readPause(database)) !== null) return report;
      try {
        if (row.do_not_contact && row.state === 'waiting') {
          await leaveAlone(database, row, context.clock.now());
          report.withoutConsent += 1;
          continue;
        }
        await database.query(
          `update outbox set state = 'started', attempts = attempts + 1 where customer_id = $1::uuid and action_key = $2`,
          [row.customer_id, row.action_key],
        );
        const found = row.state === 'started' ? await performer.find(row.action) : null;
        if (found === null && row.do_not_contact) {
          await leaveAlone(database, row, context.clock.now());
          report.withoutConsent += 1;
          continue;
        }
        const receipt = found ?? (await perform(database, performer, row, context.clock.now()));
        if (receipt === null) continue;
        await database.query(
          `update outbox set state = 'done', receipt = $3::jsonb where customer_id = $1::uuid and action_key = $2`,
          [row.customer_id, row.action_key, JSON.stringify(receipt)],
        );
        if (isStep(row.action)) report.steps += 1;
        else report.performed += 1;
        context.onProgress?.(report.performed);
      } catch (error) {
        if (!(error instanceof StaypowerError)) throw error;
        const closed = error instanceof AuthError || error instanceof RateLimitError;
        const hopeless = error.retry === 'never' || (!closed && row.attempts + 1 >= MOST_ATTEMPTS);
        if (hopeless) {
          report.rejected += 1;
          await inTurn(database, async (sql) => {
            await sql.query(`update outbox set state = 'rejected' where customer_id = $1::uuid and action_key = $2`, [
              row.customer_id,
              row.action_key,
            ]);
            await quarantine(sql, {
              connectionId: connector.connectionId,
              stage: 'act',
              kind: 'action',
              externalId: row.action_key,
              code: error.code,
              message: error.message,
              remedy: 'Mend what the message says at the vendor, then replay this action.',
              payload: JSON.stringify(row.action),
              at: context.clock.now(),
            });
          });
          continue;
        }
        // A refused request was not executed: it may be sent again without asking. One without an answer may have been.
        if (error instanceof UnknownOutcomeError) continue;
        await database.query(
          `update outbox set state = 'waiting', attempts = $3, not_before = $4 where customer_id = $1::uuid and action_key = $2`,
          [
            row.customer_id,
            row.action_key,
            closed ? row.attempts : row.attempts + 1,
            new Date(context.clock.now().getTime() + (closed ? 0 : pauseMs(row.attempts))).toISOString(),
          ],
        );
        context.onUnavailable?.(connector.connectionId, error);
        break;
      }
    }
  }
  return report;
}

/** The customer withdrew consent since the action was planned. */
async function leaveAlone(database: Database, row: Waiting, now: Date): Promise<void> {
  await inTurn(database, async (sql) => {
    await sql.query(`update outbox set state = 'no-consent' where customer_id = $1::uuid and action_key = $2`, [
      row.customer_id,
      row.action_key,
    ]);
    await sql.query(
      `update playbook_runs set state = 'no-consent' where customer_id = $1::uuid and action_key = $2 and state = 'fired'`,
      [row.customer_id, row.action_key],
    );
    await audit(sql, now.toISOString(), 'playbook', 'action-without-consent', {
      playbook: row.playbook,
      kind: row.action.kind,
      actionKey: row.action_key,
    });
  });
}

/**
 * Performs an action; where the seat, licence or edition for it is missing, its task instead, which is what the outbox holds from
 * then on. The task says what it stands for. A step beside a task needs none of its own: what it lacks is noted.
 *
 * @returns null when nothing is to be done (noted as such), or not yet
 */
async function perform(
  database: Database,
  performer: ActionPerformer,
  row: Waiting,
  now: Date,
): Promise<ActionReceipt | null> {
  try {
    return await performer.perform(row.action);
  } catch (error) {
    if (!(error instanceof SeatMissingError) || !('fallback' in row.action)) throw error;
    const { kind, fallback } = row.action;
    const { customer_id: customerId, action_key: key } = row;
    if (isStep(row.action)) {
      const [main] = await database.query<{ kind: string; state: string }>(
        `select action->>'kind' as kind, state from outbox where customer_id = $1::uuid and action_key = $2`,
        [customerId, row.action.beside],
      );
      const isOpen = main?.state === 'waiting' || main?.state === 'started';
      if (main?.kind === 'sequence' && isOpen) {
        // It may become a task itself: of one crossing there is never a second.
        await database.query(
          `update outbox set state = 'waiting', not_before = $3 where customer_id = $1::uuid and action_key = $2`,
          [customerId, key, new Date(now.getTime() + pauseMs(0)).toISOString()],
        );
        return null;
      }
      if (main?.kind === 'task' && (isOpen || main.state === 'done')) {
        await database.query(
          `update outbox set state = 'skipped', receipt = $3::jsonb where customer_id = $1::uuid and action_key = $2`,
          [customerId, key, JSON.stringify({ lacks: error.message })],
        );
        await audit(database, now.toISOString(), 'playbook', 'step-not-possible', {
          playbook: row.playbook,
          kind,
          actionKey: key,
          lacks: error.message,
        });
        return null;
      }
    }
    row.action = { ...fallback, body: `${fallback.body}\n\n${error.message}` };
    await database.query('update outbox set action = $3::jsonb where customer_id = $1::uuid and action_key = $2', [
      customerId,
      key,
      JSON.stringify(row.action),
    ]);
    await audit(database, now.toISOString(), 'playbook', 'action-became-task', {
      playbook: row.playbook,
      kind,
      actionKey: key,
      lacks: error.message,
    });
    return performer.perform(row.action);
  }
}

function isStep(action: Action): action is StepAction {
  return action.kind !== 'task' && action.kind !== 'sequence';
}

/** Wait before an action that the vendor failed at is tried again: from 15 seconds, doubling, so that one cannot block the others. */
function pauseMs(attempts: number): number {
  return 15_000 * 2 ** attempts;
}
