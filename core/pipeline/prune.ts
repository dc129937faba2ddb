import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import { prune, type Retention } from '../store/retention.ts';
import { keepSetting, readSetting } from '../store/settings.ts';

/** The day (UTC) on which it was last done. */
const PRUNED_ON = 'pruned-on';

/** Removes what has been kept for long enough, once a day, with whichever cycle comes first; the embedded store gets its room back. */
export async function pruneDaily(database: Database, retention: Retention, clock: Clock): Promise<void> {
  const now = clock.now();
  const today = now.toISOString().slice(0, 10);
  if ((await readSetting<string>(database, PRUNED_ON)) === today) return;
  await prune(database, retention, { now, dryRun: false });
  // A server does it by itself. Without it the embedded store would grow with every score that replaces another.
  if (database.engine === 'pglite') await database.query('vacuum (analyze)');
  await keepSetting(database, PRUNED_ON, today);
}
