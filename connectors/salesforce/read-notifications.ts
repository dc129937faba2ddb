import { DataError } from '../../core/domain/errors.ts';
import type { RecordKind, RejectedRecord, SourceRecord } from '../../core/domain/records.ts';
import type { Delivery } from '../../core/ports/connector.ts';
import type { SalesforceClient } from './client.ts';
import { gone, type Translated } from './mapping-rows.ts';
import { goneSale } from './mapping-sales.ts';
import { type Organisation, type PlainObject, planOf } from './object-source.ts';
import { collected } from './pull.ts';
import { opportunitiesById } from './pull-opportunities.ts';
import { IDS_PER_QUERY, queryRows, type Row, within } from './soql.ts';

/** A record that a notification is about. */
interface Notified {
  object: string;
  id: string;
}

/** Live events go before batches. */
const LIVE = 0;

const SOBJECT = /<(?:\w+:)?sObject\b[^>]*\btype=["'](?:\w+:)?(\w+)["'][^>]*>(.*?)<\/(?:\w+:)?sObject>/gs;
const ID = /<(?:\w+:)?Id>([a-zA-Z0-9]{18})<\//;

/**
 * The records that a notification (or a whole message of up to 100) names. Only type and id are taken, both of letters and digits:
 * the values in it are of the moment it was sent, may come out of order, and are read again anyway. So no XML parser is needed, and
 * nothing in the text is ever expanded; a document type is refused all the same.
 * https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging-wsdl.html
 *
 * @throws DataError when the text names no record
 */
function notifiedRecords(xml: string): readonly Notified[] {
  const found = xml.includes('<!')
    ? []
    : [...xml.matchAll(SOBJECT)].flatMap(([, object = '', content = '']) => {
        const id = ID.exec(content)?.[1];
        return id === undefined ? [] : [{ object, id }];
      });
  if (found.length > 0) return found;
  throw new DataError({
    field: 'notification',
    expected: 'the XML of an Outbound Message that names a record',
    found: `${xml.length} characters without one`,
    remedy: 'send messages of this endpoint from Salesforce alone, with the field Id selected',
  });
}

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
  const notified = deliveries.flatMap(({ payload }) => notifiedRecords(String(payload)));
  const idsOf = (object: string) => [...new Set(notified.flatMap((each) => (each.object === object ? [each.id] : [])))];
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
  for (const { object, id } of notified) {
    const key = opportunityOf.get(id) ?? id;
    const of = kindOf.get(object);
    const reading = translated.get(key);
    if (reading) readings.set(key, reading);
    else if (object === 'Opportunity') readings.set(key, { ok: true, value: goneSale(id, organisation.settings) });
    else if (of) readings.set(key, { ok: true, value: [gone(of, id)] });
  }
  return collected([...readings.values()]);
}

const ROLE = 'OpportunityContactRole';

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
