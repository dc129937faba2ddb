import type { RejectedRecord, SourceRecord } from '../../core/domain/records.ts';
import { toJson } from '../../core/domain/stable-json.ts';
import type { Cursor, Page } from '../../core/ports/connector.ts';
import type { Reading } from '../http/read-record.ts';
import type { SalesforceClient } from './client.ts';
import { type ObjectCursor, type ReadPosition, readCursor, type StreamCursor } from './cursor.ts';
import { START } from './read-rows.ts';

/** Some translated records of an object, and where the next ones begin; null = those were the last. */
export interface RecordBatch {
  records: readonly SourceRecord[];
  rejected: readonly RejectedRecord[];
  next: ReadPosition | null;
  /** Rows of this read in all; null when that would mislead. */
  total: number | null;
}

/** One object of a stream. */
export interface ObjectSource {
  object: string;
  /** Name of the object whose first load covers this one's too; null = it has a first load of its own. */
  loadedWith: string | null;
  /** Whether a field that is read changes without its row's SystemModstamp, so that no later read would tell. */
  goesStale(): Promise<boolean>;
  /** Reads everything (`since` null) or what changed since, from a position on. */
  read(since: string | null, from: ReadPosition): AsyncIterable<RecordBatch>;
}

/**
 * How far a watermark stays behind the moment of the read: rows whose transaction was open then carry an earlier time than they
 * became visible. What is met again in this overlap the store drops by its hash.
 */
const OVERLAP_MS = 10 * 60_000;
/** Objects with fields that go stale are read as a whole no more often. */
const WHOLE_EVERY_MS = 86_400_000;
/** Before any row. */
const EVER = '1990-01-01T00:00:00.000Z';
/** The recycle bin keeps deleted rows for 15 days: one that left it unseen is seen by nobody. */
const RECYCLE_BIN_MS = 15 * 86_400_000;

/**
 * Pulls the objects of a stream one after another. Every page carries the whole stream's cursor; a pull without news is one empty page.
 *
 * @param missedDeletions told when so long ago was the last pull that deletions may have gone unseen
 */
export async function* pullStream(
  client: SalesforceClient,
  sources: readonly ObjectSource[],
  cursor: Cursor | null,
  missedDeletions: (object: string) => void,
): AsyncGenerator<Page> {
  const state: StreamCursor['objects'] = { ...readCursor(cursor).objects };
  const nowMs = client.serverNow().getTime();
  const until = new Date(nowMs - OVERLAP_MS).toISOString();
  let unsaved = true;
  for (const source of sources) {
    const { object } = source;
    const begun = state[object] ?? { since: null, read: null, wholeAt: null };
    if (state[object] === undefined && source.loadedWith !== null) {
      state[object] = { since: state[source.loadedWith]?.since ?? until, read: null, wholeAt: null };
      unsaved = true;
      continue;
    }
    const { since } = begun;
    if (since !== null && nowMs - Date.parse(since) > RECYCLE_BIN_MS) missedDeletions(object);
    const end = begun.read?.until ?? until;
    const whole = begun.read?.whole ?? (await isDue(source, begun, nowMs));
    for await (const batch of source.read(whole ? EVER : since, begun.read ?? START)) {
      const wholeAt = (whole || since === null) && batch.next === null ? end : begun.wholeAt;
      state[object] =
        batch.next === null
          ? { since: end, read: null, wholeAt }
          : { since, read: { ...batch.next, until: end, whole }, wholeAt };
      // In a first load nothing is known that could be deleted.
      const records = since === null ? batch.records.filter((record) => record.kind !== 'deletion') : batch.records;
      unsaved = records.length === 0 && batch.rejected.length === 0;
      if (!unsaved || batch.next !== null) {
        yield {
          records,
          rejected: batch.rejected,
          cursor: toJson({ objects: state }),
          total: sources.length === 1 ? batch.total : null,
        };
        unsaved = false;
      }
    }
  }
  if (unsaved) yield { records: [], rejected: [], cursor: toJson({ objects: state }), total: null };
}

/** Whether it is time to read every row of an object again. */
async function isDue(source: ObjectSource, { since, wholeAt }: ObjectCursor, nowMs: number): Promise<boolean> {
  if (since === null || !(await source.goesStale())) return false;
  return wholeAt === null || nowMs - Date.parse(wholeAt) >= WHOLE_EVERY_MS;
}

/** The records of translated rows, and those that could not be read. */
export function collected(
  readings: readonly Reading<readonly SourceRecord[]>[],
): Pick<RecordBatch, 'records' | 'rejected'> {
  return {
    records: readings.flatMap((reading) => (reading.ok ? reading.value : [])),
    rejected: readings.flatMap((reading) => (reading.ok ? [] : [reading.rejected])),
  };
}
