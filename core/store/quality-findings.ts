import { type CalendarDay, dayOf } from '../domain/calendar-day.ts';
import type { RecordKind } from '../domain/records.ts';
import type { Sql } from '../ports/database.ts';
import { type Finding, findingInWords } from '../quality/finding.ts';
import type { ConnectionFinding } from '../quality/judge-facts.ts';
import type { RuleName } from '../quality/rules.ts';
import { insertRows } from './bulk.ts';

/** A record that rules look at. */
export interface JudgedKey {
  connectionId: string;
  kind: RecordKind;
  externalId: string;
}

/** A record with what was found on it; none is a finding, too: those before are taken away. */
export interface JudgedRecord extends JudgedKey {
  /** The contact it is about: the record itself where it is one. */
  contactExternalId: string | null;
  findings: readonly Finding[];
}

/** What is known of a record from before. */
export interface KnownFinding {
  rule: RuleName;
  /** Hash of the record that was accepted as it is; null while it was not. */
  acceptedHash: string | null;
}

/** As text that no two records share. */
export function keyText({ connectionId, kind, externalId }: JudgedKey): string {
  return `${connectionId}\0${kind}\0${externalId}`;
}

const columnsOf = (keys: readonly JudgedKey[]) => [
  keys.map((key) => key.connectionId),
  keys.map((key) => key.kind),
  keys.map((key) => key.externalId),
];

/** What rules found on records before, by `keyText`. */
export async function knownFindings(
  sql: Sql,
  keys: readonly JudgedKey[],
): Promise<ReadonlyMap<string, readonly KnownFinding[]>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.query<JudgedKey & KnownFinding>(
    `select f.connection_id as "connectionId", f.kind, f.external_id as "externalId", f.rule, f.accepted_hash as "acceptedHash"
     from quality_findings f join unnest($1::text[], $2::text[], $3::text[]) as k(connection_id, kind, external_id)
     on f.connection_id = k.connection_id and f.kind = k.kind and f.external_id = k.external_id`,
    columnsOf(keys),
  );
  return Map.groupBy(rows, keyText);
}

/**
 * Replaces what was found on records, and counts what is new of it. A finding that an admin accepted stays as a note.
 *
 * @param rules which rules were asked; findings of others stay
 * @param known as `knownFindings` gave it
 */
export async function replaceFindings(
  sql: Sql,
  records: readonly JudgedRecord[],
  {
    rules,
    known,
    now,
  }: {
    rules: (rule: RuleName) => boolean;
    known: ReadonlyMap<string, readonly KnownFinding[]>;
    now: Date;
  },
): Promise<void> {
  const counts = new Map<string, Map<string, number>>();
  const count = (connectionId: string, rule: string) => {
    const mine = counts.get(connectionId) ?? new Map<string, number>();
    counts.set(connectionId, mine.set(rule, (mine.get(rule) ?? 0) + 1));
  };
  const gone: (JudgedKey & { rule: RuleName })[] = [];
  const rows = new Map<string, Record<string, unknown>>();
  for (const record of records) {
    const before = known.get(keyText(record)) ?? [];
    count(record.connectionId, '');
    for (const { rule, acceptedHash } of before) {
      if (rules(rule) && acceptedHash === null && !record.findings.some((finding) => finding.rule === rule))
        gone.push({ ...record, rule });
    }
    for (const finding of record.findings) {
      if (!before.some(({ rule }) => rule === finding.rule)) count(record.connectionId, finding.rule);
      rows.set(`${keyText(record)}\0${finding.rule}`, rowOf(record, finding, record.contactExternalId, now));
    }
  }
  if (gone.length > 0) {
    await sql.query(
      `delete from quality_findings f using unnest($1::text[], $2::text[], $3::text[], $4::text[]) as g(connection_id, kind, external_id, rule)
       where f.connection_id = g.connection_id and f.kind = g.kind and f.external_id = g.external_id and f.rule = g.rule`,
      [...columnsOf(gone), gone.map(({ rule }) => rule)],
    );
  }
  await keep(sql, [...rows.values()], { reopens: true });
  await addCounts(
    sql,
    now,
    [...counts].flatMap(([connectionId, mine]) => [...mine].map(([rule, count]) => ({ connectionId, rule, count }))),
  );
}

/** Keeps what holds of connections as a whole, and lets go of what does not hold any more. */
export async function keepConnectionFindings(
  sql: Sql,
  connectionId: string,
  findings: readonly ConnectionFinding[],
  { now }: { now: Date },
): Promise<void> {
  const last = new Map(findings.map((each) => [`${each.rule}\0${each.subject}`, each]));
  const rows: Record<string, unknown>[] = [];
  const over: ConnectionFinding[] = [];
  for (const each of last.values()) {
    if (each.finding === null) over.push(each);
    else rows.push(rowOf({ connectionId, kind: '', externalId: each.subject }, each.finding, null, now));
  }
  if (over.length > 0) {
    await sql.query(
      `delete from quality_findings f using unnest($2::text[], $3::text[]) as o(rule, external_id)
       where f.connection_id = $1 and f.kind = '' and f.rule = o.rule and f.external_id = o.external_id`,
      [connectionId, over.map(({ rule }) => rule), over.map(({ subject }) => subject)],
    );
  }
  if (rows.length === 0) return;
  const there = await sql.query<{ rule: string; external_id: string }>(
    "select rule, external_id from quality_findings where connection_id = $1 and kind = ''",
    [connectionId],
  );
  const fresh = rows.filter(
    (row) => !there.some((each) => each.rule === row['rule'] && each.external_id === row['external_id']),
  );
  await keep(sql, rows, { reopens: false });
  await addCounts(
    sql,
    now,
    [...Map.groupBy(fresh, (row) => String(row['rule']))].map(([rule, each]) => ({
      connectionId,
      rule,
      count: each.length,
    })),
  );
}

/** The day that findings of an instant are counted under, the same for every connection and kind. */
export function countedOn(now: Date): CalendarDay {
  return dayOf(now.toISOString(), 'UTC');
}

async function addCounts(
  sql: Sql,
  now: Date,
  counts: readonly { connectionId: string; rule: string; count: number }[],
): Promise<void> {
  await insertRows(sql, {
    table: 'quality_counts',
    columns: { day: 'date', connection_id: 'text', rule: 'text', count: 'bigint' },
    rows: counts.map(({ connectionId, rule, count }) => ({
      day: countedOn(now),
      connection_id: connectionId,
      rule,
      count,
    })),
    onConflict: '(day, connection_id, rule) do update set count = quality_counts.count + excluded.count',
  });
}

function rowOf(
  key: { connectionId: string; kind: string; externalId: string },
  finding: Finding,
  contactExternalId: string | null,
  now: Date,
): Record<string, unknown> {
  return {
    connection_id: key.connectionId,
    kind: key.kind,
    external_id: key.externalId,
    rule: finding.rule,
    severity: finding.severity,
    field: finding.field,
    message: findingInWords(finding),
    remedy: finding.remedy,
    contact_external_id: contactExternalId,
    first_at: now.toISOString(),
    last_at: now.toISOString(),
  };
}

/** @param reopens whether what was accepted is open again: the record is another one since */
async function keep(
  sql: Sql,
  rows: readonly Record<string, unknown>[],
  { reopens }: { reopens: boolean },
): Promise<void> {
  await insertRows(sql, {
    table: 'quality_findings',
    columns: {
      connection_id: 'text',
      kind: 'text',
      external_id: 'text',
      rule: 'text',
      severity: 'text',
      field: 'text',
      message: 'text',
      remedy: 'text',
      contact_external_id: 'text',
      first_at: 'timestamptz',
      last_at: 'timestamptz',
    },
    rows: rows as never,
    onConflict: `(connection_id, kind, external_id, rule) do update set severity = excluded.severity, field = excluded.field,
      message = excluded.message, remedy = excluded.remedy, contact_external_id = excluded.contact_external_id, last_at = excluded.last_at
      ${reopens ? ', accepted_hash = null, accepted_by = null, accepted_at = null' : ''}`,
  });
}
