import { notImplemented, SalesforceError } from '../errors.ts';
import { bodyText, type Call, jsonBody, textOf } from '../http/call.ts';
import { rowFaults } from '../http/faults.ts';
import { writerOf } from '../http/sobjects.ts';
import { upsertField } from '../org/upsert.ts';
import { abort, advance, dataOf, type Job, jobData, jobInfo, jobOf, jobs, newJob, wrongState } from './jobs.ts';
import { loadRows } from './load-rows.ts';
import { delimiterOf } from './query-jobs.ts';

const OPERATIONS = new Set(['insert', 'update', 'upsert', 'delete']);
const NO_OBJECT = 'INVALIDENTITY';

/** POST /jobs/ingest {object, operation, externalIdFieldName?, lineEnding?, columnDelimiter?}. */
export async function createIngestJob(call: Call): Promise<void> {
  const body = await jsonBody(call.req);
  const operation = textOf(body.operation);
  const object = call.org.model.object(textOf(body.object));
  if (operation === 'hardDelete') throw notImplemented('Bulk hardDelete');
  if (!OPERATIONS.has(operation)) throw new SalesforceError(400, 'INVALIDJOB', `operation "${operation}" is unknown`);
  if (object === undefined)
    throw new SalesforceError(400, NO_OBJECT, `${textOf(body.object)} is not an object of this org`);
  const key =
    operation === 'upsert' ? upsertField(call.org, call.userId, object, textOf(body.externalIdFieldName)).name : null;
  const job = newJob(call, {
    kind: 'ingest',
    operation,
    object: object.name,
    state: 'Open',
    externalIdFieldName: key,
    columnDelimiter: delimiterOf(body.columnDelimiter),
    lineEnding: body.lineEnding === 'CRLF' ? 'CRLF' : 'LF',
  });
  jobs(call.org).set(job.id, job);
  call.say({ operation: 'bulk-write', object: job.object });
  call.res.json(jobInfo(job, false));
}

/** PUT /jobs/ingest/{id}/batches: the CSV, once. 201 without a body. */
export async function uploadBatch(call: Call): Promise<void> {
  const job = jobOf(call, 'ingest');
  if (job.state !== 'Open' || dataOf(call.org, job).upload !== null) throw wrongState(job, 'Uploading (again)');
  if (!/^text\/csv\b/i.test(call.req.headers['content-type'] ?? '')) {
    throw new SalesforceError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be text/csv');
  }
  jobData(call.org).set(job.id, { ...dataOf(call.org, job), upload: await bodyText(call.req) });
  call.say({ operation: 'bulk-write', object: job.object });
  call.res.status(201).end();
}

/** GET /jobs/ingest/{id}. */
export function readIngestJob(call: Call): void {
  const job = advance(call.org, jobOf(call, 'ingest'));
  call.say({ operation: 'bulk-write', object: job.object });
  call.res.json(jobInfo(job, true));
}

/** PATCH /jobs/ingest/{id} {state}: UploadComplete starts the work, Aborted ends it. */
export async function patchIngestJob(call: Call): Promise<void> {
  const job = jobOf(call, 'ingest');
  const { state } = await jsonBody(call.req);
  if (state === 'Aborted') {
    call.say({ operation: 'bulk-write', object: job.object });
    call.res.json(jobInfo(abort(call.org, job), false));
    return;
  }
  if (state !== 'UploadComplete')
    throw new SalesforceError(400, 'INVALIDJOBSTATE', 'state must be UploadComplete or Aborted');
  if (job.state !== 'Open') throw wrongState(job, 'Closing');
  const upload = dataOf(call.org, job).upload ?? '';
  const loaded = loadRows(call.org, writerOf(call, 'csv'), job, upload, rowFaults(call));
  const { ids, successful, failed, unprocessed, ...result } = loaded;
  jobData(call.org).set(job.id, { id: job.id, ids: [], upload: null, successful, failed, unprocessed });
  const closed: Job = { ...job, ...result, state: 'UploadComplete' };
  jobs(call.org).set(job.id, closed);
  call.say({ operation: 'bulk-write', object: job.object, ids });
  call.res.json(jobInfo(closed, false));
}

/** GET /jobs/ingest/{id}/successfulResults | failedResults | unprocessedrecords. */
export function readIngestResults(call: Call): void {
  const job = jobOf(call, 'ingest');
  if (job.state !== 'JobComplete' && job.state !== 'Failed' && job.state !== 'Aborted')
    throw wrongState(job, 'Reading results');
  const which = textOf(call.req.params.results).toLowerCase();
  const data = dataOf(call.org, job);
  const parts: Readonly<Record<string, string>> = {
    successfulresults: data.successful,
    failedresults: data.failed,
    unprocessedrecords: data.unprocessed,
  };
  const csv = parts[which];
  if (csv === undefined) throw notImplemented(`jobs/ingest/…/${textOf(call.req.params.results)}`);
  call.say({ operation: 'bulk-write', object: job.object });
  call.res.set('Content-Type', 'text/csv').send(Buffer.from(csv));
}
