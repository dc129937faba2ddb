import { notFound, SalesforceError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import type { ObjectType } from '../model/field.ts';
import { transact, type Writer } from '../org/dml.ts';
import type { Row } from '../org/records.ts';
import { matching, upsert, upsertField } from '../org/upsert.ts';
import { type Call, jsonBody, textOf } from './call.ts';
import { rowFaults } from './faults.ts';
import { writeOperation } from './operations.ts';
import { objectOf } from './query.ts';

/** Whoever holds the token writes, in JSON; the client names itself in Sforce-Call-Options. */
export function writerOf(call: Call, source: 'json' | 'csv' = 'json'): Writer {
  const client = /(?:^|[;,\s])client=([^;,\s]+)/.exec(String(call.req.headers['sforce-call-options'] ?? ''))?.[1];
  const origin = `com/salesforce/api/rest/${call.version}${client === undefined ? '' : `;client=${client}`}`;
  return { userId: call.userId, stampedAs: call.userId, source, origin };
}

/** POST /sobjects/X: 201 with the id. */
export async function createRecord(call: Call): Promise<void> {
  const object = objectOf(call);
  const input = await jsonBody(call.req);
  rowFaults(call).check(null, 0);
  const row = transact(call.org, writerOf(call), (transaction) => transaction.create(object, input));
  call.say({ operation: writeOperation(object), object: object.name, ids: [row.Id] });
  call.res
    .status(201)
    .set('Location', `${call.basePath}/sobjects/${object.name}/${row.Id}`)
    .json({ id: row.Id, success: true, errors: [] });
}

/** GET /sobjects/X/{id}?fields=a,b: the record with every field the user sees, or the named ones. */
export function readRecord(call: Call): void {
  const object = objectOf(call);
  const row = rowOf(call, object);
  const asked = textOf(call.req.query.fields);
  const body: Record<string, unknown> = {
    attributes: { type: object.name, url: `${call.basePath}/sobjects/${object.name}/${row.Id}` },
  };
  if (asked === '') {
    for (const field of object.fields.values()) {
      if (call.org.access.canRead(call.userId, object, field)) body[field.name] = row[field.name] ?? null;
    }
  } else {
    for (const name of asked.split(',')) {
      const field = call.org.access.visibleField(call.userId, object, name.trim());
      if (field === undefined) {
        throw new SalesforceError(
          400,
          'INVALID_FIELD',
          `No such column '${name.trim()}' on sobject of type ${object.name}`,
        );
      }
      body[field.name] = row[field.name] ?? null;
    }
    body.Id = row.Id;
  }
  const operation = writeOperation(object) === 'action' ? 'read-back' : object.setup ? 'free' : 'soql';
  call.say({ operation, object: object.name, ids: [row.Id] });
  call.res.json(body);
}

/** PATCH /sobjects/X/{id}: 204. */
export async function updateRecord(call: Call): Promise<void> {
  const object = objectOf(call);
  const row = rowOf(call, object);
  const input = await jsonBody(call.req);
  rowFaults(call).check(row.Id, 0);
  transact(call.org, writerOf(call), (transaction) => transaction.update(object, row.Id, input));
  call.say({ operation: writeOperation(object), object: object.name, ids: [row.Id] });
  call.res.status(204).end();
}

/** DELETE /sobjects/X/{id}: 204. */
export function deleteRecord(call: Call): void {
  const object = objectOf(call);
  const row = rowOf(call, object);
  rowFaults(call).check(row.Id, 0);
  transact(call.org, writerOf(call), (transaction) => transaction.delete(object, row.Id));
  call.say({ operation: writeOperation(object), object: object.name, ids: [row.Id] });
  call.res.status(204).end();
}

/** PATCH /sobjects/X/{field}/{value}: 201 created, 200 updated, 300 with the matches when there are several. */
export async function upsertRecord(call: Call): Promise<void> {
  const object = objectOf(call);
  const field = upsertField(call.org, call.userId, object, textOf(call.req.params.field));
  const value = textOf(call.req.params.value);
  const input = await jsonBody(call.req);
  const ids = matching(call.org, object, field, field.type === 'double' ? Number(value) : value);
  if (ids.length > 1) {
    call.res.status(300).json(ids.map((id) => `${call.basePath}/sobjects/${object.name}/${id}`));
    return;
  }
  rowFaults(call).check(ids[0] ?? null, 0);
  const { row, created } = transact(call.org, writerOf(call), (transaction) =>
    upsert(call.org, transaction, object, field, { ...input, [field.name]: value }),
  );
  call.say({ operation: writeOperation(object), object: object.name, ids: [row.Id] });
  call.res.status(created ? 201 : 200).json({ id: row.Id, success: true, errors: [], created });
}

function rowOf(call: Call, object: ObjectType): Row {
  const id = normaliseId(textOf(call.req.params.id));
  const row = id === null ? undefined : call.org.records.get(object.name, id);
  if (row === undefined)
    throw notFound(
      'Provided external ID field does not exist or is not accessible: '.concat(textOf(call.req.params.id)),
    );
  if (row.IsDeleted === true) throw new SalesforceError(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}
