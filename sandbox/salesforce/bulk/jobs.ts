import { salesforceTime } from '../datetime.ts';
import { notFound, SalesforceError } from '../errors.ts';
import { type Call, textOf } from '../http/call.ts';
import { makeId } from '../ids.ts';
import type { Org } from '../org/org.ts';

/** States of a job; a query job has no Open. */
export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

/** A Bulk 2.0 job, of either kind, as it is kept. */
export interface Job {
  id: string;
  kind: 'query' | 'ingest';
  operation: string;
  object: string;
  userId: string;
  createdDate: string;
  version: string;
  state: JobState;
  /** Where the job ends up once it was asked after twice; null before it is worked on. */
  outcome: 'JobComplete' | 'Failed' | null;
  errorMessage: string | null;
  lineEnding: 'LF' | 'CRLF';
  columnDelimiter: string;
  externalIdFieldName: string | null;
  /** Query jobs: the text. */
  query: string | null;
  processedCount: number;
  failedCount: number;
}

/** The bulk of a job, kept apart so that a look at the job does not write it again. */
export interface JobData {
  id: string;
  /** Query jobs: the ids answered, in order. */
  ids: readonly string[];
  /** Ingest jobs: what was uploaded, then what came of it (CSV with header). */
  upload: string | null;
  successful: string;
  failed: string;
  unprocessed: string;
}

/** What a job carries; a job just made carries nothing. */
export function dataOf(org: Org, job: Job): JobData {
  const none = { id: job.id, ids: [], upload: null, successful: '', failed: '', unprocessed: '' };
  return jobData(org).get(job.id) ?? none;
}

/** The table of what jobs carry. */
export function jobData(org: Org) {
  return org.kernel.table<JobData>('salesforce.jobData');
}

/** The table of jobs. */
export function jobs(org: Org) {
  return org.kernel.table<Job>('salesforce.jobs');
}

/** A job not worked on yet. `told` is what differs by kind. */
export function newJob(call: Call, told: Pick<Job, 'kind' | 'operation' | 'object' | 'state'> & Partial<Job>): Job {
  return {
    id: makeId('750', call.org.kernel.nextNumber('salesforce.id.750')),
    userId: call.userId,
    createdDate: salesforceTime(call.org.now()),
    version: call.version,
    outcome: null,
    errorMessage: null,
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
    externalIdFieldName: null,
    query: null,
    processedCount: 0,
    failedCount: 0,
    ...told,
  };
}

/** The job of the path. Throws 404, or 409 when it was made under another API version. */
export function jobOf(call: Call, kind: Job['kind']): Job {
  const job = jobs(call.org).get(textOf(call.req.params.job));
  if (job === undefined || job.kind !== kind) throw notFound();
  if (job.version !== call.version) {
    throw new SalesforceError(
      409,
      'VERSION_MISMATCH',
      `Job ${job.id} was created with API version ${job.version}; use that version, not ${call.version}`,
    );
  }
  return job;
}

/** A look at the job moves it on: UploadComplete, InProgress, then its outcome. */
export function advance(org: Org, job: Job): Job {
  if (job.outcome === null || (job.state !== 'UploadComplete' && job.state !== 'InProgress')) return job;
  const next: Job = { ...job, state: job.state === 'UploadComplete' ? 'InProgress' : job.outcome };
  jobs(org).set(job.id, next);
  return next;
}

/** The wire form, in short at creation and in full when asked after. */
export function jobInfo(job: Job, full: boolean): Record<string, unknown> {
  const brief = {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.userId,
    createdDate: job.createdDate,
    systemModstamp: job.createdDate,
    state: job.state,
    ...(job.externalIdFieldName === null ? {} : { externalIdFieldName: job.externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(job.version),
    ...(job.kind === 'ingest' && job.state === 'Open'
      ? { contentUrl: `services/data/v${job.version}/jobs/ingest/${job.id}/batches` }
      : {}),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
  if (!full) return brief;
  const done = job.state === 'JobComplete' || job.state === 'Failed';
  return {
    ...brief,
    jobType: job.kind === 'query' ? 'V2Query' : 'V2Ingest',
    numberRecordsProcessed: done ? job.processedCount : 0,
    ...(job.kind === 'ingest' ? { numberRecordsFailed: done ? job.failedCount : 0 } : {}),
    retries: 0,
    totalProcessingTime: done ? 100 : 0,
    ...(job.kind === 'ingest' ? { apiActiveProcessingTime: done ? 80 : 0, apexProcessingTime: 0 } : {}),
    ...(job.state === 'Failed' && job.errorMessage !== null ? { errorMessage: job.errorMessage } : {}),
  };
}

/** 400 for an operation the job's state does not allow. */
export function wrongState(job: Job, what: string): SalesforceError {
  return new SalesforceError(400, 'INVALIDJOBSTATE', `${what} is not possible while the job is in state ${job.state}`);
}

/** PATCH {state: "Aborted"}. */
export function abort(org: Org, job: Job): Job {
  if (job.state === 'JobComplete' || job.state === 'Failed') throw wrongState(job, 'Aborting');
  const next: Job = { ...job, state: 'Aborted', outcome: null };
  jobs(org).set(job.id, next);
  return next;
}

/** GET /jobs/{kind}: all jobs of the kind. */
export function listJobs(call: Call, kind: Job['kind']): void {
  const records = [...jobs(call.org).values()].filter((job) => job.kind === kind).map((job) => jobInfo(job, false));
  call.say({ operation: kind === 'query' ? 'bulk-read' : 'bulk-write' });
  call.res.json({ done: true, nextRecordsUrl: null, records });
}

/** DELETE /jobs/{kind}/{id}: 204, once the job has ended. */
export function deleteJob(call: Call, kind: Job['kind']): void {
  const job = jobOf(call, kind);
  if (job.state === 'UploadComplete' || job.state === 'InProgress') throw wrongState(job, 'Deleting');
  jobs(call.org).delete(job.id);
  jobData(call.org).delete(job.id);
  call.say({ operation: kind === 'query' ? 'bulk-read' : 'bulk-write' });
  call.res.status(204).end();
}
