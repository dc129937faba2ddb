import { DataError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { Quality, QualityCount, QualityDay, QualityEntry } from '../ports/quality.ts';
import { transformSchema } from '../quality/fixes.ts';
import { isRule, RULES } from '../quality/rules.ts';
import { acceptFindings } from './quality-acceptances.ts';
import { listFixes, makeFix, undoFix } from './quality-fixes.ts';

/** Days shown of what was found. */
const DAYS_SHOWN = 28;

/** The rules of data quality over a store. */
export function createQuality(database: Database, clock: Clock): Quality {
  const now = () => clock.now().toISOString();
  return {
    report: async () => ({ counts: await qualityCounts(database), days: await daysOf(database) }),
    findings: ({ limit, connectionId, rule, accepted = false }) =>
      database.query<QualityEntry>(
        `select connection_id as "connectionId", kind, external_id as "externalId", rule, severity, message, remedy,
           first_at as "firstAt", last_at as "lastAt", accepted_by as "acceptedBy"
         from quality_findings
         where ($2::text is null or connection_id = $2) and ($3::text is null or rule = $3) and ($4 or accepted_at is null)
         order by severity = 'warn', kind <> '', last_at desc, connection_id, kind, external_id, rule limit $1`,
        [limit, connectionId ?? null, rule ?? null, accepted],
      ),
    accept: async (subject, { by }) => {
      if (!isRule(subject.rule)) {
        throw new DataError({
          field: 'rule',
          expected: 'the name of a rule',
          found: subject.rule,
          remedy: '"staypower quality --rules" lists them',
        });
      }
      return acceptFindings(database, subject, { by, at: now() });
    },
    fixes: () => listFixes(database),
    fix: async (given, { by }) => {
      const transform = transformSchema.safeParse(given.transform);
      if (!transform.success) {
        throw new DataError({
          field: 'transform',
          expected: 'a power of ten from -3 to 3 but 0, hours from -26 to 26, or the code of a currency',
          found: JSON.stringify(given.transform),
          remedy: 'say one of them',
        });
      }
      if (given.until !== null && given.until < given.from) {
        throw new DataError({
          field: 'until',
          expected: `a day from ${given.from} on`,
          found: given.until,
          remedy: 'leave it out for a fix that goes on',
        });
      }
      return makeFix(database, { ...given, transform: transform.data, by, at: now() });
    },
    undoFix: (fixId, { by }) => undoFix(database, { fixId, by, at: now() }),
  };
}

/** What each rule has found on each connection: counts alone. */
export async function qualityCounts(database: Database): Promise<readonly QualityCount[]> {
  const found = await database.query<Omit<QualityCount, 'finds'>>(
    `select connection_id as "connectionId", rule, count(*) filter (where accepted_at is null)::int as open,
       count(*) filter (where accepted_at is null and severity <> 'warn')::int as "keptOut",
       count(*) filter (where accepted_at is not null)::int as accepted
     from quality_findings group by 1, 2 order by 1, 2`,
  );
  // What could not be read at all waits in quarantine alone: there is no record to judge.
  const unreadable = await database.query<{ connectionId: string; code: string; count: number }>(
    `select connection_id as "connectionId", code, count(*)::int as count from quarantine
     where stage in ('pull', 'inbox', 'identify') group by 1, 2`,
  );
  const byConnection = Map.groupBy(
    unreadable.filter(({ code }) => !isRule(code) && code !== 'crowd'),
    ({ connectionId }) => connectionId,
  );
  return [
    ...[...byConnection].map(([connectionId, rows]): QualityCount => {
      const open = rows.reduce((sum, { count }) => sum + count, 0);
      return { connectionId, rule: 'unreadable', finds: RULES.unreadable.finds, open, keptOut: open, accepted: 0 };
    }),
    ...found.map((each) => ({ ...each, finds: isRule(each.rule) ? RULES[each.rule].finds : '' })),
  ];
}

async function daysOf(database: Database): Promise<readonly QualityDay[]> {
  return database.query<QualityDay>(
    `select f.day, f.connection_id as "connectionId", f.rule, f.count::int as found, coalesce(j.count, 0)::int as judged
     from quality_counts f
     left join quality_counts j on j.day = f.day and j.connection_id = f.connection_id and j.rule = ''
     where f.rule <> '' and f.day in (select distinct day from quality_counts where rule <> '' order by day desc limit ${DAYS_SHOWN})
     order by f.day, f.connection_id, f.rule`,
  );
}
