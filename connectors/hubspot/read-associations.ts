import { VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import { batchesOf } from './batches.ts';
import type { HubSpotClient } from './client.ts';
import type { Link, Links, ObjectName, ObjectReader } from './mapping.ts';
import { associationsSchema, type CrmObject } from './replies.ts';

/** Associations of listed records; where a list says that there are more, they are read in full. */
export async function linksOfListed(
  client: HubSpotClient,
  reader: ObjectReader,
  records: readonly CrmObject[],
): Promise<ReadonlyMap<string, Links>> {
  const links = new Map<string, Partial<Record<ObjectName, readonly Link[]>>>();
  for (const record of records) {
    links.set(
      record.id,
      Object.fromEntries(
        reader.associations.map((to) => [
          to,
          // "contact_to_company" is the primary company's type, any other ends in "_unlabeled" or in its label.
          record.associations?.[to]?.results.map((link) => ({
            id: link.id,
            primary: to === 'companies' && /_to_company$/.test(link.type ?? ''),
          })) ?? [],
        ]),
      ),
    );
  }
  for (const to of reader.associations) {
    const cut = records.filter((record) => record.associations?.[to]?.paging?.next);
    if (cut.length === 0) continue;
    const whole = await readLinks(
      client,
      reader.object,
      to,
      cut.map((record) => record.id),
    );
    for (const record of cut) links.set(record.id, { ...links.get(record.id), [to]: whole.get(record.id) ?? [] });
  }
  return links;
}

/** Associations of records that came without, where their reader needs them. */
export async function linksOfSearched(
  client: HubSpotClient,
  reader: ObjectReader,
  records: readonly CrmObject[],
): Promise<ReadonlyMap<string, Links>> {
  const ids = records.filter((record) => reader.needsLinks(record)).map((record) => record.id);
  const links = new Map<string, Partial<Record<ObjectName, readonly Link[]>>>();
  for (const to of reader.associations) {
    for (const [id, ends] of await readLinks(client, reader.object, to, ids)) {
      links.set(id, { ...links.get(id), [to]: ends });
    }
  }
  return links;
}

/** Reads all associations of some records to one object type; a record without any is absent. */
export async function readLinks(
  client: HubSpotClient,
  from: ObjectName,
  to: ObjectName,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Link[]>> {
  const links = new Map<string, Link[]>();
  for (const batch of batchesOf(ids)) {
    for (let inputs: readonly { id: string; after?: string }[] = batch.map((id) => ({ id })); inputs.length > 0; ) {
      const page = await client.call({
        method: 'POST',
        path: `/crm/associations/${API_VERSION}/${from}/${to}/batch/read`,
        kind: 'association',
        body: { inputs },
        reply: associationsSchema,
      });
      // A record without associations is reported as an error of its own.
      const fault = page.errors?.find((error) => error.category !== 'OBJECT_NOT_FOUND');
      if (fault) {
        throw new VendorError(
          `HubSpot could not read associations from ${from} to ${to}: ${fault.category ?? 'no category given'}. It is tried again with the next run.`,
          { retry: 'later', status: 207, vendorCode: fault.category ?? '' },
        );
      }
      for (const { from: record, to: ends } of page.results) {
        const known = links.get(record.id) ?? [];
        links.set(record.id, [...known, ...ends.map((end) => ({ id: end.toObjectId, primary: isPrimary(end) }))]);
      }
      inputs = page.results.flatMap(({ from: record, paging }) =>
        paging?.next ? [{ id: record.id, after: paging.next.after }] : [],
      );
    }
  }
  return links;
}

/** Association types of primary companies: of a contact 1, of a deal 5, of an order 509. */
const PRIMARY_TYPES = new Set([1, 5, 509]);

function isPrimary(end: { associationTypes: readonly { typeId?: number | null | undefined }[] }): boolean {
  return end.associationTypes.some((type) => PRIMARY_TYPES.has(type.typeId ?? 0));
}
