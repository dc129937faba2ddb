import { ConfigError, isUnavailable } from '../domain/errors.ts';
import { CLEAR, type FieldValue, isClear, type WriteResult } from '../domain/fields.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector, ScoreWriter, ShownValues } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { pause, readPause } from '../store/pause.ts';
import { inTurn } from '../store/turn.ts';
import {
  closeUndoneRun,
  keepUndone,
  lastWritten,
  rowsOfRun,
  runToUndo,
  type WriteRun,
  type WrittenRow,
} from '../store/write-runs.ts';

/** A field that no longer holds what the run wrote, and was therefore left alone. */
export interface ChangedSince {
  connectionId: string;
  recordKind: WrittenRow['recordKind'];
  externalId: string;
  field: string;
  wrote: string | number | null;
  holds: string | number | null;
  /** Whether a later write of ours is what it holds; else somebody changed it. */
  by: 'a later run' | 'somebody';
}

/** What undoing did, or in a dry run would do. */
export interface UndoReport {
  run: WriteRun;
  /** Records that got values back, and how many. */
  records: number;
  fields: number;
  changedSince: readonly ChangedSince[];
  /** Records that the vendor no longer has. */
  gone: number;
  /** Records restored without looking first, because the vendor cannot be asked. */
  unseen: number;
  /** Records that the vendor did not take back, with its reason; another `undo` tries them again. */
  failed: readonly { connectionId: string; externalId: string; vendorCode: string; message: string }[];
  /** Whether nothing of the run is left to undo. */
  complete: boolean;
}

/** Rows looked at and restored at once. */
const ROWS_PER_ROUND = 1_000;
/** A row that the vendor refuses for a passing reason is tried so often. */
const TRIES = 3;

/**
 * Undoes a write run: gives each field back what it had of ours before, where it still holds what the run wrote. Pauses the workspace
 * first, since the next cycle would write the same again.
 *
 * @param runId null for the last run that stands
 * @throws ConfigError when there is no such run
 */
export async function undo(
  database: Database,
  connectors: readonly Connector[],
  context: {
    clock: Clock;
    runId: number | null;
    dryRun: boolean;
    /** Who asks, for the pause. */
    by: string;
    onUnavailable?: (connectionId: string, error: Error) => void;
  },
): Promise<UndoReport> {
  const { clock, dryRun } = context;
  const run = await runToUndo(database, context.runId);
  if (run === null) {
    throw new ConfigError([
      {
        path: 'undo',
        expected:
          context.runId === null ? 'a write run of the last two weeks' : `a write run with the number ${context.runId}`,
        found: 'none',
        remedy: '"staypower undo --list" shows the runs that can be undone.',
      },
    ]);
  }
  if (!dryRun && (await readPause(database)) === null) {
    await pause(database, {
      reason: `write run ${run.runId} is undone`,
      by: context.by,
      since: clock.now().toISOString(),
    });
  }
  const report = {
    run,
    records: 0,
    fields: 0,
    changedSince: [] as ChangedSince[],
    gone: 0,
    unseen: 0,
    failed: [] as UndoReport['failed'][number][],
    complete: false,
  };
  for (const connector of connectors) {
    if (connector.scores === null) continue;
    try {
      await undoOn(database, connector.connectionId, connector.scores, run.runId, dryRun, report);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      context.onUnavailable?.(connector.connectionId, error);
    }
  }
  const complete = dryRun ? false : await inTurn(database, (sql) => closeUndoneRun(sql, run.runId, clock.now()));
  return { ...report, complete };
}

async function undoOn(
  database: Database,
  connectionId: string,
  scores: ScoreWriter,
  runId: number,
  dryRun: boolean,
  report: { records: number; fields: number; changedSince: ChangedSince[]; gone: number; unseen: number } & {
    failed: UndoReport['failed'][number][];
  },
): Promise<void> {
  let last: WrittenRow | null = null;
  for (;;) {
    const rows: readonly WrittenRow[] = await rowsOfRun(database, { runId, connectionId }, last, ROWS_PER_ROUND);
    last = rows.at(-1) ?? null;
    if (last === null) return;
    const plans = await plansOf(database, scores, rows);
    report.gone += plans.filter((plan) => plan.gone).length;
    for (const plan of plans) report.changedSince.push(...plan.changed);
    const results = dryRun ? plans.map((): WriteResult => ({ status: 'written' })) : await restore(scores, plans);
    const done = plans.filter((_, index) => results[index]?.status === 'written');
    for (const [index, plan] of plans.entries()) {
      const result = results[index];
      if (result === undefined || result.status === 'written') continue;
      const { vendorCode, message } = result;
      report.failed.push({ connectionId, externalId: plan.row.externalId, vendorCode, message });
    }
    if (!dryRun) await inTurn(database, (sql) => keepUndone(sql, runId, done));
    const restored = done.map((plan) => Object.keys(plan.restored).length).filter((fields) => fields > 0);
    report.records += restored.length;
    report.fields += restored.reduce((sum, fields) => sum + fields, 0);
    if (scores.read === null) report.unseen += restored.length;
  }
}

/** What is to be done with one record. */
interface RestorePlan {
  row: WrittenRow;
  /** Values to give back; CLEAR where there was nothing. Empty when nothing is left of what the run wrote. */
  restored: Readonly<Record<string, FieldValue>>;
  changed: readonly ChangedSince[];
  gone: boolean;
}

async function plansOf(
  database: Database,
  { read }: ScoreWriter,
  rows: readonly WrittenRow[],
): Promise<readonly RestorePlan[]> {
  if (read === null) {
    return rows.map((row) => ({ row, restored: valuesBefore(row, Object.keys(row.after)), changed: [], gone: false }));
  }
  const plans = new Map<WrittenRow, RestorePlan>();
  // By kind: contacts and accounts carry other fields, and a vendor refuses to read one that is not there.
  for (const [kind, some] of Map.groupBy(rows, (row) => row.recordKind)) {
    const shown = await read(some, [...new Set(some.flatMap((row) => Object.keys(row.after)))]);
    const own = await lastWritten(
      database,
      rows[0]?.connectionId ?? '',
      kind,
      some.map((row) => row.externalId),
    );
    for (const [index, row] of some.entries()) {
      plans.set(row, planOf(row, shown[index] ?? null, own.get(row.externalId) ?? {}));
    }
  }
  return rows.flatMap((row) => plans.get(row) ?? []);
}

/** @param own what we wrote last to the record */
function planOf(row: WrittenRow, shown: ShownValues | null, own: Readonly<Record<string, FieldValue>>): RestorePlan {
  if (shown === null) return { row, restored: {}, changed: [], gone: true };
  const { connectionId, recordKind, externalId } = row;
  const kept = Object.entries(row.after).filter(([name, value]) => holds(shown[name] ?? null, value));
  const changed = Object.entries(row.after)
    .filter(([name]) => !kept.some(([each]) => each === name))
    .map(([field, wrote]): ChangedSince => {
      const now = shown[field] ?? null;
      const later = own[field];
      const by = later !== undefined && holds(now, later) ? 'a later run' : 'somebody';
      return { connectionId, recordKind, externalId, field, wrote: isClear(wrote) ? null : wrote, holds: now, by };
    });
  return {
    row,
    restored: valuesBefore(
      row,
      kept.map(([name]) => name),
    ),
    changed,
    gone: false,
  };
}

function valuesBefore(row: WrittenRow, names: readonly string[]): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(names.map((name) => [name, row.before[name] ?? CLEAR]));
}

/** Whether a field shows a value: numbers as numbers, texts but for line ends and blanks at the end, which vendors change. */
function holds(shown: string | number | null, value: FieldValue): boolean {
  if (isClear(value)) return shown === null || shown === '';
  if (shown === null || shown === '') return value === '';
  // Salesforce rounds to the decimals of the field, which are two at most.
  if (typeof value === 'number') return Math.abs(Number(shown) - value) <= 0.005 + 1e-9;
  return plain(String(shown)) === plain(value);
}

function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

/** Writes the values back, a few times where a row fails for a passing reason. A record with nothing to restore is settled as it is. */
async function restore(scores: ScoreWriter, plans: readonly RestorePlan[]): Promise<readonly WriteResult[]> {
  const results = plans.map(
    (plan): WriteResult =>
      Object.keys(plan.restored).length === 0
        ? { status: 'written' }
        : { status: 'retry', vendorCode: '', message: 'It was not sent.' },
  );
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const open = [...results.keys()].filter((index) => results[index]?.status === 'retry');
    const rows = open.flatMap((index) => {
      const plan = plans[index];
      if (plan === undefined) return [];
      const { recordKind, externalId } = plan.row;
      return [{ index, row: { recordKind, externalId, parentExternalId: null, values: plan.restored } }];
    });
    if (rows.length === 0) break;
    const outcomes = await scores.write(
      rows.map(({ row }) => row),
      'live',
    );
    for (const [at, { index }] of rows.entries()) {
      const outcome = outcomes[at];
      if (outcome !== undefined) results[index] = outcome;
    }
  }
  return results;
}
