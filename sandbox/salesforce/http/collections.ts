import { jsonParserError, notFound, type RowError, rowError, SalesforceError } from '../errors.ts';
import type { ObjectType } from '../model/field.ts';
import { Transaction } from '../org/dml.ts';
import type { Row } from '../org/records.ts';
import { upsert, upsertField } from '../org/upsert.ts';
import { type Call, isObject, jsonBody, textOf } from './call.ts';
import { rowFaults } from './faults.ts';
import { writeOperation } from './operations.ts';
import { objectOf } from './query.ts';
import { writerOf } from './sobjects.ts';

const MAX_ROWS = 200;
const MAX_CHUNKS = 10;

interface RowResult {
  id?: string;
  success: boolean;
  errors: RowError[];
  created?: boolean;
}

/** One row of work: what it is about (for the log and the faults) and how it is done. */
interface Job {
  object: ObjectType | null;
  id: string | null;
  run(transaction: Transaction): { row: Row; created?: boolean };
}

/** POST /composite/sobjects: creates up to 200 records, mixed types allowed. */
export async function createCollection(call: Call): Promise<void> {
  const { records, allOrNone } = await readCollection(call);
  const jobs = records.map((record): Job => {
    const object = typeOf(call, record);
    return { object, id: null, run: (transaction) => ({ row: transaction.create(known(object), record) }) };
  });
  answer(call, jobs, allOrNone);
}

/** PATCH /composite/sobjects: updates up to 200 records by id. */
export async function updateCollection(call: Call): Promise<void> {
  const { records, allOrNone } = await readCollection(call);
  const jobs = records.map((record): Job => {
    const { id, Id, ID, ...input } = record;
    const given = [id, Id, ID].find((value) => typeof value === 'string');
    const object = typeOf(call, record);
    const run = (transaction: Transaction) => {
      if (typeof given !== 'string')
        throw new SalesforceError(400, 'MISSING_ARGUMENT', 'Id not specified in an update call');
      return { row: transaction.update(known(object), given, input) };
    };
    return { object, id: typeof given === 'string' ? given : null, run };
  });
  answer(call, jobs, allOrNone);
}

/** PATCH /composite/sobjects/X/{external id field}: upserts up to 200 records of one type. */
export async function upsertCollection(call: Call): Promise<void> {
  const object = objectOf(call);
  const field = upsertField(call.org, call.userId, object, textOf(call.req.params.field));
  const { records, allOrNone } = await readCollection(call);
  const jobs = records.map((record): Job => {
    const own = typeOf(call, record);
    const run = (transaction: Transaction) => {
      if (known(own) !== object)
        throw new SalesforceError(400, 'INVALID_TYPE', `record is of type ${own?.name}, not ${object.name}`);
      return upsert(call.org, transaction, object, field, record);
    };
    return { object: own, id: null, run };
  });
  answer(call, jobs, allOrNone, true);
}

/** DELETE /composite/sobjects?ids=a,b&allOrNone=. */
export function deleteCollection(call: Call): void {
  const ids = textOf(call.req.query.ids)
    .split(',')
    .filter((id) => id !== '');
  checkCount(ids.length);
  const jobs = ids.map((id): Job => {
    const object = call.org.model.objectOfId(id) ?? null;
    const run = (transaction: Transaction) => {
      if (object === null) throw new SalesforceError(400, 'MALFORMED_ID', `malformed id ${id}`);
      const row = transaction.existing(object, id);
      transaction.delete(object, row.Id);
      return { row };
    };
    return { object, id, run };
  });
  answer(call, jobs, textOf(call.req.query.allOrNone) === 'true');
}

async function readCollection(call: Call): Promise<{ records: Record<string, unknown>[]; allOrNone: boolean }> {
  const { records, allOrNone } = await jsonBody(call.req);
  if (!Array.isArray(records) || !records.every(isObject)) throw jsonParserError('records must be a list of objects');
  checkCount(records.length);
  return { records, allOrNone: allOrNone === true };
}

function checkCount(count: number): void {
  if (count > MAX_ROWS) {
    throw new SalesforceError(
      400,
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${MAX_ROWS} records into this call`,
    );
  }
}

/** The object of `attributes.type`; null when the attributes are missing. */
function typeOf(call: Call, record: Record<string, unknown>): ObjectType | null {
  const attributes = record.attributes;
  const type = isObject(attributes) ? attributes.type : undefined;
  if (typeof type !== 'string') return null;
  const object = call.org.model.object(type);
  if (object === undefined) throw notFound();
  return object;
}

function known(object: ObjectType | null): ObjectType {
  if (object !== null) return object;
  throw jsonParserError(
    'Nested object for polymorphic foreign key must have an attributes field before any other fields.',
  );
}

/** Runs the rows in order and answers 200 with one result each; with allOrNone a failure takes all of them back. */
function answer(call: Call, jobs: readonly Job[], allOrNone: boolean, isUpsert = false): void {
  checkChunks(jobs);
  const faults = rowFaults(call);
  const whole = new Transaction(call.org, writerOf(call));
  let results = jobs.map((job, index): RowResult => {
    const own = allOrNone ? whole : new Transaction(call.org, writerOf(call));
    try {
      faults.check(job.id, index);
      const { row, created } = job.run(own);
      if (!allOrNone) own.commit();
      return { id: row.Id, success: true, errors: [], ...(isUpsert ? { created: created === true } : {}) };
    } catch (error) {
      if (!(error instanceof SalesforceError) || error.status === 501) {
        own.rollBack();
        throw error;
      }
      if (!allOrNone) own.rollBack();
      return { success: false, errors: [rowError(error)], ...(isUpsert ? { created: false } : {}) };
    }
  });
  if (allOrNone && results.some((result) => !result.success)) {
    whole.rollBack();
    results = results.map((result) => (result.success ? rolledBack(isUpsert) : result));
  } else whole.commit();
  const object = jobs.find((job) => job.object !== null)?.object ?? null;
  const ids = results.flatMap((result, index) => result.id ?? jobs[index]?.id ?? []);
  call.say({
    operation: object === null ? 'write' : writeOperation(object),
    ids,
    ...(object === null ? {} : { object: object.name }),
  });
  call.res.json(results);
}

function checkChunks(jobs: readonly Job[]): void {
  const chunks = jobs.filter((job, index) => index === 0 || job.object !== jobs[index - 1]?.object).length;
  if (chunks > MAX_CHUNKS) {
    throw new SalesforceError(
      400,
      'LIMIT_EXCEEDED',
      'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.',
    );
  }
}

function rolledBack(isUpsert: boolean): RowResult {
  const message = 'Record rolled back because not all records were valid and the request was using AllOrNone header';
  const errors = [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', message, fields: [] }];
  return { success: false, errors, ...(isUpsert ? { created: false } : {}) };
}
