import type { DeletionRecord, RecordKind, Stream } from '../domain/records.ts';
import type { Connector, Cursor } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import { land } from '../store/landing.ts';
import { noteReadAgain } from '../store/mapping-versions.ts';
import { inTurn } from '../store/turn.ts';
import type { PullContext, PullReport } from './pull.ts';

/** Records of ours that are looked at in one query. */
const IDS_PER_QUERY = 5_000;

/**
 * What each stream brings that the source would have. `inbox` is what was pushed: it cannot be asked for again; terms of contracts that a
 * source has overwritten are on record here alone, and stay.
 */
const KIND_OF: Readonly<Record<Exclude<Stream, 'inbox'>, RecordKind>> = {
  accounts: 'account',
  contacts: 'contact',
  transactions: 'transaction',
  engagement: 'event',
};

/**
 * Reads a stream from its beginning over what is on record, and deletes what the source does not have: for a changed mapping, by which
 * records say something else or are none any more, and for what went unseen. The stream's cursor moves only at the end, so that a crash
 * repeats it. Holds the ids of the stream in memory, some 100 bytes each.
 */
export async function readAgain(
  database: Database,
  connector: Connector,
  stream: Exclude<Stream, 'inbox'>,
  context: Pick<PullContext, 'clock' | 'onProgress'>,
): Promise<PullReport> {
  const { connectionId, source } = connector;
  const report: PullReport = { pulled: 0, rejected: 0 };
  if (source === null) return report;
  const kind = KIND_OF[stream];
  // What a webhook brings meanwhile is newer than the pages, which may not have it.
  const [last] = await database.query<{ last_value: bigint }>('select last_value from landed_seq');
  const met = new Set<string>();
  let cursor: Cursor = null;
  let read = 0;
  for await (const page of source.pull(stream, null)) {
    const { records, rejected } = page;
    report.pulled += await land(database, { connectionId, records, rejected, cursor: null, now: context.clock.now() });
    report.rejected += rejected.length;
    for (const record of records) if (record.kind === kind) met.add(record.externalId);
    cursor = page.cursor;
    read += records.length + rejected.length;
    context.onProgress?.({ connectionId, stream, read, total: page.total });
  }
  for await (const gone of unmet(database, { connectionId, kind, met, until: last?.last_value ?? 0n })) {
    report.pulled += await land(database, {
      connectionId,
      records: gone,
      rejected: [],
      cursor: null,
      now: context.clock.now(),
    });
  }
  await land(database, {
    connectionId,
    records: [],
    rejected: [],
    cursor: { stream, value: cursor },
    now: context.clock.now(),
  });
  await inTurn(database, (sql) => noteReadAgain(sql, connectionId, stream));
  return report;
}

/** Deletions of the records of a kind that were on record before and not met. */
async function* unmet(
  database: Database,
  {
    connectionId,
    kind,
    met,
    until,
  }: { connectionId: string; kind: RecordKind; met: ReadonlySet<string>; until: bigint },
): AsyncGenerator<readonly DeletionRecord[]> {
  for (let after = ''; ; ) {
    const rows: { external_id: string }[] = await database.query(
      `select external_id from source_records
       where connection_id = $1 and kind = $2 and external_id > $3 and not deleted and landed_seq <= $4::bigint
       order by external_id limit ${IDS_PER_QUERY}`,
      [connectionId, kind, after, until],
    );
    const gone = rows.filter((row) => !met.has(row.external_id));
    if (gone.length > 0) {
      yield gone.map(({ external_id }) => ({
        kind: 'deletion',
        of: kind,
        externalId: external_id,
        mergedIntoExternalId: null,
      }));
    }
    const end = rows.at(-1)?.external_id;
    if (end === undefined) return;
    after = end;
  }
}
