import { AuthError, RateLimitError, StaypowerError, UnknownOutcomeError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { readPause } from '../store/pause.ts';
import { quarantine } from '../store/quarantine.ts';
import { inTurn } from '../store/turn.ts';
import { isStep, leaveAlone, mustNotContact, pauseMs, performOrTask, type WaitingAction } from './perform-action.ts';

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
    const waiting = await database.query<WaitingAction>(
      `select customer_id, action_key, action, state, attempts, playbook from outbox
       where connection_id = $1 and state in ('waiting', 'started') and not_before <= $2
       order by customer_id, action->>'beside' nulls first, action_key`,
      [connector.connectionId, context.clock.now().toISOString()],
    );
    for (const row of waiting) {
      if ((await readPause(database)) !== null) return report;
      try {
        await database.query(
          `update outbox set state = 'started', attempts = attempts + 1 where customer_id = $1::uuid and action_key = $2`,
          [row.customer_id, row.action_key],
        );
        const found = row.state === 'started' ? await performer.find(row.action) : null;
        if (found === null && row.action.kind !== 'close' && (await mustNotContact(database, row.customer_id))) {
          await leaveAlone(database, row, context.clock.now());
          report.withoutConsent += 1;
          continue;
        }
        const receipt = found ?? (await performOrTask(database, performer, row, context.clock.now()));
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
