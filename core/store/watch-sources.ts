import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Database } from '../ports/database.ts';
import type { ConnectionFinding } from '../quality/judge-facts.ts';
import { volumeFault } from '../quality/volume.ts';
import type { Watch } from '../quality/watch.ts';
import { keepConnectionFindings } from './quality-findings.ts';
import { inTurn } from './turn.ts';

/**
 * Looks at each connection as a whole: has it stopped, does it bring far less than it did? Reads its running statistics alone. Where a source
 * has stopped, or comes again, its customers' statistics are due: their scores say on how good data they stand.
 */
export async function watchSources(
  database: Database,
  connectionIds: readonly string[],
  { asOf, now }: { asOf: CalendarDay; now: Date },
): Promise<void> {
  await inTurn(database, async (sql) => {
    const rows = await sql.query<{ connection_id: string; days: Watch['days'] }>(
      `select connection_id, watch->'days' as days from quality_watches where connection_id = any($1::text[])`,
      [connectionIds],
    );
    for (const { connection_id: connectionId, days } of rows) {
      const wasStale = await isStale(sql, connectionId);
      await keepConnectionFindings(
        sql,
        connectionId,
        [...volumeFindings('transaction', days, asOf), ...volumeFindings('event', days, asOf)],
        { now },
      );
      if (wasStale === (await isStale(sql, connectionId))) continue;
      await sql.query(
        `update customers c set dirty = true from customer_records r
         where r.customer_id = c.customer_id and r.connection_id = $1 and not c.dirty`,
        [connectionId],
      );
    }
  });
}

async function isStale(sql: Parameters<Parameters<typeof inTurn>[1]>[0], connectionId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 as one from quality_findings
     where connection_id = $1 and kind = '' and rule = 'stale-source' and accepted_at is null`,
    [connectionId],
  );
  return rows.length > 0;
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
