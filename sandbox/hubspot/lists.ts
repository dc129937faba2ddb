import { Router } from 'express';
import { note } from '../kernel/http.ts';
import { HubSpotError } from './errors.ts';
import type { Portal } from './portal.ts';
import { answering, bodyOf, listBodyOf, param, VERSION } from './routing.ts';

interface List {
  listId: string;
  name: string;
  objectTypeId: string;
  processingType: 'MANUAL' | 'SNAPSHOT' | 'DYNAMIC';
  members: readonly string[];
}

const KINDS = ['MANUAL', 'SNAPSHOT', 'DYNAMIC'] as const;

/**
 * Lists of contacts: create, add members, read members. Only MANUAL and SNAPSHOT lists take members; records that are members already
 * or do not exist are passed over, and the latter named. Replies as in the specification, its spelling included.
 * https://developers.hubspot.com/docs/api-reference/2026-03/crm/lists/memberships/add-to-list
 */
export function listRoutes(portal: Portal): Router {
  const router = Router();
  const lists = portal.kernel.table<List>('hubspot.lists');
  const found = (listId: string): List => {
    const list = lists.get(listId);
    if (!list) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `List does not exist with ID ${listId}.`);
    return list;
  };
  router.post(
    [`/crm/lists/${VERSION}`, `/crm/${VERSION}/lists`],
    answering((req, res) => {
      const body = bodyOf(req);
      const processingType = KINDS.find((kind) => kind === body['processingType']);
      if (processingType === undefined)
        throw new HubSpotError(400, 'VALIDATION_ERROR', 'processingType must be one of MANUAL, DYNAMIC, SNAPSHOT');
      const listId = String(portal.kernel.nextNumber('hubspot.lists'));
      const list: List = {
        listId,
        name: String(body['name'] ?? ''),
        objectTypeId: String(body['objectTypeId'] ?? '0-1'),
        processingType,
        members: [],
      };
      lists.set(listId, list);
      const { members, ...shown } = list;
      res.json({ list: { ...shown, additionalProperties: { hs_list_size: String(members.length) } } });
    }),
  );
  router.put(
    [`/crm/lists/${VERSION}/:listId/memberships/add`, `/crm/${VERSION}/lists/:listId/memberships/add`],
    answering((req, res) => {
      const list = found(param(req, 'listId'));
      if (list.processingType === 'DYNAMIC') {
        throw new HubSpotError(
          400,
          'VALIDATION_ERROR',
          'Memberships of a list with the processing type DYNAMIC cannot be changed.',
        );
      }
      const asked = listBodyOf(req).map(String);
      const there = asked.filter((id) => portal.find('contacts', id)?.archived === false);
      const added = there.filter((id) => !list.members.includes(id));
      lists.set(list.listId, { ...list, members: [...list.members, ...added] });
      note(res, { operation: 'action', object: 'memberships', ids: added });
      res.json({
        recordsIdsAdded: added,
        recordIdsRemoved: [],
        recordIdsMissing: asked.filter((id) => !there.includes(id)),
      });
    }),
  );
  router.get(
    [`/crm/lists/${VERSION}/:listId/memberships`, `/crm/${VERSION}/lists/:listId/memberships`],
    answering((req, res) => {
      const { members } = found(param(req, 'listId'));
      note(res, { operation: 'read-back' });
      res.json({ results: members.map((recordId) => ({ recordId })), total: members.length });
    }),
  );
  return router;
}
