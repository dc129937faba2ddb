import type { RejectedRecord, SourceRecord } from '../../core/domain/records.ts';
import { toJson } from '../../core/domain/stable-json.ts';
import type { Cursor, Page } from '../../core/ports/connector.ts';
import type { Reading } from '../http/read-record.ts';
import type { SalesforceClient } from './client.ts';
import { type ReadPosition, readCursor, type StreamCursor } from './cursor.ts';
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
  /** Reads everything (`since` null) or what changed since, from a position on. */
  read(since: string | null, from: ReadPosition): AsyncIterable<RecordBatch>;
}

/**
 * How far a watermark stays behind the moment of the read: rows whose transaction was open then carry an earlier time than they
 * became visible. What is met again in this overlap the store drops by its hash.
 */
const OVERLAP_MS = 10 * 60_000;
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
    const begun = state[object] ?? { since: null, read: null };
    if (state[object] === undefined && source.loadedWith !== null) {
      state[object] = { since: state[source.loadedWith]?.since ?? until, read: null };
      unsaved = true;
      continue;
    }
    const { since } = begun;
    if (since !== null && nowMs - Date.parse(since) > RECYCLE_BIN_MS) missedDeletions(object);
    const end = begun.read?.until ?? until;
    for await (const batch of source.read(since, begun.read ?? START)) {
      state[object] = batch.next === null ? { since: end, read: null } : { since, read: { ...batch.next, until: end } };
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

/** The records of translated rows, and those that could not be read. */
export function collected(
  readings: readonly Reading<readonly SourceRecord[]>[],
): Pick<RecordBatch, 'records' | 'rejected'> {
  return {
    records: readings.flatMap((reading) => (reading.ok ? reading.value : [])),
    rejected: readings.flatMap((reading) => (reading.ok ? [] : [reading.rejected])),
  };
}
