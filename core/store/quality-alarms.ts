import type { AlarmCondition } from '../domain/alarm.ts';
import { addDays } from '../domain/calendar-day.ts';
import type { Sql } from '../ports/database.ts';
import { RULES, type RuleName } from '../quality/rules.ts';
import { countedOn } from './quality-findings.ts';

const DAYS_BEFORE = 28;
/** New findings of a day that make a jump: so many, and so many times the share of the days before. */
const LEAST_FOUND = 10;
const TIMES_BEFORE = 5;
/** A rule that has never found anything is taken to find one in a thousand. */
const LEAST_SHARE = 0.001;

interface Found {
  connectionId: string;
  rule: RuleName;
  found: number;
  judged: number;
  foundBefore: number;
  judgedBefore: number;
}

/** What of the data calls for somebody: a rule that suddenly finds far more than it did, and connections that something is wrong with as a whole. */
export async function qualityAlarms(sql: Sql, now: Date): Promise<readonly AlarmCondition[]> {
  const day = countedOn(now);
  const found = await sql.query<Found>(
    `select f.connection_id as "connectionId", f.rule, f.count::int as found, j.count::int as judged,
       coalesce((select sum(b.count) from quality_counts b where b.connection_id = f.connection_id and b.rule = f.rule
         and b.day between $2::date and $1::date - 1), 0)::int as "foundBefore",
       coalesce((select sum(b.count) from quality_counts b where b.connection_id = f.connection_id and b.rule = ''
         and b.day between $2::date and $1::date - 1), 0)::int as "judgedBefore"
     from quality_counts f join quality_counts j on j.day = f.day and j.connection_id = f.connection_id and j.rule = ''
     where f.day = $1::date and f.rule <> '' order by 1, 2`,
    [day, addDays(day, -DAYS_BEFORE)],
  );
  const connections = await sql.query<{
    connectionId: string;
    rule: RuleName;
    subject: string;
    message: string;
    remedy: string;
  }>(
    `select connection_id as "connectionId", rule, external_id as subject, message, remedy from quality_findings
     where kind = '' and accepted_at is null order by 1, 2, 3`,
  );
  return [
    ...found.filter(isJump).map(
      ({ connectionId, rule, found: count, judged }): AlarmCondition => ({
        kind: 'data-quality',
        subject: `${connectionId} ${rule}`,
        message: `${connectionId}: ${RULES[rule].finds} on ${count} of ${judged} records today, far more than before.`,
        remedy: `"staypower quality --connection ${connectionId} --rule ${rule}" shows them, each with what to do`,
      }),
    ),
    ...connections.map(
      ({ connectionId, rule, subject, message, remedy }): AlarmCondition => ({
        kind: 'data-quality',
        subject: `${connectionId} ${rule} ${subject}`,
        message: `${connectionId}, ${rule}: ${message}.`,
        // Findings end as sentences; remedies of alarms stand in one.
        remedy: remedy.replace(/[.]$/, ''),
      }),
    ),
  ];
}

/** Without days before there is nothing that was usual: a first load is no jump. */
function isJump({ rule, found, judged, foundBefore, judgedBefore }: Found): boolean {
  if (RULES[rule].about === 'connection' || judgedBefore === 0) return false;
  const before = Math.max(foundBefore / judgedBefore, LEAST_SHARE);
  return found >= LEAST_FOUND && found / Math.max(judged, 1) > TIMES_BEFORE * before;
}
