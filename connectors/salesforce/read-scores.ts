import type { WriteRow } from '../../core/domain/fields.ts';
import type { ShownValues } from '../../core/ports/connector.ts';
import type { SalesforceClient } from './client.ts';
import { apiNameOf } from './mapping.ts';
import { IDS_PER_QUERY, queryRows, within } from './soql.ts';
import { OBJECTS } from './write-scores.ts';

/** Reads what Contacts and Accounts hold of our fields; null for one that is gone, or in the recycle bin. In order of the records. */
export async function readScores(
  client: SalesforceClient,
  records: readonly Pick<WriteRow, 'recordKind' | 'externalId'>[],
  names: readonly string[],
): Promise<readonly (ShownValues | null)[]> {
  const found = new Map<string, ShownValues>();
  for (const kind of ['contact', 'account'] as const) {
    const ids = records.filter((record) => record.recordKind === kind).map((record) => record.externalId);
    for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
      const rows = await queryRows(
        client,
        `SELECT Id, ${names.map((name) => apiNameOf({ name })).join(', ')} FROM ${OBJECTS[kind]} WHERE ${within('Id', ids.slice(at, at + IDS_PER_QUERY))}`,
        { resource: 'query' },
      );
      for (const row of rows) {
        found.set(
          `${kind} ${String(row['Id'])}`,
          Object.fromEntries(names.map((name) => [name, shown(row[apiNameOf({ name })])])),
        );
      }
    }
  }
  return records.map(({ recordKind, externalId }) => found.get(`${recordKind} ${externalId}`) ?? null);
}

function shown(value: unknown): string | number | null {
  return value === null || value === undefined ? null : typeof value === 'number' ? value : String(value);
}
