import { csvLine, DELIMITERS } from '../csv.ts';
import { notImplemented, SalesforceError } from '../errors.ts';
import { type Call, jsonBody, textOf } from '../http/call.ts';
import { dataScope } from '../http/scope.ts';
import type { Org } from '../org/org.ts';
import { parseSoql } from '../soql/parser.ts';
import { checkBulkPlan, planQuery, runPlan } from '../soql/plan.ts';
import { csvHeader, csvReaders } from '../soql/render.ts';
import { abort, advance, dataOf, type Job, jobData, jobInfo, jobOf, jobs, newJob, wrongState } from './jobs.ts';

/** Rows of a results page when neither the caller nor the sandbox's settings say. */
const PAGE_ROWS = 50_000;
/** Jobs whose rendered lines are held in memory; older ones are rendered again from their ids. */
const HELD_JOBS = 4;

const held = new WeakMap<Org, Map<string, readonly string[]>>();

/** POST /jobs/query {operation, query, …}: checked at once, results fixed now. */
export async function createQueryJob(call: Call): Promise<void> {
  const body = await jsonBody(call.req);
  const operation = textOf(body.operation);
  if (operation !== 'query' && operation !== 'queryAll') {
    throw new SalesforceError(400, 'INVALIDJOB', `operation must be query or queryAll, not "${operation}"`);
  }
  if (body.contentType !== undefined && body.contentType !== 'CSV')
    throw notImplemented('Bulk content types other than CSV');
  const query = textOf(body.query);
  const scope = dataScope(call.org, call.userId);
  const plan = planQuery(scope, parseSoql(query));
  checkBulkPlan(plan);
  const ids = runPlan(scope, plan, operation === 'queryAll').map((row) => row.Id);
  const job = newJob(call, {
    kind: 'query',
    operation,
    object: plan.object.name,
    state: 'UploadComplete',
    outcome: 'JobComplete',
    query,
    processedCount: ids.length,
    columnDelimiter: delimiterOf(body.columnDelimiter),
    lineEnding: body.lineEnding === 'CRLF' ? 'CRLF' : 'LF',
  });
  jobs(call.org).set(job.id, job);
  jobData(call.org).set(job.id, { ...dataOf(call.org, job), ids });
  linesOf(call, job);
  call.say({ operation: 'bulk-read', object: job.object });
  call.res.json(jobInfo(job, false));
}

/** GET /jobs/query/{id}. */
export function readQueryJob(call: Call): void {
  const job = advance(call.org, jobOf(call, 'query'));
  call.say({ operation: 'bulk-read', object: job.object });
  call.res.json(jobInfo(job, true));
}

/** PATCH /jobs/query/{id} {state: "Aborted"}. */
export async function patchQueryJob(call: Call): Promise<void> {
  const job = jobOf(call, 'query');
  const { state } = await jsonBody(call.req);
  if (state !== 'Aborted') throw new SalesforceError(400, 'INVALIDJOBSTATE', 'state must be Aborted');
  call.say({ operation: 'bulk-read', object: job.object });
  call.res.json(jobInfo(abort(call.org, job), false));
}

/** GET /jobs/query/{id}/results?locator=&maxRecords=: CSV; `Sforce-Locator` leads to the next page and is `null` on the last. */
export function readResults(call: Call): void {
  const job = jobOf(call, 'query');
  if (job.state !== 'JobComplete') throw wrongState(job, 'Reading results');
  const [header = '', ...lines] = linesOf(call, job);
  const start = offsetOf(textOf(call.req.query.locator), lines.length);
  const asked = Number(textOf(call.req.query.maxRecords)) || PAGE_ROWS;
  const end = Math.min(lines.length, start + Math.min(asked, call.org.settings.bulkPageRows ?? asked));
  const eol = job.lineEnding === 'CRLF' ? '\r\n' : '\n';
  call.say({ operation: 'bulk-read', object: job.object, ids: dataOf(call.org, job).ids.slice(start, end) });
  call.res
    .set('Content-Type', 'text/csv')
    .set('Sforce-Locator', end < lines.length ? Buffer.from(String(end)).toString('base64url') : 'null')
    .set('Sforce-NumberOfRecords', String(end - start))
    .send(Buffer.from([header, ...lines.slice(start, end)].map((line) => line + eol).join('')));
}

/** A delimiter's API name. Throws 400 for one Bulk does not have. */
export function delimiterOf(asked: unknown): string {
  const name = textOf(asked) || 'COMMA';
  if (DELIMITERS[name] === undefined)
    throw new SalesforceError(400, 'INVALIDJOB', `columnDelimiter ${name} is unknown`);
  return name;
}

function offsetOf(locator: string, total: number): number {
  if (locator === '') return 0;
  const offset = Number(Buffer.from(locator, 'base64url').toString('utf8'));
  if (Number.isInteger(offset) && offset > 0 && offset < total) return offset;
  throw new SalesforceError(400, 'INVALID_LOCATOR', 'The locator is not one of this job');
}

/** Header and rows as lines without line end. */
function linesOf(call: Call, job: Job): readonly string[] {
  const cache = held.get(call.org) ?? new Map<string, readonly string[]>();
  held.set(call.org, cache);
  const known = cache.get(job.id);
  if (known !== undefined) return known;
  const scope = dataScope(call.org, job.userId);
  const plan = planQuery(scope, parseSoql(job.query ?? ''));
  const delimiter = DELIMITERS[job.columnDelimiter] ?? ',';
  const readers = csvReaders(scope, plan);
  const lines = [csvLine(csvHeader(plan), delimiter)];
  for (const id of dataOf(call.org, job).ids) {
    const row = scope.row(plan.object, id);
    if (row === undefined) continue;
    lines.push(
      csvLine(
        readers.map((read) => read(row)),
        delimiter,
      ),
    );
  }
  cache.set(job.id, lines);
  for (const old of [...cache.keys()].slice(0, Math.max(0, cache.size - HELD_JOBS))) cache.delete(old);
  return lines;
}
