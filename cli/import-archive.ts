import { archiveFiles, contentHash, readSegmentFile } from '../connectors/segment/index.ts';
import type { RejectedRecord } from '../core/domain/records.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Inbound } from '../core/ports/connector.ts';
import type { Database } from '../core/ports/database.ts';
import type { Inbox, InboxMessage } from '../core/ports/inbox.ts';
import { drainInbox } from '../core/store/drain.ts';
import { land, readCursor } from '../core/store/landing.ts';

/** What an import of an archive brought. */
export interface ArchiveReport {
  files: number;
  /** Files of which every line had been read before. */
  filesKnown: number;
  /** Records new or changed. */
  pulled: number;
  /** Lines and messages that could not be read; they wait in quarantine. */
  rejected: number;
}

/** Lines between two commits: few enough that the inbox never fills up, and memory does not grow with the archive. */
const LINES_PER_COMMIT = 2_000;

/**
 * Reads the files of a Segment archive through the inbox, as webhooks would have brought them: what came both ways counts once. How far
 * each file was read is kept by what is in it, so that an import that was broken off goes on there, and a file that is there twice is
 * read once.
 *
 * @param paths files and folders
 * @throws DataError for a path that cannot be read
 */
export async function importArchive(
  paths: readonly string[],
  target: { database: Database; inbox: Inbox; inbound: Inbound; connectionId: string; clock: Clock },
  onProgress: (file: string, lines: number) => void,
): Promise<ArchiveReport> {
  const files = await archiveFiles(paths);
  const report: ArchiveReport = { files: files.length, filesKnown: 0, pulled: 0, rejected: 0 };
  for (const file of files) {
    const lines = await importFile(file, target, report, (line) => onProgress(file, line));
    if (lines === 0) report.filesKnown += 1;
  }
  return report;
}

/** Returns how many lines were read that had not been read before. */
async function importFile(
  file: string,
  { database, inbox, inbound, connectionId, clock }: Parameters<typeof importArchive>[1],
  report: ArchiveReport,
  onProgress: (lines: number) => void,
): Promise<number> {
  const stream = `archive/${await contentHash(file)}`;
  const kept = await readCursor(database, connectionId, stream);
  const from = typeof kept === 'number' ? kept : 0;
  const now = () => clock.now();
  let messages: InboxMessage[] = [];
  let rejected: RejectedRecord[] = [];
  const commit = async (line: number) => {
    await inbox.append(connectionId, messages);
    const drained = await drainInbox(database, connectionId, inbound, { now });
    // After the messages: what a crash leaves between the two is read again, and counts once.
    await land(database, { connectionId, records: [], rejected, cursor: { stream, value: line }, now: now() });
    report.pulled += drained.pulled;
    report.rejected += drained.rejected + rejected.length;
    messages = [];
    rejected = [];
    onProgress(line);
  };
  let last = from;
  let committed = from;
  for await (const each of readSegmentFile(file, from)) {
    if (each.line - committed > LINES_PER_COMMIT) {
      await commit(last);
      committed = last;
    }
    if ('rejected' in each) rejected.push(each.rejected);
    else messages.push(each.message);
    last = each.line;
  }
  if (last > committed) await commit(last);
  return last - from;
}
