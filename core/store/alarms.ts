import type { Alarm, AlarmCondition, AlarmKind } from '../domain/alarm.ts';
import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { NO_CUSTOMER } from '../domain/outbound-event.ts';
import { hashOf } from '../domain/stable-json.ts';
import type { Sql } from '../ports/database.ts';
import { queueAction } from './action-targets.ts';
import { audit } from './audit.ts';
import { appendEvents } from './outbound-events.ts';

/** Where the admin's tasks are opened: a connection whose connector opens tasks, and the vendor's user there. */
export interface AlarmTaskOwner {
  connection: string;
  userId: string;
}

/** Under this name the outbox holds the tasks of alarms. */
const ALARMS = 'alarm';
const TASK_DUE_DAYS = 1;

/**
 * Raises an alarm: shown, told to webhooks, and put on an admin's task list where the workspace names one. Once: while the condition is
 * open it is not raised again. Belongs into a transaction in turn with other writers (`appendEvents`).
 *
 * @returns whether it was raised now
 */
export async function raiseAlarm(sql: Sql, condition: AlarmCondition, at: Date): Promise<boolean> {
  const { kind, subject, message, remedy } = condition;
  const raisedAt = at.toISOString();
  const alarmKey = `alarm-${hashOf([kind, subject, raisedAt])
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '0')}`;
  const rows = await sql.query(
    `insert into alarms (alarm_key, kind, subject, message, remedy, raised_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (kind, subject) where cleared_at is null do nothing returning alarm_key`,
    [alarmKey, kind, subject, message, remedy, raisedAt],
  );
  if (rows.length === 0) return false;
  await audit(sql, raisedAt, 'alarms', 'alarm.raised', { kind, subject, alarmKey });
  const data = { alarmKey, kind, subject, message, remedy, raisedAt };
  await appendEvents(sql, [{ type: 'alarm.raised', customerId: NO_CUSTOMER, data }], at);
  return true;
}

/** Clears the open alarm of a condition; nothing where there is none. */
export async function clearAlarm(
  sql: Sql,
  { kind, subject }: Pick<AlarmCondition, 'kind' | 'subject'>,
  at: Date,
): Promise<void> {
  const rows = await sql.query(
    'update alarms set cleared_at = $3 where kind = $1 and subject = $2 and cleared_at is null returning alarm_key',
    [kind, subject, at.toISOString()],
  );
  if (rows.length > 0) await audit(sql, at.toISOString(), 'alarms', 'alarm.cleared', { kind, subject });
}

/** Raises what is the case and clears what is not any more, of some kinds. */
export async function settleAlarms(
  sql: Sql,
  kinds: readonly AlarmKind[],
  conditions: readonly AlarmCondition[],
  at: Date,
): Promise<void> {
  for (const open of await openAlarms(sql)) {
    const lasts = conditions.some(({ kind, subject }) => kind === open.kind && subject === open.subject);
    if (kinds.includes(open.kind) && !lasts) await clearAlarm(sql, open, at);
  }
  for (const condition of conditions) await raiseAlarm(sql, condition, at);
}

/** The alarms whose condition lasts, the newest first. */
export async function openAlarms(sql: Sql): Promise<readonly Alarm[]> {
  return sql.query<Alarm & object>(
    `select alarm_key as "alarmKey", kind, subject, message, remedy, raised_at as "raisedAt" from alarms
     where cleared_at is null order by raised_at desc, alarm_key`,
  );
}

/** Puts a task for the admin into the outbox for each open alarm that has none yet. */
export async function queueAlarmTasks(
  sql: Sql,
  { owner, asOf, now }: { owner: AlarmTaskOwner; asOf: CalendarDay; now: Date },
): Promise<void> {
  const waiting = await sql.query<Alarm & object>(
    `update alarms set task_queued = true where cleared_at is null and not task_queued
     returning alarm_key as "alarmKey", kind, subject, message, remedy, raised_at as "raisedAt"`,
  );
  for (const { alarmKey, kind, subject, message, remedy } of waiting) {
    await queueAction(
      sql,
      ALARMS,
      NO_CUSTOMER,
      owner.connection,
      {
        kind: 'task',
        key: alarmKey,
        contactExternalId: null,
        ownerId: owner.userId,
        subject: `Staypower alarm: ${kind}, ${subject}`,
        body: `${message}\n\nWhat to do: ${remedy}`,
        dueOn: addDays(asOf, TASK_DUE_DAYS),
        priority: 'high',
      },
      now,
    );
  }
}
