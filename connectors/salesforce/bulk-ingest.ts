import { VendorError } from '../../core/domain/errors.ts';
import type { WriteResult } from '../../core/domain/fields.ts';
import { API_VERSION } from './api-versions.ts';
import { type BulkJob, endOf, readJob } from './bulk-job.ts';
import type { SalesforceClient } from './client.ts';
import { csvLine, readCsv } from './csv.ts';
import { rowFailure } from './errors.ts';

/** A record to update. Undefined leaves a field alone, null empties it. */
export interface BulkRow {
  id: string;
  fields: Readonly<Record<string, string | number | null>>;
}

/** One upload: Salesforce takes 150 MB after base64, 100 MB before. */
const UPLOAD_BYTES = 90_000_000;
/** What empties a field; an empty cell leaves it alone. */
const EMPTY = '#N/A';

/**
 * Updates records by Bulk 2.0: one result per row, in order. Salesforce keeps neither our order nor, beyond its daily allocation, all
 * of our rows: what became of a row is looked up by its id, and a row that is nowhere is tried again.
 * https://developer.salesforce.com/docs/platform/api-asynch/guide/bulk-api-2-ingest-jobs.html
 */
export async function writeBulk(
  client: SalesforceClient,
  object: string,
  rows: readonly BulkRow[],
): Promise<readonly WriteResult[]> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.fields)))];
  const results = new Map<string, WriteResult>();
  for (const upload of uploadsOf(rows, names)) {
    for (const [id, result] of await runJob(client, object, upload)) results.set(id, result);
  }
  return rows.map(
    (row) =>
      results.get(row.id) ?? {
        status: 'retry',
        vendorCode: 'BULK_UNPROCESSED',
        message: 'Salesforce named the row neither among the written nor among the refused ones.',
      },
  );
}

interface Upload {
  csv: string;
  ids: readonly string[];
}

function* uploadsOf(rows: readonly BulkRow[], names: readonly string[]): Generator<Upload> {
  const header = csvLine(['Id', ...names]);
  let lines: string[] = [header];
  let ids: string[] = [];
  let bytes = header.length;
  for (const row of rows) {
    const line = csvLine([row.id, ...names.map((name) => cellOf(row.fields[name]))]);
    if (bytes + Buffer.byteLength(line) > UPLOAD_BYTES) {
      yield { csv: lines.join(''), ids };
      lines = [header];
      ids = [];
      bytes = header.length;
    }
    lines.push(line);
    ids.push(row.id);
    bytes += Buffer.byteLength(line);
  }
  yield { csv: lines.join(''), ids };
}

function cellOf(value: string | number | null | undefined): string {
  if (value === undefined) return '';
  return value === null || value === '' ? EMPTY : String(value);
}

async function runJob(client: SalesforceClient, object: string, upload: Upload): Promise<Map<string, WriteResult>> {
  const created = await client.call({
    method: 'POST',
    path: '/jobs/ingest',
    body: { object, operation: 'update', contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' },
  });
  const path = `/services/data/v${API_VERSION}/jobs/ingest/${readJob(created.body).id}`;
  await unlessDone(client.call({ method: 'PUT', path: `${path}/batches`, body: upload.csv }));
  await unlessDone(client.call({ method: 'PATCH', path, body: { state: 'UploadComplete' } }));
  const job = await endOf(client, path);
  return outcomes(client, path, job, upload.ids);
}

/** A step whose answer was lost is repeated and then refused, because the job has moved on: so it was done. */
async function unlessDone(step: Promise<unknown>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!(error instanceof VendorError) || error.vendorCode !== 'INVALIDJOBSTATE') throw error;
  }
}

async function outcomes(
  client: SalesforceClient,
  path: string,
  job: BulkJob,
  ids: readonly string[],
): Promise<Map<string, WriteResult>> {
  const results = new Map<string, WriteResult>();
  const complete = job.state === 'JobComplete' && job.numberRecordsProcessed === ids.length;
  if (job.state === 'Failed' && job.numberRecordsProcessed === 0) {
    const { code, message } = jobFault(job.errorMessage ?? '');
    for (const id of ids) results.set(id, rowFailure(code, message));
    return results;
  }
  if (!complete || job.numberRecordsFailed !== 0) {
    for await (const row of rowsOf(client, `${path}/failedResults`)) {
      const [, code = '', message = ''] = /^([A-Z_]+):(.*)$/s.exec(row['sf__Error'] ?? '') ?? [];
      results.set(idOf(row), rowFailure(code, message.replace(/:[^:]*--\s*$/, '')));
    }
  }
  // Every row was looked at: those that did not fail were written, without another call to hear it.
  if (complete && results.size === job.numberRecordsFailed) {
    for (const id of ids) if (!results.has(id)) results.set(id, { status: 'written' });
    return results;
  }
  for await (const row of rowsOf(client, `${path}/successfulResults`)) results.set(idOf(row), { status: 'written' });
  for await (const row of rowsOf(client, `${path}/unprocessedrecords`)) {
    results.set(idOf(row), {
      status: 'retry',
      vendorCode: 'BULK_UNPROCESSED',
      message: job.errorMessage ?? 'The job ended before this row.',
    });
  }
  return results;
}

/** "InvalidBatch : Field name not found : X__c" is the bulk form of INVALID_FIELD; any other end of a job may be another time. */
function jobFault(message: string): { code: string; message: string } {
  if (/field name not found/i.test(message)) return { code: 'INVALID_FIELD', message };
  return { code: message.startsWith('InvalidBatch') ? 'INVALID_BATCH' : 'SERVER_UNAVAILABLE', message };
}

async function* rowsOf(client: SalesforceClient, path: string) {
  const { body } = await client.call({ method: 'GET', path, headers: { accept: 'text/csv' } });
  yield* readCsv(String(body));
}

/** Our own column comes first: sf__Id is empty where a row failed before it was found. */
function idOf(row: Readonly<Record<string, string>>): string {
  return row['Id'] ?? row['sf__Id'] ?? '';
}
