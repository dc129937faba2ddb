import type { CallUsage } from '../domain/call-usage.ts';
import type { Database, Sql } from '../ports/database.ts';
import { keepSetting, readSetting } from './settings.ts';

/** Observations kept of a connection: at the spacing below, those of the last two hours. */
const MOST_KEPT = 24;
/** One nearer to the one before takes its place, so that a live thread does not fill the list. */
const SPACING_MS = 5 * 60_000;

type Kept = { used: number; limit: number; at: string; resetsAt: string | null };

const settingOf = (connectionId: string) => `call-usage ${connectionId}`;

/** What was seen of a connection's calls, in the order of time. */
export async function callUsages(sql: Sql, connectionId: string): Promise<readonly CallUsage[]> {
  return (await readSetting<Kept[]>(sql, settingOf(connectionId))) ?? [];
}

/** Adds an observation and returns what is kept; nothing is written when it says nothing new. */
export async function keepCallUsage(
  database: Database,
  connectionId: string,
  usage: CallUsage,
): Promise<readonly CallUsage[]> {
  const before = await callUsages(database, connectionId);
  const last = before.at(-1);
  if (last?.at === usage.at) return before;
  const previous = before.at(-2);
  const replaces =
    last !== undefined && previous !== undefined && Date.parse(usage.at) - Date.parse(previous.at) < SPACING_MS;
  const kept = [...(replaces ? before.slice(0, -1) : before), usage].slice(-MOST_KEPT);
  await keepSetting(
    database,
    settingOf(connectionId),
    kept.map((each): Kept => ({ ...each })),
  );
  return kept;
}
