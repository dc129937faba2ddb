import type { Database, Sql } from '../ports/database.ts';
import type { QualitySubject } from '../ports/quality.ts';
import { noHours } from '../quality/hour-shift.ts';
import { forgetAmounts } from '../quality/watch-amounts.ts';
import { audit } from './audit.ts';
import { keepWatch, readWatches } from './quality-watches.ts';
import { inTurn } from './turn.ts';

/**
 * Accepts what a rule found as it is: the record as it stands is counted and not found again until it changes; the next cycle takes it up.
 * Accepting all of a rule that tells by what was usual has it learn anew what is.
 *
 * @returns how many findings were accepted; what cannot be counted (`reject`) is not among them
 */
export function acceptFindings(
  database: Database,
  subject: QualitySubject,
  { by, at }: { by: string; at: string },
): Promise<number> {
  const { connectionId, rule, externalId = null } = subject;
  return inTurn(database, async (sql) => {
    const records = await sql.query(
      `update quality_findings f set accepted_hash = s.hash, accepted_by = $4, accepted_at = $5::timestamptz from source_records s
       where f.connection_id = $1 and f.rule = $2 and ($3::text is null or f.external_id = $3) and f.severity <> 'reject'
       and f.accepted_at is null and s.connection_id = f.connection_id and s.kind = f.kind and s.external_id = f.external_id returning 1 as one`,
      [connectionId, rule, externalId, by, at],
    );
    const whole = await sql.query(
      `update quality_findings set accepted_hash = '', accepted_by = $4, accepted_at = $5::timestamptz
       where connection_id = $1 and rule = $2 and ($3::text is null or external_id = $3) and kind = '' and accepted_at is null
       returning 1 as one`,
      [connectionId, rule, externalId, by, at],
    );
    await sql.query(
      `update source_records s set pending = true from quality_findings f
       where f.connection_id = $1 and f.rule = $2 and ($3::text is null or f.external_id = $3) and f.accepted_at = $4::timestamptz
       and s.connection_id = f.connection_id and s.kind = f.kind and s.external_id = f.external_id`,
      [connectionId, rule, externalId, at],
    );
    if (externalId === null || whole.length > 0) await learnAnew(sql, subject);
    const accepted = records.length + whole.length;
    if (accepted > 0) await audit(sql, at, by, 'quality.accept', { connectionId, rule, accepted });
    return accepted;
  });
}

/** What was usual is no more: the running statistics of the rule begin again. */
async function learnAnew(sql: Sql, { connectionId, rule }: QualitySubject): Promise<void> {
  const watch = (await readWatches(sql, [connectionId])).get(connectionId);
  if (watch === undefined) return;
  if (rule === 'unit-change') forgetAmounts(watch);
  else if (rule === 'time-zone-shift') watch.hours = noHours();
  else if (rule === 'missing-fields') for (const loads of Object.values(watch.loads)) loads.past = [];
  else return;
  await keepWatch(sql, connectionId, watch);
}
