import { type Request, Router } from 'express';
import { type ObjectType, objectType } from './catalogue.ts';
import { errorBody, HubSpotError } from './errors.ts';
import type { Portal } from './portal.ts';
import type { Property } from './properties.ts';
import { answering, bodyOf, param, VERSION } from './routing.ts';

/** Property and group definitions. */
export function propertyRoutes(portal: Portal): Router {
  const router = Router();
  const both = (path: string) => [`/crm/properties/${VERSION}/:type${path}`, `/crm/${VERSION}/properties/:type${path}`];
  const typeOf = (req: Request): ObjectType => {
    const type = objectType(param(req, 'type'));
    if (!type) throw new HubSpotError(400, 'VALIDATION_ERROR', 'Unable to infer object type');
    return type;
  };
  router.get(
    both('/groups'),
    answering((req, res) => {
      res.json({ results: portal.properties.groups(typeOf(req)) });
    }),
  );
  router.get(
    both('/groups/:name'),
    answering((req, res) => {
      const group = portal.properties.groups(typeOf(req)).find((each) => each.name === param(req, 'name'));
      if (!group)
        throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `Property group ${param(req, 'name')} does not exist`);
      res.json(group);
    }),
  );
  router.post(
    both('/groups'),
    answering((req, res) => {
      res.status(201).json(portal.properties.createGroup(typeOf(req), bodyOf(req)));
    }),
  );
  router.delete(
    both('/groups/:name'),
    answering((req, res) => {
      portal.properties.removeGroup(typeOf(req), param(req, 'name'));
      res.sendStatus(204);
    }),
  );
  router.post(
    both('/batch/create'),
    answering((req, res) => {
      const type = typeOf(req);
      const inputs = (bodyOf(req)['inputs'] as Record<string, unknown>[] | undefined) ?? [];
      const results: unknown[] = [];
      const errors: unknown[] = [];
      for (const input of inputs) {
        try {
          results.push(answered(portal.properties.create(type, input)));
        } catch (error) {
          if (!(error instanceof HubSpotError)) throw error;
          errors.push({ ...errorBody(error), context: { name: [String(input['name'])] } });
        }
      }
      const at = portal.kernel.now().toISOString();
      res.status(errors.length > 0 ? 207 : 201).json({
        status: 'COMPLETE',
        results,
        ...(errors.length > 0 && { numErrors: errors.length, errors }),
        startedAt: at,
        completedAt: at,
      });
    }),
  );
  router.get(
    both(''),
    answering((req, res) => {
      res.json({ results: [...portal.properties.all(typeOf(req)).values()].map(answered) });
    }),
  );
  router.get(
    both('/:name'),
    answering((req, res) => {
      const property = portal.properties.all(typeOf(req)).get(param(req, 'name'));
      if (!property) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `Property ${param(req, 'name')} does not exist`);
      res.json(answered(property));
    }),
  );
  router.post(
    both(''),
    answering((req, res) => {
      res.status(201).json(answered(portal.properties.create(typeOf(req), bodyOf(req))));
    }),
  );
  router.delete(
    both('/:name'),
    answering((req, res) => {
      portal.properties.remove(typeOf(req), param(req, 'name'));
      res.sendStatus(204);
    }),
  );
  return router;
}

/** A definition as HubSpot answers it: a custom one does not say that it is not HubSpot's own. */
function answered({ objectType: _, hubspotDefined, ...property }: Property): Record<string, unknown> {
  return { ...property, ...(hubspotDefined && { hubspotDefined }) };
}
