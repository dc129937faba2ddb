import { type Request, type Response, Router } from 'express';
import { note } from '../kernel/http.ts';
import { ASSOCIATION_TYPES, type ObjectType, objectType } from './catalogue.ts';
import { HubSpotError } from './errors.ts';
import type { Portal } from './portal.ts';
import { answering, bodyOf, param, VERSION } from './routing.ts';

const MOST_READ = 1_000;
const PAGE = 500;

/** Associations: batch read with paging for each record, batch create and archive, the default association, labels. */
export function associationRoutes(portal: Portal): Router {
  const router = Router();
  const both = (path: string) => [
    `/crm/associations/${VERSION}/:from/:to${path}`,
    `/crm/${VERSION}/associations/:from/:to${path}`,
  ];
  const types = (req: Request): [ObjectType, ObjectType] => {
    const from = objectType(param(req, 'from'));
    const to = objectType(param(req, 'to'));
    if (!from || !to) throw new HubSpotError(400, 'VALIDATION_ERROR', 'Unable to infer object type');
    return [from, to];
  };
  router.post(
    both('/batch/read'),
    answering((req, res: Response) => {
      const [from, to] = types(req);
      const inputs = (bodyOf(req)['inputs'] as { id: string; after?: string }[] | undefined) ?? [];
      if (inputs.length > MOST_READ)
        throw new HubSpotError(400, 'VALIDATION_ERROR', `Too many inputs: at most ${MOST_READ}`);
      note(res, {
        operation: to === 'tasks' ? 'read-back' : 'associations',
        object: `${from}>${to}`,
        ids: inputs.map((input) => String(input.id)),
      });
      const results = inputs.flatMap(({ id, after }) => {
        const links = portal.associations(from, String(id), to);
        const start = Number(after ?? 0);
        const page = links.slice(start, start + PAGE);
        if (page.length === 0) return [];
        return [
          {
            from: { id: String(id) },
            to: page.map((link) => ({
              toObjectId: Number(link.toId),
              associationTypes: link.typeIds.map((typeId) => ({
                category: 'HUBSPOT_DEFINED',
                typeId,
                label: typeId === 1 || typeId === 5 ? 'Primary' : null,
              })),
            })),
            ...(start + PAGE < links.length && { paging: { next: { after: String(start + PAGE) } } }),
          },
        ];
      });
      const at = portal.kernel.now().toISOString();
      const none = inputs.length - results.length;
      res.status(none > 0 ? 207 : 200).json({
        status: 'COMPLETE',
        results,
        ...(none > 0 && {
          numErrors: none,
          errors: inputs
            .filter((input) => portal.associations(from, String(input.id), to).length === 0)
            .map((input) => ({
              status: 'error',
              category: 'OBJECT_NOT_FOUND',
              subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
              message: `No ${to} is associated with ${from} ${input.id}.`,
              context: { fromObjectId: [String(input.id)] },
            })),
        }),
        startedAt: at,
        completedAt: at,
      });
    }),
  );
  router.post(
    [...both('/batch/create'), ...both('/batch/associate/default')],
    answering((req, res) => {
      const [from, to] = types(req);
      const inputs =
        (bodyOf(req)['inputs'] as
          | { from: { id: string }; to: { id: string }; types?: { associationTypeId: number }[] }[]
          | undefined) ?? [];
      for (const input of inputs) {
        portal.associate(
          from,
          String(input.from.id),
          to,
          String(input.to.id),
          input.types?.map((each) => each.associationTypeId),
        );
      }
      const at = portal.kernel.now().toISOString();
      // v3 names both directions, as recorded.
      const results =
        param(req, 'version') === 'v3'
          ? inputs.flatMap(({ from: { id }, to: { id: toId } }) => [
              { from: { id: toId }, to: { id }, type: directionOf(to, from) },
              { from: { id }, to: { id: toId }, type: directionOf(from, to) },
            ])
          : inputs;
      res.status(201).json({ status: 'COMPLETE', results, startedAt: at, completedAt: at });
    }),
  );
  router.post(
    both('/batch/archive'),
    answering((req, res) => {
      const [from, to] = types(req);
      const inputs = (bodyOf(req)['inputs'] as { from: { id: string }; to: { id: string }[] }[] | undefined) ?? [];
      for (const { from: end, to: others } of inputs) {
        for (const other of others) portal.dissociate(from, String(end.id), to, String(other.id));
      }
      res.sendStatus(204);
    }),
  );
  router.put(
    [
      `/crm/objects/${VERSION}/:from/:fromId/associations/default/:to/:toId`,
      `/crm/${VERSION}/objects/:from/:fromId/associations/default/:to/:toId`,
    ],
    answering((req, res) => {
      const [from, to] = types(req);
      portal.associate(from, param(req, 'fromId'), to, param(req, 'toId'));
      res.json({
        status: 'COMPLETE',
        results: [{ from: { id: param(req, 'fromId') }, to: { id: param(req, 'toId') } }],
      });
    }),
  );
  router.get(
    both('/labels'),
    answering((req, res) => {
      const [from, to] = types(req);
      res.json({
        results: [{ category: 'HUBSPOT_DEFINED', typeId: ASSOCIATION_TYPES[`${from}>${to}`] ?? 449, label: null }],
      });
    }),
  );
  return router;
}

/** "contact_to_company" */
function directionOf(from: ObjectType, to: ObjectType): string {
  const singular = (type: ObjectType) => type.replace(/ies$/, 'y').replace(/s$/, '');
  return `${singular(from)}_to_${singular(to)}`;
}
