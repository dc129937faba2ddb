import { VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import { batchesOf } from './batches.ts';
import type { HubSpotClient } from './client.ts';
import type { ObjectReader } from './mapping.ts';
import { batchSchema, type CrmObject, pageSchema } from './replies.ts';

const LIST_ROWS = 100;
const SEARCH_ROWS = 200;

/** A page of records as HubSpot has them. */
export interface ObjectPage {
  records: readonly CrmObject[];
  /** Where the next page begins; null at the end. */
  next: string | null;
  total: number | null;
}

/** A page of the plain list, with associations; it never ends early, whatever the number of records. */
export async function listObjects(
  client: HubSpotClient,
  reader: ObjectReader,
  options: { after: string | null; archived: boolean },
): Promise<ObjectPage> {
  const page = await client.call({
    method: 'GET',
    path: `/crm/objects/${API_VERSION}/${reader.object}`,
    query: {
      limit: String(LIST_ROWS),
      ...(options.archived ? { archived: 'true' } : { properties: reader.properties.join(',') }),
      ...(!options.archived && reader.associations.length > 0 && { associations: reader.associations.join(',') }),
      ...(options.after !== null && { after: options.after }),
    },
    reply: pageSchema,
  });
  return { records: page.results, next: page.paging?.next?.after ?? null, total: null };
}

/**
 * A page of what was modified in a window of time, in the order of ids and only above `lastId`: paging by id has no end at 10,000,
 * where HubSpot's own paging stops, and does not loop where thousands of records share one modification time.
 * https://developers.hubspot.com/docs/api-reference/search/guide
 */
export async function searchObjects(
  client: HubSpotClient,
  reader: ObjectReader,
  window: { from: string; until: string; lastId: string },
): Promise<ObjectPage> {
  const page = await client.call({
    method: 'POST',
    path: `/crm/objects/${API_VERSION}/${reader.object}/search`,
    kind: 'search',
    body: {
      filterGroups: [
        {
          filters: [
            {
              propertyName: reader.modifiedProperty,
              operator: 'BETWEEN',
              value: String(Date.parse(window.from)),
              highValue: String(Date.parse(window.until)),
            },
            { propertyName: 'hs_object_id', operator: 'GT', value: window.lastId },
          ],
        },
      ],
      // A name alone sorts upwards.
      sorts: ['hs_object_id'],
      properties: reader.properties,
      limit: SEARCH_ROWS,
      after: '0',
    },
    reply: pageSchema,
  });
  const more = page.paging?.next || (page.total ?? 0) > page.results.length;
  return {
    records: page.results,
    next: more ? (page.results.at(-1)?.id ?? null) : null,
    total: page.total ?? null,
  };
}

/** Reads records by id. One that was merged away comes back as the record that took its place; one that is gone does not. */
export async function readObjects(
  client: HubSpotClient,
  reader: Pick<ObjectReader, 'object' | 'properties'>,
  ids: readonly string[],
): Promise<readonly CrmObject[]> {
  const found = new Map<string, CrmObject>();
  for (const batch of batchesOf([...new Set(ids)])) {
    for (const record of await readBatch(client, reader, batch)) found.set(record.id, record);
  }
  return [...found.values()];
}

async function readBatch(
  client: HubSpotClient,
  reader: Pick<ObjectReader, 'object' | 'properties'>,
  ids: readonly string[],
): Promise<readonly CrmObject[]> {
  try {
    const batch = await client.call({
      method: 'POST',
      path: `/crm/objects/${API_VERSION}/${reader.object}/batch/read`,
      body: { inputs: ids.map((id) => ({ id })), properties: reader.properties, propertiesWithHistory: [] },
      reply: batchSchema,
    });
    return batch.results;
  } catch (error) {
    // None of them exists any more.
    if (error instanceof VendorError && error.status === 404) return [];
    throw error;
  }
}
