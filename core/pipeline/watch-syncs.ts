import type { AlarmCondition } from '../domain/alarm.ts';
import { type CalendarDay, dayOf } from '../domain/calendar-day.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database, Sql } from '../ports/database.ts';
import { settleAlarms } from '../store/alarms.ts';
import { keepSetting, readSetting } from '../store/settings.ts';
import { inTurn } from '../store/turn.ts';

/** Older than this, what is known of a connection is not to be trusted. */
const STALE_AFTER_HOURS = 24;
const HOUR_MS = 3_600_000;

const readOn = (connectionId: string) => `read-on ${connectionId}`;

/**
 * Notes which connections were read to their end by this pull, and alarms of those that were not for a day: scores of customers whose
 * orders do not arrive look like customers who leave.
 *
 * @param unavailable those that this pull could not read
 */
export async function watchSyncs(
  database: Database,
  connectors: readonly Connector[],
  { unavailable, clock }: { unavailable: readonly { connectionId: string; message: string }[]; clock: Clock },
): Promise<void> {
  const now = clock.now();
  const stale: AlarmCondition[] = [];
  for (const { connectionId, source } of connectors) {
    if (!source) continue;
    const failure = unavailable.find((each) => each.connectionId === connectionId);
    const setting = readOn(connectionId);
    if (!failure) {
      await keepSetting(database, setting, now.toISOString());
      continue;
    }
    const readAt = await readSetting<string>(database, setting);
    // Never read: counted from the first try.
    if (readAt === null) await keepSetting(database, setting, now.toISOString());
    else if (now.getTime() - Date.parse(readAt) >= STALE_AFTER_HOURS * HOUR_MS) {
      stale.push({
        kind: 'stale-sync',
        subject: connectionId,
        message: `Nothing was read from "${connectionId}" since ${readAt.slice(0, 16).replace('T', ' ')} UTC: ${failure.message}`,
        remedy: `run "staypower check" and mend what it says of "${connectionId}"; scores take up what was missed by themselves`,
      });
    }
  }
  await inTurn(database, (sql) => settleAlarms(sql, ['stale-sync'], stale, now));
}

/** A connection that has not been read up to a day. */
export interface Unread {
  connectionId: string;
  /** The last day on which it was read to its end. */
  readOn: CalendarDay;
}

/** Which connections were last read before a day: what happened since is missing. Those that are never pulled are none. */
export async function unreadOn(
  sql: Sql,
  connectionIds: readonly string[],
  { day, timeZone }: { day: CalendarDay; timeZone: string },
): Promise<readonly Unread[]> {
  const unread: Unread[] = [];
  for (const connectionId of connectionIds) {
    const readAt = await readSetting<string>(sql, readOn(connectionId));
    const last = readAt === null ? null : dayOf(readAt, timeZone);
    if (last !== null && last < day) unread.push({ connectionId, readOn: last });
  }
  return unread;
}
