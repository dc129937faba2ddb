/**
 * The bill of API calls: the fewest that the same work could have taken, computed from the ids that were read and written, not
 * from how they were.
 *
 * For each vendor and object: distinct ids read / rows of a page, at least one call for an object that was asked for at all;
 * distinct ids written / rows of a batch; one call for each action. Rows of a page or batch: SOQL 2,000, HubSpot list 100, HubSpot
 * search 200, HubSpot association read 100, Salesforce write 200, HubSpot write 100; Segment batches by bytes, 480,000 each.
 * Beyond 50,000 rows read or 2,000 written, Bulk may be cheaper and then counts its own fewest calls. Authentication, describe,
 * provisioning, checks, read-backs and requests hit by a planted fault are outside both numbers; so are refusals (429).
 */
import type { LoggedRequest, Operation } from './kernel/types.ts';

/** Rows that one call of an operation can carry at most. */
const ROWS: Partial<Record<Operation, number>> = { list: 100, search: 200, associations: 100, soql: 2_000 };
const WRITE_ROWS = { salesforce: 200, hubspot: 100, segment: 250 } as const;
const SEGMENT_BATCH_BYTES = 480_000;
const OUTSIDE = new Set<Operation>(['free', 'read-back']);
const BULK_READ_ROWS = 50_000;
const BULK_WRITE_ROWS = 2_000;

/** A bill. */
export interface Bill {
  minimum: number;
  actual: number;
  byOperation: Record<string, { minimum: number; actual: number }>;
}

/** Computes the bill of some requests. */
export function minimumCalls(entries: readonly LoggedRequest[]): Bill {
  const counted = entries.filter(
    (entry) => !OUTSIDE.has(entry.note.operation) && entry.fault === null && entry.status !== 429,
  );
  const byOperation: Bill['byOperation'] = {};
  for (const [key, group] of Map.groupBy(counted, keyOf)) {
    byOperation[key] = { minimum: fewest(group), actual: group.length };
  }
  const total = (what: 'minimum' | 'actual') => Object.values(byOperation).reduce((sum, line) => sum + line[what], 0);
  return { minimum: total('minimum'), actual: total('actual'), byOperation };
}

/** Reading by page or in bulk is one way or the other of reading an object; likewise writing. */
function keyOf({ vendor, note }: LoggedRequest): string {
  const kind = note.operation === 'bulk-read' ? 'soql' : note.operation === 'bulk-write' ? 'write' : note.operation;
  return `${vendor} ${kind}${note.object ? ` ${note.object}` : ''}`;
}

function fewest(group: readonly LoggedRequest[]): number {
  const [first] = group;
  if (!first) return 0;
  const { operation } = first.note;
  if (operation === 'action' || operation === 'profile') return group.length;
  if (operation === 'segment-batch') {
    return Math.max(1, Math.ceil(group.reduce((sum, entry) => sum + entry.requestBytes, 0) / SEGMENT_BATCH_BYTES));
  }
  const ids = new Set(group.flatMap((entry) => entry.note.ids ?? []));
  if (operation === 'write' || operation === 'bulk-write') {
    const calls = Math.ceil(ids.size / WRITE_ROWS[first.vendor]);
    // Create, upload, close, one poll, three results.
    return first.vendor === 'salesforce' && ids.size > BULK_WRITE_ROWS ? Math.min(calls, 7) : calls;
  }
  const rows = ROWS[operation] ?? 2_000;
  const calls = Math.max(1, Math.ceil(ids.size / rows));
  // Create, one poll, a page of results for each 50,000 rows.
  return first.vendor === 'salesforce' && ids.size > BULK_READ_ROWS
    ? Math.min(calls, 2 + Math.ceil(ids.size / BULK_READ_ROWS))
    : calls;
}
