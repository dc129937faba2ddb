import { z } from 'zod';
import type { Sql } from '../ports/database.ts';
import { UNDO_DAYS } from './write-runs.ts';

const days = (usual: number) => z.number().int('a whole number of days').min(1, 'at least 1 day').default(usual);

/** How long what is through is kept, in days. What still waits for something is never removed by its age. */
export const retentionSchema = z.strictObject({
  /** Scores of earlier days, which "explain" shows. */
  scoreHistoryDays: days(730),
  /** Messages from vendors that were read. Vendors repeat one for a day at the most. */
  messagesDays: days(90),
  /** Actions that were done, refused or dropped. "unprovision" finds the tasks of those that are kept. */
  actionsDays: days(730),
  /** Events that were told to who subscribed, and the log of it; what rules of data quality found by day. */
  eventsDays: days(30),
  /** Who did what. Receipts of erasures are kept for good. */
  auditDays: days(1_095),
});

/** Retention with its defaults filled. */
export type Retention = z.output<typeof retentionSchema>;

interface Rule {
  table: string;
  /** A setting, or so many days. */
  keptDays: keyof Retention | number;
  /** True for rows that may go; $1 is the instant before which they must lie. */
  where: string;
}

const RULES: readonly Rule[] = [
  { table: 'score_history', keptDays: 'scoreHistoryDays', where: 'as_of < ($1::timestamptz)::date' },
  {
    table: 'inbox',
    keptDays: 'messagesDays',
    where: `drained and received_at < $1::timestamptz
      and not exists (select 1 from quarantine q where q.stage = 'inbox' and q.connection_id = inbox.connection_id
        and q.external_id = inbox.delivery_key)`,
  },
  {
    table: 'outbox',
    keptDays: 'actionsDays',
    where: `state in ('done', 'dropped', 'rejected') and not_before < $1::timestamptz
      and not exists (select 1 from quarantine q where q.stage = 'act' and q.external_id = outbox.action_key)`,
  },
  { table: 'advised_actions', keptDays: 'actionsDays', where: 'decided_on < ($1::timestamptz)::date' },
  {
    table: 'webhook_deliveries',
    keptDays: 'eventsDays',
    where: `state in ('delivered', 'failed') and enqueued_at < $1::timestamptz`,
  },
  {
    table: 'outbound_events',
    keptDays: 'eventsDays',
    where: `occurred_at < $1::timestamptz
      and not exists (select 1 from webhook_deliveries d where d.customer_id = outbound_events.customer_id
        and d.event_id = outbound_events.event_id)`,
  },
  { table: 'quality_counts', keptDays: 'eventsDays', where: 'day < ($1::timestamptz)::date' },
  { table: 'audit_log', keptDays: 'auditDays', where: 'at < $1::timestamptz' },
  { table: 'written_values', keptDays: UNDO_DAYS, where: 'written_at < $1::timestamptz' },
  { table: 'write_runs', keptDays: UNDO_DAYS, where: 'started_at < $1::timestamptz' },
  // Sign-ins that nobody came back from end by themselves.
  { table: 'sign_ins', keptDays: 0, where: 'expires_at < $1::timestamptz' },
];

const DAY_MS = 86_400_000;

/**
 * Removes what has been kept for long enough; safe to repeat, each table by itself.
 *
 * @returns rows removed (with dryRun: rows that would be), by table
 */
export async function prune(
  sql: Sql,
  retention: Retention,
  { now, dryRun }: { now: Date; dryRun: boolean },
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { table, keptDays, where } of RULES) {
    const days = typeof keptDays === 'number' ? keptDays : retention[keptDays];
    const before = new Date(now.getTime() - days * DAY_MS).toISOString();
    const [row] = await sql.query<{ count: number }>(
      dryRun
        ? `select count(*)::int as count from ${table} where ${where}`
        : `with gone as (delete from ${table} where ${where} returning 1) select count(*)::int as count from gone`,
      [before],
    );
    counts[table] = row?.count ?? 0;
  }
  return counts;
}
