import { VendorError } from '../../core/domain/errors.ts';
import { API_VERSION } from './api-versions.ts';
import { endOf, readJob } from './bulk-job.ts';
import type { SalesforceClient } from './client.ts';
import { readCsv } from './csv.ts';
import type { ObjectShape } from './describe.ts';
import type { Row } from './soql.ts';

/** Where the reading of a Bulk result stands; a locator stays valid while the job exists (seven days). */
export interface BulkPosition {
  jobId: string;
  /** The API version the job was made with: it answers to no other. */
  version: string;
  /** Page of the result; null = the first. */
  locator: string | null;
  /** Rows of that page that were handed out already. */
  skip: number;
}

/** Some rows of a Bulk result and where the next ones are; null = those were the last. */
export interface BulkRows {
  rows: readonly Row[];
  next: BulkPosition | null;
}

/** Rows of one page of the result: one call each. */
const PAGE_ROWS = 50_000;
/** Rows handed out at once: what one commit of the store takes well. */
const CHUNK_ROWS = 2_000;

/**
 * Starts a Bulk 2.0 query over all rows, deleted and archived ones among them. No ORDER BY: it would keep Salesforce from cutting
 * the table into chunks.
 * https://developer.salesforce.com/docs/platform/api-asynch/guide/query-create-job.html
 */
export async function startBulkQuery(client: SalesforceClient, soql: string): Promise<BulkPosition> {
  const { body } = await client.call({
    method: 'POST',
    path: '/jobs/query',
    body: { operation: 'queryAll', query: soql, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' },
  });
  return { jobId: readJob(body).id, version: API_VERSION, locator: null, skip: 0 };
}

/**
 * Waits for the job and reads its result page by page from a position on. jsforce's own reader ends the process on a result of more
 * than one page (jsforce/jsforce#1546).
 *
 * @throws VendorError: status 404 when the job is gone; "later" when Salesforce gave it up
 */
export async function* readBulkQuery(
  client: SalesforceClient,
  from: BulkPosition,
  shape: ObjectShape,
): AsyncGenerator<BulkRows> {
  const path = `/services/data/v${from.version}/jobs/query/${from.jobId}`;
  const job = await endOf(client, path);
  if (job.state !== 'JobComplete') {
    throw new VendorError(
      `Salesforce: the Bulk query ended as ${job.state}${job.errorMessage ? ` (${job.errorMessage})` : ''}. The next run starts another one.`,
      { retry: 'later', status: 200, vendorCode: `BULK_${job.state.toUpperCase()}` },
    );
  }
  for (let { locator, skip } = from; ; skip = 0) {
    const at = locator === null ? '' : `&locator=${encodeURIComponent(locator)}`;
    const { body, headers } = await client.call({
      method: 'GET',
      path: `${path}/results?maxRecords=${PAGE_ROWS}${at}`,
      headers: { accept: 'text/csv' },
    });
    const after = headers['sforce-locator'] ?? 'null';
    const nextPage = after === 'null' ? null : { ...from, locator: after, skip: 0 };
    let position = 0;
    let rows: Row[] = [];
    for await (const row of readCsv(String(body))) {
      position += 1;
      if (position <= skip) continue;
      // Given out only when one more has come: so that the last chunk is known to be the last.
      if (rows.length === CHUNK_ROWS) {
        yield { rows, next: { ...from, locator, skip: position - 1 } };
        rows = [];
      }
      rows.push(typed(row, shape));
    }
    yield { rows, next: nextPage };
    if (nextPage === null) return;
    locator = nextPage.locator;
  }
}

/** A CSV row as the same row comes by REST: empty = null, numbers and checkboxes by the field's type. */
function typed(row: Readonly<Record<string, string>>, shape: ObjectShape): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value === '') return [name, null];
      switch (shape.get(name)?.type) {
        case 'boolean':
          return [name, value === 'true'];
        case 'double':
        case 'currency':
        case 'percent':
        case 'int':
          return [name, Number(value)];
        default:
          return [name, value];
      }
    }),
  );
}
