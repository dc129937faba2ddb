import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import { type Pause, pause, readPause } from './pause.ts';

/** Why a new workspace does nothing by itself. */
const REASON = 'it is new: see what would be read and written, then turn it on';

/**
 * Holds a workspace that nothing ever came into: whoever starts a server on it sees what would be read and written first, and turns it on.
 *
 * @returns whether it is held before its first load now
 */
export async function holdIfNew(database: Database, { clock }: { clock: Clock }): Promise<boolean> {
  return database.exclusive('hold', async () => {
    const present = await readPause(database);
    if (present !== null) return present.held === 'before-first-load';
    const [known] = await database.query(
      `select 1 from source_records union all select 1 from inbox union all select 1 from models
       union all select 1 from cursors union all select 1 from settings where name like 'schedule %'
       union all select 1 from audit_log where action in ('pause', 'resume') limit 1`,
    );
    if (known) return false;
    await pause(database, {
      reason: REASON,
      by: 'serve',
      since: clock.now().toISOString(),
      held: 'before-first-load',
    });
    return true;
  });
}

/** Notes that the first load was asked for: cycles read again, and nothing leaves yet. */
export async function endHold(database: Database, given: { by: string; at: string }): Promise<void> {
  const present: Pause | null = await readPause(database);
  if (present?.held !== 'before-first-load') return;
  await pause(database, {
    reason: 'scores are made and looked at; nothing is written before it is turned on',
    by: given.by,
    since: given.at,
    held: 'in-shadow',
  });
}
