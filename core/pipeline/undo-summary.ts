import type { UndoReport } from './undo.ts';

/** What undoing a write run did, or would do, without the records that it is about. */
export interface UndoSummary {
  runId: number;
  startedAt: string;
  /** Records that got values back, and how many values. */
  records: number;
  fields: number;
  /** Fields that no longer held what the run wrote, and were left alone: by whom they were changed. */
  changedSince: readonly { connectionId: string; field: string; by: 'a later run' | 'somebody'; records: number }[];
  /** Records that the vendor no longer has. */
  gone: number;
  /** Records restored without looking first. */
  unseen: number;
  /** Records that the vendor did not take back, by its reason; another undo tries them again. */
  failed: readonly { connectionId: string; vendorCode: string; records: number }[];
  /** Connections that could not be reached, and why. */
  unavailable: readonly { connectionId: string; message: string }[];
  /** Whether nothing of the run is left to undo. */
  complete: boolean;
}

/** Counts what a report lists: what is kept with a job must not say whose records they were. */
export function undoSummary(
  { run, changedSince, failed, ...counts }: UndoReport,
  unavailable: UndoSummary['unavailable'],
): UndoSummary {
  return {
    runId: run.runId,
    startedAt: run.startedAt,
    ...counts,
    changedSince: counted(changedSince.map(({ connectionId, field, by }) => ({ connectionId, field, by }))),
    failed: counted(failed.map(({ connectionId, vendorCode }) => ({ connectionId, vendorCode }))),
    unavailable,
  };
}

function counted<Row extends object>(rows: readonly Row[]): readonly (Row & { records: number })[] {
  return [...Map.groupBy(rows, (row) => JSON.stringify(row)).values()].flatMap((same) =>
    same[0] === undefined ? [] : [{ ...same[0], records: same.length }],
  );
}
