import type { AlarmCondition } from '../domain/alarm.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Database } from '../ports/database.ts';
import type { ConnectionFinding } from '../quality/judge-facts.ts';
import { volumeFault } from '../quality/volume.ts';
import type { Watch } from '../quality/watch.ts';
import { settleAlarms } from './alarms.ts';
import { qualityAlarms } from './quality-alarms.ts';
import { keepConnectionFindings } from './quality-findings.ts';
import { inTurn } from './turn.ts';

/**
 * Looks at each connection as a whole: has it stopped, does it bring far less than it did? Reads its running statistics alone. Raises
 * alarms for what calls for somebody, and clears those of what does not any more.
 *
 * @returns the conditions that last
 */
export async function watchSources(
  database: Database,
  connectionIds: readonly string[],
  { asOf, now }: { asOf: CalendarDay; now: Date },
): Promise<readonly AlarmCondition[]> {
  return inTurn(database, async (sql) => {
    const rows = await sql.query<{ connection_id: string; days: Watch['days'] }>(
      `select connection_id, watch->'days' as days from quality_watches where connection_id = any($1::text[])`,
      [connectionIds],
    );
    for (const { connection_id: connectionId, days } of rows) {
      await keepConnectionFindings(
        sql,
        connectionId,
        [...volumeFindings('transaction', days, asOf), ...volumeFindings('event', days, asOf)],
        { now },
      );
    }
    const conditions = await qualityAlarms(sql, now);
    await settleAlarms(sql, ['data-quality'], conditions, now);
    return conditions;
  });
}

const NAMES = { transaction: 'sales', event: 'activities' } as const;

function volumeFindings(
  kind: 'transaction' | 'event',
  days: Watch['days'],
  asOf: CalendarDay,
): readonly ConnectionFinding[] {
  const fault = volumeFault(days[kind], asOf);
  const common = { severity: 'warn', field: NAMES[kind] } as const;
  return [
    {
      rule: 'stale-source',
      subject: kind,
      finding:
        fault?.is === 'stale'
          ? {
              ...common,
              rule: 'stale-source',
              expected: `about ${fault.expected} since ${fault.since}`,
              found: 'none',
              remedy:
                'Run "staypower check": look whether our user still sees them there, whether what sends them runs, and whether their field was renamed.',
            }
          : null,
    },
    {
      rule: 'volume-drop',
      subject: kind,
      finding:
        fault?.is === 'drop'
          ? {
              ...common,
              rule: 'volume-drop',
              expected: `about ${Math.round(fault.usual)} a week, as in the eight weeks before`,
              found: String(fault.found),
              remedy:
                'Look whether a part of the source no longer comes: a filter, a shop, a team. Accept it if business is slow.',
            }
          : null,
    },
  ];
}
