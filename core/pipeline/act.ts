import type { Action, ActionReceipt } from '../domain/actions.ts';
import { AuthError, RateLimitError, SeatMissingError, StaypowerError, UnknownOutcomeError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActionPerformer, Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { readPause } from '../store/pause.ts';
import { quarantine } from '../store/quarantine.ts';
import { inTurn } from '../store/turn.ts';

interface Waiting {
  customer_id: string;
  action_key: string;
  action: Action;
  state: 'waiting' | 'started';
  attempts: number;
}

/** An action is tried so often before it waits in quarantine. */
const MOST_ATTEMPTS = 10;

/**
 * Step 8: performs what waits in the outbox, each exactly once. The attempt is noted before the call; if no answer was noted after
 * it (a crash, a lost reply), the vendor is asked whether it was done before it is tried again. A vendor that cannot be reached at
 * all uses up none of an action's tries.
 *
 * @returns how many actions were performed, counting those found to have been done already
 */
export function act(
  database: Database,
  connectors: readonly Connector[],
  context: ActContext,
): Promise<{ performed: number; rejected: number }> {
  // One process at a time: between the note and the call nobody else may take up the same action.
  return database.exclusive('act', () => performWaiting(database, connectors, context));
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
): Promise<{ performed: number; rejected: number }> {
  const report = { performed: 0, rejected: 0 };
  for (const connector of connectors) {
    const performer = connector.actions;
    if (!performer) continue;
    const waiting = await database.query<Waiting>(
      `select customer_id, action_key, action, state, attempts from outbox
       where connection_id = $1 and state in ('waiting', 'started') and not_before <= $2
       order by customer_id, action_key`,
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
        const receipt = found ?? (await perform(database, performer, row));
        await database.query(
          `update outbox set state = 'done', receipt = $3::jsonb where customer_id = $1::uuid and action_key = $2`,
          [row.customer_id, row.action_key, JSON.stringify(receipt)],
        );
        report.performed += 1;
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

/** Performs an action; where the seat for a sequence is missing, its task instead, which is what the outbox holds from then on. */
async function perform(database: Database, performer: ActionPerformer, row: Waiting): Promise<ActionReceipt> {
  try {
    return await performer.perform(row.action);
  } catch (error) {
    if (!(error instanceof SeatMissingError) || row.action.kind !== 'sequence') throw error;
    row.action = row.action.fallback;
    await database.query('update outbox set action = $3::jsonb where customer_id = $1::uuid and action_key = $2', [
      row.customer_id,
      row.action_key,
      JSON.stringify(row.action),
    ]);
    return performer.perform(row.action);
  }
}

/** Wait before an action that the vendor failed at is tried again: from 15 seconds, doubling, so that one cannot block the others. */
function pauseMs(attempts: number): number {
  return 15_000 * 2 ** attempts;
}
