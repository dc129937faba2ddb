import { StaypowerError } from '../../core/domain/errors.ts';
import type { WriteResult, WriteRow } from '../../core/domain/fields.ts';
import type { Lane } from '../../core/ports/connector.ts';
import { writeBulk } from './bulk-ingest.ts';
import type { SalesforceClient } from './client.ts';
import { COLLECTION_ROWS, writeCollection } from './collections.ts';
import { fieldsToWrite } from './mapping.ts';
import type { Organisation } from './object-source.ts';
import type { SalesforceSettings } from './settings.ts';

/** Objects that carry scores. */
export const OBJECTS = { contact: 'Contact', account: 'Account' } as const;

/**
 * Updates existing Contacts and Accounts by id, one result per row, in order. Rows of one parent go side by side, so that no two
 * batches wait for the lock of the same account; beyond the threshold Bulk 2.0 takes fewer calls.
 *
 * @throws the errors of the domain when nothing is known of any row
 */
export async function writeScores(
  { client, settings }: Pick<Organisation, 'client' | 'settings'>,
  rows: readonly WriteRow[],
  lane: Lane = 'batch',
): Promise<readonly WriteResult[]> {
  const results = new Map<WriteRow, WriteResult>();
  let stopped: StaypowerError | null = null;
  try {
    for (const kind of ['contact', 'account'] as const) {
      const own = rows.filter((row) => row.recordKind === kind).sort(byParent);
      for await (const { some, outcome } of writeKind({ client, settings, lane }, OBJECTS[kind], own)) {
        for (const [index, row] of some.entries()) {
          const result = outcome[index];
          if (result) results.set(row, result);
        }
      }
    }
  } catch (error) {
    // What was written before is known: only the rest is tried again.
    if (!(error instanceof StaypowerError) || results.size === 0) throw error;
    stopped = error;
  }
  return rows.map(
    (row) =>
      results.get(row) ?? {
        status: 'retry',
        vendorCode: stopped?.code ?? '',
        message: stopped?.message ?? 'The row was not sent.',
      },
  );
}

async function* writeKind(
  {
    client,
    settings,
    lane,
  }: { client: SalesforceClient; settings: Pick<SalesforceSettings, 'bulkWriteRows'>; lane: Lane },
  object: (typeof OBJECTS)[keyof typeof OBJECTS],
  rows: readonly WriteRow[],
): AsyncGenerator<{ some: readonly WriteRow[]; outcome: readonly WriteResult[] }> {
  if (rows.length > settings.bulkWriteRows) {
    const bulk = rows.map((row) => ({ id: row.externalId, fields: fieldsToWrite(row.values) }));
    yield { some: rows, outcome: await writeBulk(client, object, bulk) };
    return;
  }
  for (let at = 0; at < rows.length; at += COLLECTION_ROWS) {
    const some = rows.slice(at, at + COLLECTION_ROWS);
    const records = some.map((row) => ({
      attributes: { type: object },
      id: row.externalId,
      ...fieldsToWrite(row.values),
    }));
    yield { some, outcome: await writeCollection(client, 'PATCH', records, lane) };
  }
}

function byParent(a: WriteRow, b: WriteRow): number {
  return compare(a.parentExternalId ?? '', b.parentExternalId ?? '') || compare(a.externalId, b.externalId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
