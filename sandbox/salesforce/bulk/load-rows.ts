import { csvLine, DELIMITERS, parseCsv } from '../csv.ts';
import { SalesforceError } from '../errors.ts';
import type { RowFaults } from '../http/faults.ts';
import type { ObjectType } from '../model/field.ts';
import { type Transaction, transact, type Writer } from '../org/dml.ts';
import type { Org } from '../org/org.ts';
import { upsert, upsertField } from '../org/upsert.ts';
import type { Job, JobData } from './jobs.ts';

/** What came of an upload: the parts of the job it fills, and the ids written. */
export interface Loaded
  extends Pick<Job, 'outcome' | 'errorMessage' | 'processedCount' | 'failedCount'>,
    Pick<JobData, 'successful' | 'failed' | 'unprocessed'> {
  ids: string[];
}

/**
 * Works an upload off, row by row. A column the user cannot see, or line ends other than the job's, fail the whole job; then every
 * row is unprocessed. `#N/A` clears a field, an empty cell leaves it alone.
 */
export function loadRows(org: Org, writer: Writer, job: Job, text: string, faults: RowFaults): Loaded {
  const delimiter = DELIMITERS[job.columnDelimiter] ?? ',';
  const [header = [], ...rows] = parseCsv(text, delimiter);
  const eol = job.lineEnding === 'CRLF' ? '\r\n' : '\n';
  const write = (lines: readonly (readonly string[])[]) =>
    lines.map((cells) => csvLine(cells, delimiter) + eol).join('');
  const object = org.model.object(job.object);
  const problem =
    object === undefined ? 'InvalidBatch : unknown object' : problemOf(org, writer, job, object, header, text);
  if (object === undefined || problem !== null) {
    return {
      outcome: 'Failed',
      errorMessage: problem,
      successful: '',
      failed: '',
      unprocessed: write([header, ...rows]),
      processedCount: 0,
      failedCount: 0,
      ids: [],
    };
  }
  const successful: string[][] = [['sf__Id', 'sf__Created', ...header]];
  const withId = Number(job.version) >= 53;
  const failed: string[][] = [[...(withId ? ['sf__Id'] : []), 'sf__Error', ...header]];
  const unprocessed: string[][] = [[...header]];
  const ids: string[] = [];
  const idColumn = header.findIndex((name) => name.toLowerCase() === 'id');
  rows.forEach((row, index) => {
    const id = idColumn < 0 ? null : (row[idColumn] ?? null);
    if (faults.kind === 'partial-batch' && faults.hits(id, index)) {
      unprocessed.push(row);
      return;
    }
    try {
      faults.check(id, index);
      const done = transact(org, writer, (transaction) => loadRow(org, transaction, writer, job, object, header, row));
      successful.push([done.id, String(done.created), ...row]);
      ids.push(done.id);
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      const text = `${error.errorCode}:${error.message}:${error.fields.join(',')} --`;
      failed.push([...(withId ? [id ?? ''] : []), text, ...row]);
    }
  });
  return {
    outcome: unprocessed.length > 1 ? 'Failed' : 'JobComplete',
    errorMessage: unprocessed.length > 1 ? 'InternalServerError : the job stopped before its last batch' : null,
    successful: write(successful),
    failed: write(failed),
    unprocessed: write(unprocessed),
    processedCount: successful.length + failed.length - 2,
    failedCount: failed.length - 1,
    ids,
  };
}

function problemOf(
  org: Org,
  writer: Writer,
  job: Job,
  object: ObjectType,
  header: readonly string[],
  text: string,
): string | null {
  const lineEnd = text.indexOf('\n');
  const isCrlf = lineEnd > 0 && text[lineEnd - 1] === '\r';
  if (lineEnd >= 0 && isCrlf !== (job.lineEnding === 'CRLF')) {
    return `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${job.lineEnding}`;
  }
  if (header.length === 0) return 'InvalidBatch : The CSV file is empty';
  const unknown = header.find((name) => org.access.visibleField(writer.userId, object, name) === undefined);
  return unknown === undefined ? null : `InvalidBatch : Field name not found : ${unknown}`;
}

function loadRow(
  org: Org,
  transaction: Transaction,
  writer: Writer,
  job: Job,
  object: ObjectType,
  header: readonly string[],
  row: readonly string[],
): { id: string; created: boolean } {
  if (row.length !== header.length) {
    throw new SalesforceError(400, 'INVALID_CSV', `expected ${header.length} columns, found ${row.length}`);
  }
  const input: Record<string, unknown> = {};
  let id = '';
  header.forEach((name, column) => {
    const cell = row[column] ?? '';
    if (name.toLowerCase() === 'id') id = cell;
    else if (cell !== '') input[name] = cell === '#N/A' ? null : cell;
  });
  if (job.operation === 'insert') return { id: transaction.create(object, input).Id, created: true };
  if (job.operation === 'upsert') {
    const field = upsertField(org, writer.userId, object, job.externalIdFieldName ?? '');
    const done = upsert(org, transaction, object, field, id === '' ? input : { ...input, Id: id });
    return { id: done.row.Id, created: done.created };
  }
  if (id === '') throw new SalesforceError(400, 'MISSING_ARGUMENT', 'Id not specified');
  if (job.operation === 'delete') {
    const { Id } = transaction.existing(object, id);
    transaction.delete(object, Id);
    return { id: Id, created: false };
  }
  return { id: transaction.update(object, id, input).Id, created: false };
}
