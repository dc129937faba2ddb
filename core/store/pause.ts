import type { Database, Sql } from '../ports/database.ts';
import { audit } from './audit.ts';
import { keepSetting, readSetting } from './settings.ts';

/** How far a workspace is that was never turned on. */
export type Hold = 'before-first-load' | 'in-shadow';

/** Why nothing leaves this workspace for now. */
export interface Pause {
  reason: string;
  /** Who set it, as the caller knows them. */
  by: string;
  /** ISO 8601. */
  since: string;
  /**
   * Set while the workspace is being set up, whatever else pauses it meanwhile: before its first load no cycle reads anything by itself
   * either; after it scores are made and looked at.
   */
  held?: Hold;
}

const PAUSED = 'paused';

/** Channel that tells workers, in any process, that what waited may leave. */
export const RESUMED_CHANNEL = 'staypower_resumed';

/** The pause in force; null when the workspace writes and acts. */
export async function readPause(sql: Sql): Promise<Pause | null> {
  return readSetting<{ reason: string; by: string; since: string; held?: Hold }>(sql, PAUSED);
}

/** Stops write-back and actions of every process on this workspace, before their next batch. A second pause replaces the first. */
export async function pause(database: Database, given: Pause): Promise<void> {
  await database.transaction(async (sql) => {
    const held = given.held ?? (await readPause(sql))?.held;
    await keepSetting(sql, PAUSED, { ...given, ...(held && { held }) });
    await audit(sql, given.since, given.by, 'pause', { reason: given.reason });
  });
}

/** Lets the workspace write and act again. Returns the pause that was in force, null when there was none. */
export async function resume(database: Database, given: { by: string; at: string }): Promise<Pause | null> {
  return database.transaction(async (sql) => {
    const before = await readPause(sql);
    if (before === null) return null;
    await sql.query('delete from settings where name = $1', [PAUSED]);
    await audit(sql, given.at, given.by, 'resume', {});
    await sql.notify(RESUMED_CHANNEL);
    return before;
  });
}
