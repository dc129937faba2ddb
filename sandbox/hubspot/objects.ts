import { type Request, type Response, Router } from 'express';
import { note } from '../kernel/http.ts';
import { type ObjectType, objectType } from './catalogue.ts';
import { errorBody, HubSpotError } from './errors.ts';
import { type Association, answer, type CrmRecord, type Portal, type Source } from './portal.ts';
import { answering, bodyOf, listParam, param, VERSION } from './routing.ts';
import { search } from './search.ts';

const MOST_INPUTS = 100;

/** Whom a write comes from: an app by its token, as HubSpot notes in changeSource and sourceId. */
export type SourceOf = (req: Request) => Source;

/** List, read, batch, search, create, update, archive, merge for every object type. */
export function objectRoutes(portal: Portal, sourceOf: SourceOf): Router {
  const router = Router();
  const base = `/crm/objects/${VERSION}/:type`;
  const v3 = `/crm/${VERSION}/objects/:type`;
  const route = (
    method: 'get' | 'post' | 'patch' | 'delete',
    path: string,
    handler: (type: ObjectType, req: Request, res: Response) => void,
  ) => {
    const answered = answering((req, res) => {
      const type = objectType(param(req, 'type'));
      if (!type)
        throw new HubSpotError(400, 'VALIDATION_ERROR', `Unable to infer object type from: ${param(req, 'type')}`);
      handler(type, req, res);
    });
    router[method](`${base}${path}`, answered);
    router[method](`${v3}${path}`, answered);
  };

  route('get', '', (type, req, res) => list(portal, type, req, res));
  route('post', '/search', (type, req, res) => search(portal, type, bodyOf(req), res));
  route('post', '/batch/read', (type, req, res) => {
    const body = bodyOf(req);
    const inputs = inputsOf(body);
    const wanted = (body['properties'] as string[] | undefined) ?? [];
    const idProperty = typeof body['idProperty'] === 'string' ? body['idProperty'] : null;
    const found = inputs
      .map((input) => readOne(portal, type, String(input['id']), idProperty))
      .filter((record) => record && !record.archived);
    const missing = inputs.filter((_, index) => !found[index]).length;
    note(res, { operation: 'list', object: type, ids: inputs.map((input) => String(input['id'])) });
    complete(
      res,
      found.filter((record) => record !== undefined).map((record) => answer(type, record, wanted)),
      missing === 0
        ? []
        : [
            {
              status: 'error',
              category: 'OBJECT_NOT_FOUND',
              message: 'Could not get some objects, they may be deleted or not exist. Check that ids are valid.',
              context: {
                ids: inputs
                  .filter((input) => !readOne(portal, type, String(input['id']), idProperty))
                  .map((input) => String(input['id'])),
              },
            },
          ],
    );
  });
  route('post', '/batch/update', (type, req, res) => {
    const inputs = inputsOf(bodyOf(req));
    const fault = portal.kernel.rowFault('hubspot', req.method, req.originalUrl);
    const results: unknown[] = [];
    const errors: Record<string, unknown>[] = [];
    for (const [index, input] of inputs.entries()) {
      const id = String(input['id']);
      try {
        if (fault && (fault.ids?.includes(id) ?? index === 0)) {
          throw new HubSpotError(
            400,
            'VALIDATION_ERROR',
            'Property values were not valid: [{"isValid":false,"message":"a rule of this account forbids it","error":"CONDITIONAL_REQUIRED","name":"lifecyclestage"}]',
          );
        }
        results.push(
          answer(
            type,
            portal.update(type, id, (input['properties'] as Record<string, unknown>) ?? {}, sourceOf(req)),
            Object.keys((input['properties'] as object) ?? {}),
          ),
        );
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        const { correlationId: _, ...body } = errorBody(error);
        errors.push({
          ...body,
          context: {
            ids: [id],
            ...(typeof input['objectWriteTraceId'] === 'string' && {
              objectWriteTraceId: [input['objectWriteTraceId']],
            }),
          },
        });
      }
    }
    note(res, { operation: 'write', object: type, ids: inputs.map((input) => String(input['id'])) });
    complete(res, results, errors);
  });
  route('post', '/batch/create', (type, req, res) => {
    const inputs = inputsOf(bodyOf(req));
    // One bad row spoils the batch, unless every row can be told by a trace id.
    const traced = inputs.every((input) => typeof input['objectWriteTraceId'] === 'string');
    const created: CrmRecord[] = [];
    const errors: Record<string, unknown>[] = [];
    for (const input of inputs) {
      try {
        created.push(createOne(portal, type, input, sourceOf(req)));
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        if (!traced) {
          for (const { id } of created) portal.records(type).delete(id);
          throw error;
        }
        const { correlationId: _, ...body } = errorBody(error);
        errors.push({ ...body, context: { objectWriteTraceId: [input['objectWriteTraceId']] } });
      }
    }
    note(res, { operation: 'write', object: type, ids: created.map((record) => record.id) });
    complete(
      res,
      created.map((record) => answer(type, record, [])),
      errors,
      201,
    );
  });
  route('post', '/batch/archive', (type, req, res) => {
    for (const input of inputsOf(bodyOf(req))) portal.archive(type, String(input['id']), sourceOf(req));
    note(res, { operation: 'free' });
    res.sendStatus(204);
  });
  route('post', '/gdpr-delete', (type, req, res) => {
    const id = String(bodyOf(req)['objectId']);
    portal.archive(type, id, sourceOf(req));
    // HubSpot tells of it twice: as the deletion that it also is, and as what it is for.
    // https://developers.hubspot.com/changelog/now-live-webhooks-now-support-privacy-compliant-contact-deletions
    portal.onChange?.({ type, id, kind: 'privacyDeletion', source: sourceOf(req) });
    res.sendStatus(204);
  });
  route('post', '/merge', (type, req, res) => {
    const body = bodyOf(req);
    res.json(answer(type, portal.merge(type, String(body['primaryObjectId']), String(body['objectIdToMerge'])), []));
  });
  route('post', '', (type, req, res) => {
    const record = createOne(portal, type, bodyOf(req), sourceOf(req));
    note(res, { operation: type === 'tasks' ? 'action' : 'write', object: type, ids: [record.id] });
    res.status(201).json(answer(type, record, Object.keys(record.properties)));
  });
  route('get', '/:id', (type, req, res) => {
    const record = readOne(
      portal,
      type,
      param(req, 'id'),
      typeof req.query['idProperty'] === 'string' ? req.query['idProperty'] : null,
    );
    if (!record || (record.archived && req.query['archived'] !== 'true'))
      throw new HubSpotError(404, 'OBJECT_NOT_FOUND', 'resource not found');
    note(res, { operation: 'list', object: type, ids: [record.id] });
    res.json({
      ...answer(type, record, listParam(req, 'properties')),
      ...associationsOf(portal, type, record.id, listParam(req, 'associations')),
    });
  });
  route('patch', '/:id', (type, req, res) => {
    const properties = (bodyOf(req)['properties'] as Record<string, unknown>) ?? {};
    const record = portal.update(type, param(req, 'id'), properties, sourceOf(req));
    note(res, { operation: 'write', object: type, ids: [record.id] });
    res.json(answer(type, record, Object.keys(properties)));
  });
  route('delete', '/:id', (type, req, res) => {
    portal.archive(type, param(req, 'id'), sourceOf(req));
    res.sendStatus(204);
  });
  return router;
}

function list(portal: Portal, type: ObjectType, req: Request, res: Response): void {
  const limit = Number(req.query['limit'] ?? 10);
  if (!(limit >= 1 && limit <= 100))
    throw new HubSpotError(400, 'VALIDATION_ERROR', `limit must be between 1 and 100, got ${limit}`);
  const archived = req.query['archived'] === 'true';
  const after = Number(req.query['after'] ?? 0);
  const ids = portal.ids(type);
  let at = firstAbove(ids, after);
  const page: CrmRecord[] = [];
  const records = portal.records(type);
  for (; at < ids.length && page.length < limit; at += 1) {
    const record = records.get(ids[at] ?? '');
    if (record && record.archived === archived && !record.mergedInto) page.push(record);
  }
  // Not by a copy of the ids that are left: of millions there is one for each page.
  let rest = false;
  for (let next = at; !rest && next < ids.length; next += 1) rest = records.get(ids[next] ?? '')?.archived === archived;
  note(res, { operation: 'list', object: type, ids: page.map((record) => record.id) });
  res.json({
    results: page.map((record) => ({
      ...answer(type, record, listParam(req, 'properties')),
      ...associationsOf(portal, type, record.id, listParam(req, 'associations')),
    })),
    ...(rest && { paging: { next: { after: page.at(-1)?.id, link: `${req.path}?after=${page.at(-1)?.id}` } } }),
  });
}

function firstAbove(ids: readonly string[], after: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(ids[middle]) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Associations of a listed record: at most 100 of each type, as the list endpoint gives them. */
function associationsOf(portal: Portal, type: ObjectType, id: string, wanted: readonly string[]): object {
  const entries = wanted.flatMap((text) => {
    const to = objectType(text);
    const links = to ? portal.associations(type, id, to) : [];
    if (!to || links.length === 0) return [];
    return [
      [
        to,
        {
          results: links
            .slice(0, 100)
            .flatMap((link) => typeNames(type, to, link).map((each) => ({ id: link.toId, type: each }))),
          ...(links.length > 100 && { paging: { next: { after: links[99]?.toId } } }),
        },
      ],
    ];
  });
  return entries.length === 0 ? {} : { associations: Object.fromEntries(entries) };
}

/** A company is listed once for each type of association: a primary one as "contact_to_company" and "..._unlabeled" both. */
function typeNames(from: ObjectType, to: ObjectType, link: Association): readonly string[] {
  const name = `${from.replace(/s$/, '')}_to_${to.replace(/ies$/, 'y').replace(/s$/, '')}`;
  if (to !== 'companies') return [name];
  return link.typeIds.map((typeId) => (typeId === 1 || typeId === 5 ? name : `${name}_unlabeled`));
}

function readOne(portal: Portal, type: ObjectType, id: string, idProperty: string | null): CrmRecord | undefined {
  if (!idProperty) return portal.find(type, id);
  for (const record of portal.records(type).values()) {
    if (!record.archived && record.properties[idProperty]?.toLowerCase() === id.toLowerCase()) return record;
  }
  return undefined;
}

function createOne(portal: Portal, type: ObjectType, input: Record<string, unknown>, source: Source): CrmRecord {
  const properties = (input['properties'] as Record<string, unknown>) ?? {};
  if ((type === 'tasks' || type === 'notes') && !properties['hs_timestamp']) {
    throw new HubSpotError(
      400,
      'VALIDATION_ERROR',
      'Error creating engagement. Some required properties were not set.',
      {
        errors: [
          { message: 'hs_timestamp is required', code: 'REQUIRED_FIELD', context: { properties: ['hs_timestamp'] } },
        ],
      },
    );
  }
  if (type === 'tickets' && !properties['hs_pipeline_stage']) {
    throw new HubSpotError(400, 'VALIDATION_ERROR', 'Error creating TICKET. Some required properties were not set.', {
      errors: [
        {
          message: 'hs_pipeline_stage is required',
          code: 'REQUIRED_FIELD',
          context: { properties: ['hs_pipeline_stage'] },
        },
      ],
    });
  }
  const record = portal.create(type, properties, { source });
  const associations =
    (input['associations'] as { to: { id: unknown }; types: { associationTypeId: number }[] }[] | undefined) ?? [];
  for (const { to, types } of associations) {
    const target = targetType(portal, type, String(to.id), types);
    portal.associate(
      type,
      record.id,
      target,
      String(to.id),
      types.map((each) => each.associationTypeId),
    );
  }
  return record;
}

const TARGET_OF_TYPE: Readonly<Record<number, ObjectType>> = {
  204: 'contacts',
  192: 'companies',
  216: 'deals',
  230: 'tickets',
  202: 'contacts',
  3: 'contacts',
  279: 'companies',
  1: 'companies',
  341: 'companies',
  5: 'companies',
  198: 'contacts',
  200: 'contacts',
  16: 'contacts',
  507: 'contacts',
};

function targetType(
  portal: Portal,
  _from: ObjectType,
  id: string,
  types: readonly { associationTypeId: number }[],
): ObjectType {
  const to = TARGET_OF_TYPE[types[0]?.associationTypeId ?? 0];
  if (!to || !portal.find(to, id)) {
    throw new HubSpotError(400, 'VALIDATION_ERROR', `No contact with ID ${id} exists`, {
      errors: [{ message: 'object not found', code: 'INVALID_ASSOCIATION' }],
    });
  }
  return to;
}

function inputsOf(body: Record<string, unknown>): readonly Record<string, unknown>[] {
  const { inputs } = body;
  if (!Array.isArray(inputs))
    throw new HubSpotError(400, 'VALIDATION_ERROR', 'Invalid input JSON: "inputs" is required');
  if (inputs.length > MOST_INPUTS)
    throw new HubSpotError(400, 'VALIDATION_ERROR', `Batch size ${inputs.length} exceeds the limit of ${MOST_INPUTS}`);
  const ids = inputs.map((input: { id?: unknown }) => input.id).filter((id) => id !== undefined);
  if (new Set(ids).size !== ids.length)
    throw new HubSpotError(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input');
  return inputs as Record<string, unknown>[];
}

function complete(res: Response, results: readonly unknown[], errors: readonly unknown[], status = 200): void {
  const at = new Date().toISOString();
  res.status(errors.length > 0 ? 207 : status).json({
    status: 'COMPLETE',
    results,
    ...(errors.length > 0 && { numErrors: errors.length, errors }),
    startedAt: at,
    completedAt: at,
  });
}
