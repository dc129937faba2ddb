import { VendorError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Cursor, Page } from '../../core/ports/connector.ts';
import type { HubSpotClient } from './client.ts';
import { freshCursor, type ObjectCursor, readStreamCursor, streamCursor } from './cursor.ts';
import type { Links, ObjectReader } from './mapping.ts';
import { linksOfListed, linksOfSearched } from './read-associations.ts';
import { listObjects, searchObjects } from './read-objects.ts';
import type { CrmObject } from './replies.ts';

/**
 * How far each window reaches back before the end of the last one. Search finds a record only some moments after it was changed,
 * and HubSpot's clock is not ours: what was missed at the end of a window is found by the next.
 */
const OVERLAP_MS = 300_000;
/** Archived records are listed no more often: search never shows them, the list knows no time, and webhooks tell sooner. */
const SWEEP_EVERY_MS = 3_600_000;
/**
 * Everything is listed again no more often, one call for 100 records: what moves no time of modification is seen by nothing else, which
 * is a changed association and a record taken out of the recycle bin. Webhooks tell of both sooner.
 */
const LIST_AGAIN_EVERY_MS = 24 * 3_600_000;
/** Below every id. */
const FIRST = '0';

/** One object type, read up to the moment of the call. */
interface Reading {
  client: HubSpotClient;
  reader: ObjectReader;
  calledAt: string;
}

type ObjectPage = Omit<Page, 'cursor'> & { cursor: ObjectCursor };

/**
 * Reads a stream: its object types one after another, each by its first load, then by windows of modification time, and now and
 * then by a sweep of what was archived and by everything once more. Pages without news are passed over except at the end, where the
 * cursor of all is due.
 *
 * @param onForbidden told of an optional object type that this account or app may not read: it is passed over
 */
export async function* pullStream(
  client: HubSpotClient,
  readers: readonly ObjectReader[],
  cursor: Cursor | null,
  clock: Clock,
  onForbidden: (object: string) => void = () => {},
): AsyncGenerator<Page> {
  let objects = readStreamCursor(cursor);
  let due = true;
  for (const reader of readers) {
    const calledAt = clock.now().toISOString();
    const begin = objects[reader.object] ?? freshCursor(calledAt);
    try {
      for await (const page of pullObject({ client, reader, calledAt }, begin)) {
        objects = { ...objects, [reader.object]: page.cursor };
        const news = page.records.length + page.rejected.length > 0;
        due = !news && page.cursor.load === null;
        if (!due) yield { ...page, cursor: streamCursor(objects) };
      }
    } catch (error) {
      // Its cursor stays: should it be allowed one day, it is read from there.
      if (!reader.optional || !isForbidden(error)) throw error;
      onForbidden(reader.object);
    }
  }
  if (due) yield { records: [], rejected: [], cursor: streamCursor(objects), total: null };
}

/** HubSpot answers 403 for a missing scope as for what an edition lacks. */
function isForbidden(error: unknown): boolean {
  return error instanceof VendorError && error.status === 403;
}

/** The ways of reading in their order; each does what the cursor leaves it to do, if anything. */
const PHASES = [firstLoad, restOfWindow, newWindow, sweepArchived, listAgain];

async function* pullObject(reading: Reading, begin: ObjectCursor): AsyncGenerator<ObjectPage> {
  let cursor = begin;
  for (const phase of PHASES) {
    for await (const page of phase(reading, cursor)) {
      cursor = page.cursor;
      yield page;
    }
  }
}

/** Everything there is, by the plain list. What changes meanwhile is after the watermark that it leaves. */
async function* firstLoad({ client, reader }: Reading, begin: ObjectCursor): AsyncGenerator<ObjectPage> {
  for (let cursor = begin; cursor.load !== null; ) {
    const { startedAt, after } = cursor.load;
    const page = await listObjects(client, reader, { after, archived: false });
    const links = await linksOfListed(client, reader, page.records);
    cursor =
      page.next === null
        ? { ...freshCursor(startedAt), load: null, watermark: startedAt, sweptAt: startedAt, listedAt: startedAt }
        : { ...cursor, load: { startedAt, after: page.next } };
    yield { ...translated(reader, page.records, links, false), cursor, total: null };
  }
}

/** A window that a crash broke off. */
async function* restOfWindow(reading: Reading, begin: ObjectCursor): AsyncGenerator<ObjectPage> {
  if (begin.window !== null) yield* drainWindow(reading, begin, begin.window);
}

/** What was modified since the last window. */
async function* newWindow(reading: Reading, begin: ObjectCursor): AsyncGenerator<ObjectPage> {
  const { calledAt } = reading;
  if (begin.watermark !== null && begin.watermark < calledAt) {
    yield* drainWindow(reading, begin, { until: calledAt, lastId: FIRST });
  }
}

/** Reads a window to its end; the watermark moves only then. */
async function* drainWindow(
  { client, reader }: Reading,
  begin: ObjectCursor,
  window: { until: string; lastId: string },
): AsyncGenerator<ObjectPage> {
  const { until } = window;
  const from = new Date(Date.parse(begin.watermark ?? until) - OVERLAP_MS).toISOString();
  for (let lastId: string | null = window.lastId; lastId !== null; ) {
    const page = await searchObjects(client, reader, { from, until, lastId });
    const links = await linksOfSearched(client, reader, page.records);
    const total = lastId === FIRST ? page.total : null;
    lastId = page.next;
    yield {
      ...translated(reader, page.records, links, true),
      cursor: { ...begin, ...(lastId === null ? { window: null, watermark: until } : { window: { until, lastId } }) },
      total,
    };
  }
}

/** Deletes what HubSpot has archived since the last sweep. */
async function* sweepArchived({ client, reader, calledAt }: Reading, begin: ObjectCursor): AsyncGenerator<ObjectPage> {
  const sweptAt = Date.parse(begin.sweptAt ?? calledAt);
  if (begin.sweep === null && Date.parse(calledAt) - sweptAt < SWEEP_EVERY_MS) return;
  const { startedAt } = begin.sweep ?? { startedAt: calledAt };
  for (let after = begin.sweep?.after ?? null, more = true; more; ) {
    const page = await listObjects(client, reader, { after, archived: true });
    // One that does not say when it was archived may be new.
    const gone = page.records.filter(({ archivedAt }) => !archivedAt || Date.parse(archivedAt) >= sweptAt - OVERLAP_MS);
    after = page.next;
    more = after !== null;
    yield {
      records: gone.flatMap((record) => reader.deletions(record.id)),
      rejected: [],
      cursor: { ...begin, ...(more ? { sweep: { startedAt, after } } : { sweep: null, sweptAt: startedAt }) },
      total: null,
    };
  }
}

/** Everything there is once more, in case nothing else would tell; what is as before costs no more than the listing. */
async function* listAgain({ client, reader, calledAt }: Reading, begin: ObjectCursor): AsyncGenerator<ObjectPage> {
  const listedAt = Date.parse(begin.listedAt ?? begin.watermark ?? calledAt);
  if (begin.listing === null && Date.parse(calledAt) - listedAt < LIST_AGAIN_EVERY_MS) return;
  const { startedAt } = begin.listing ?? { startedAt: calledAt };
  for (let after = begin.listing?.after ?? null, more = true; more; ) {
    const page = await listObjects(client, reader, { after, archived: false });
    const links = await linksOfListed(client, reader, page.records);
    after = page.next;
    more = after !== null;
    yield {
      ...translated(reader, page.records, links, true),
      cursor: { ...begin, ...(more ? { listing: { startedAt, after } } : { listing: null, listedAt: startedAt }) },
      total: null,
    };
  }
}

function translated(
  reader: ObjectReader,
  records: readonly CrmObject[],
  links: ReadonlyMap<string, Links>,
  known: boolean,
): Pick<Page, 'records' | 'rejected'> {
  const translations = records.map((record) => reader.translate(record, links.get(record.id) ?? {}, known));
  return {
    records: translations.flatMap((translation) => translation.records),
    rejected: translations.flatMap((translation) => translation.rejected),
  };
}
