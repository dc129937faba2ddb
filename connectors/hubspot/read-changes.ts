import type { DeletionRecord, SourceRecord } from '../../core/domain/records.ts';
import type { Delivery, Page } from '../../core/ports/connector.ts';
import { readRecord } from '../http/read-record.ts';
import { changeEventSchema, type Wanted, wantedBy } from './change-events.ts';
import type { HubSpotClient } from './client.ts';
import type { ObjectName, ObjectReader, Translation } from './mapping.ts';
import { linksOfSearched } from './read-associations.ts';
import { readObjects } from './read-objects.ts';

/**
 * Turns webhook events into records. Many events about one record cost one reading of it; what is read is what stands in HubSpot
 * now, so that neither order nor doubles matter.
 */
export async function readChanges(
  client: HubSpotClient,
  readers: readonly ObjectReader[],
  deliveries: readonly Delivery[],
  appId: string | null,
): Promise<Pick<Page, 'records' | 'rejected'>> {
  const byObject = new Map(readers.map((reader) => [reader.object, reader]));
  const reads = { appId, propertiesOf: (object: ObjectName) => byObject.get(object)?.properties ?? null };
  const events = deliveries.map(({ payload }, index) =>
    readRecord(changeEventSchema, payload, {
      of: 'event',
      externalId: `delivery ${index + 1}`,
      remedy: 'Look at what HubSpot sent. If its events have changed, update the connector and replay.',
    }),
  );
  const wanted = latestOf(events.flatMap((event) => (event.ok ? wantedBy(event.value, reads) : [])));
  const results = new Map<Wanted, Translation>();
  const survivors: Translation[] = [];
  for (const reader of readers) {
    const own = wanted.filter((each) => each.object === reader.object);
    const asked = new Set(own.filter((each) => each.act === 'read').map((each) => each.id));
    const found = await readNow(client, reader, [...asked]);
    for (const each of own) {
      const gone = reader.deletions(each.id);
      if (each.act === 'read') results.set(each, found.get(each.id) ?? { records: gone, rejected: [] });
      else results.set(each, { records: gone.map((one) => told(one, each)), rejected: [] });
    }
    // One that was merged away is answered by the record that took its place, which nobody asked for.
    for (const [id, translation] of found) if (!asked.has(id)) survivors.push(translation);
  }
  const translations = [...wanted.flatMap((each) => results.get(each) ?? []), ...survivors];
  return {
    records: eachOnce(translations.flatMap((each) => each.records)),
    rejected: [
      ...events.flatMap((event) => (event.ok ? [] : [event.rejected])),
      ...translations.flatMap((each) => each.rejected),
    ],
  };
}

/**
 * One wish for each record, in the order of their first events. The latest counts; a merge tells more than the deletion it causes, and
 * so does a privacy deletion than the one that HubSpot sends along with it.
 */
function latestOf(wanted: readonly Wanted[]): readonly Wanted[] {
  const latest = new Map<string, Wanted>();
  for (const each of wanted) {
    const key = `${each.object} ${each.id}`;
    const known = latest.get(key);
    if (!known || rank(each) > rank(known) || (rank(each) === rank(known) && each.at > known.at)) latest.set(key, each);
  }
  return [...latest.values()];
}

function rank(wanted: Wanted): number {
  if (wanted.act !== 'delete') return 0;
  if (wanted.forPrivacy) return 2;
  return wanted.mergedInto === null ? 0 : 1;
}

/** Records as they are now, by their id; what is gone is absent. */
async function readNow(
  client: HubSpotClient,
  reader: ObjectReader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Translation>> {
  if (ids.length === 0) return new Map();
  const records = await readObjects(client, reader, ids);
  const links = await linksOfSearched(client, reader, records);
  return new Map(
    records.map((record) => [record.id, reader.translate(record, links.get(record.id) ?? {}, true)] as const),
  );
}

function told(deletion: DeletionRecord, wanted: Wanted & { act: 'delete' }): DeletionRecord {
  const whole = { ...deletion, mergedIntoExternalId: wanted.mergedInto };
  return wanted.forPrivacy ? { ...whole, forPrivacy: true } : whole;
}

/** A record that several events led to is given once. */
function eachOnce(records: readonly SourceRecord[]): readonly SourceRecord[] {
  const last = new Map<string, SourceRecord>();
  for (const record of records) {
    const key =
      record.kind === 'deletion' ? `${record.of} ${record.externalId}` : `${record.kind} ${record.externalId}`;
    const known = last.get(key);
    const tellsLess =
      record.kind === 'deletion' &&
      known?.kind === 'deletion' &&
      (known.mergedIntoExternalId !== null || known.forPrivacy === true);
    if (!tellsLess) last.set(key, record);
  }
  return [...last.values()];
}
