import type { RecordKind, RejectedRecord, SourceRecord } from '../../core/domain/records.ts';
import type { Delivery } from '../../core/ports/connector.ts';
import type { SalesforceClient } from './client.ts';
import { gone, type Translated } from './mapping-rows.ts';
import { goneSale } from './mapping-sales.ts';
import { recordsNamedIn } from './named-records.ts';
import { type Organisation, type PlainObject, planOf } from './object-source.ts';
import { collected } from './pull.ts';
import { opportunitiesById } from './pull-opportunities.ts';
import { IDS_PER_QUERY, queryRows, type Row, within } from './soql.ts';

/** Who took part in a deal: it decides about the sale's buyer. */
export const ROLE = 'OpportunityContactRole';
/** Live events go before batches. */
const LIVE = 0;

/**
 * Reads the records that deliveries name, each once and many in one call, as they are now; in the order of the deliveries. One that is
 * there no more is a deletion. An echo of our own write reads as the record it was before, since our fields are not in it: the store
 * drops it.
 *
 * @param plain the objects that are records by themselves; opportunities and their roles are read with their buyer
 */
export async function readNotifications(
  organisation: Organisation,
  plain: readonly PlainObject[],
  deliveries: readonly Delivery[],
): Promise<{ records: readonly SourceRecord[]; rejected: readonly RejectedRecord[] }> {
  const notified = deliveries.flatMap(({ payload }) => recordsNamedIn(payload));
  const idsOf = (object: string) => [
    ...new Set(notified.flatMap((each) => (each.object === object ? [each.recordId] : []))),
  ];
  const { client } = organisation;

  const opportunityOf = new Map(idsOf('Opportunity').map((id) => [id, id]));
  for (const row of await rowsById(client, ['Id', 'OpportunityId'], ROLE, idsOf(ROLE))) {
    opportunityOf.set(String(row['Id']), String(row['OpportunityId']));
  }
  const translated = await opportunitiesById(organisation, [...new Set(opportunityOf.values())], LIVE);
  for (const object of plain) {
    const ids = idsOf(object.object);
    if (ids.length === 0) continue;
    const { fields } = await planOf(organisation.describer, object);
    for (const row of await rowsById(client, ['Id', 'IsDeleted', ...fields], object.object, ids)) {
      translated.set(String(row['Id']), object.map(row));
    }
  }

  const kindOf = new Map<string, RecordKind>(plain.map(({ object, of }) => [object, of]));
  const readings = new Map<string, Translated>();
  for (const { object, recordId: id } of notified) {
    const key = opportunityOf.get(id) ?? id;
    const of = kindOf.get(object);
    const reading = translated.get(key);
    if (reading) readings.set(key, reading);
    else if (object === 'Opportunity') readings.set(key, { ok: true, value: goneSale(id, organisation.settings) });
    else if (of) readings.set(key, { ok: true, value: [gone(of, id)] });
  }
  return collected([...readings.values()]);
}

async function rowsById(
  client: SalesforceClient,
  fields: readonly string[],
  object: string,
  ids: readonly string[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
    const soql = `SELECT ${fields.join(', ')} FROM ${object} WHERE ${within('Id', ids.slice(at, at + IDS_PER_QUERY))}`;
    rows.push(...(await queryRows(client, soql, { priority: LIVE })));
  }
  return rows;
}
