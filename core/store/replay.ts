import type { Database } from '../ports/database.ts';
import type { QuarantineEntry } from '../ports/traffic.ts';
import { type QuarantinedRecord, release } from './quarantine.ts';
import { inTurn } from './turn.ts';

/** What waits in quarantine, the newest first. */
export async function listQuarantine(database: Database, limit: number): Promise<readonly QuarantineEntry[]> {
  return database.query<QuarantineEntry>(
    `select connection_id as "connectionId", stage, kind, external_id as "externalId", code, message, remedy,
            first_at as "firstAt", last_at as "lastAt"
     from quarantine order by last_at desc, external_id limit $1`,
    [limit],
  );
}

const KEY = 'q.connection_id as "connectionId", q.kind, q.external_id as "externalId"';

/**
 * Where the way of a quarantined record is taken up again; it leaves quarantine only where that was possible. What failed at `pull`
 * comes again by itself when it changes at its source.
 */
const TAKE_UP: readonly { stage: Exclude<QuarantinedRecord['stage'], 'pull'>; statement: string }[] = [
  {
    stage: 'identify',
    statement: `update source_records s set pending = true from quarantine q
    where q.stage = 'identify' and s.connection_id = q.connection_id and s.kind = q.kind and s.external_id = q.external_id returning ${KEY}`,
  },
  {
    stage: 'inbox',
    statement: `update inbox i set drained = false from quarantine q
    where q.stage = 'inbox' and i.connection_id = q.connection_id and i.delivery_key = q.external_id returning ${KEY}`,
  },
  {
    stage: 'write',
    statement: `update customer_records r set desired = q.payload::jsonb from quarantine q
    where q.stage = 'write' and r.desired is null and r.connection_id = q.connection_id and r.kind = q.kind
      and r.external_id = q.external_id returning ${KEY}`,
  },
  {
    stage: 'write',
    statement: `update account_records r set desired = q.payload::jsonb from quarantine q
    where q.stage = 'write' and q.kind = 'account' and r.desired is null and r.connection_id = q.connection_id
      and r.external_id = q.external_id returning ${KEY}`,
  },
  {
    stage: 'act',
    statement: `update outbox o set state = 'started', attempts = 0 from quarantine q
    where q.stage = 'act' and o.connection_id = q.connection_id and o.action_key = q.external_id and o.state = 'rejected' returning ${KEY}`,
  },
];

/**
 * Puts what waits in quarantine back on its way: the next cycle tries it again, and what fails again comes back. An action is first
 * looked for at the vendor (state `started`), since it may have been done.
 *
 * @returns how many records were taken up
 */
export async function replayQuarantine(database: Database): Promise<number> {
  return inTurn(database, async (sql) => {
    let count = 0;
    for (const { stage, statement } of TAKE_UP) {
      const taken = await sql.query<Pick<QuarantinedRecord, 'connectionId' | 'kind' | 'externalId'>>(statement);
      await release(sql, stage, taken);
      count += taken.length;
    }
    return count;
  });
}
