import type { Action, ActionReceipt, StepAction } from '../domain/actions.ts';
import { SeatMissingError } from '../domain/errors.ts';
import type { ActionPerformer } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { audit } from '../store/audit.ts';
import { inTurn } from '../store/turn.ts';

/** An action of the outbox that is to be done now. */
export interface WaitingAction {
  customer_id: string;
  action_key: string;
  action: Action;
  state: 'waiting' | 'started';
  attempts: number;
  playbook: string;
}

/** Whether the customer must not be contacted as of now: consent may have been withdrawn since the action was planned. */
export async function mustNotContact(database: Database, customerId: string): Promise<boolean> {
  const [customer] = await database.query<{ do_not_contact: boolean }>(
    'select do_not_contact from customers where customer_id = $1::uuid',
    [customerId],
  );
  return customer?.do_not_contact === true;
}

/** Settles an action whose customer withdrew consent since it was planned, and notes that in the audit log. */
export async function leaveAlone(database: Database, row: WaitingAction, now: Date): Promise<void> {
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
export async function performOrTask(
  database: Database,
  performer: ActionPerformer,
  row: WaitingAction,
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

/** Whether an action is a step beside a task or sequence. */
export function isStep(action: Action): action is StepAction {
  return action.kind !== 'task' && action.kind !== 'sequence';
}

/** Wait before an action that the vendor failed at is tried again: from 15 seconds, doubling, so that one cannot block the others. */
export function pauseMs(attempts: number): number {
  return 15_000 * 2 ** attempts;
}
