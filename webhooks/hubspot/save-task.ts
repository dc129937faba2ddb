import express, { Router } from 'express';
import { z } from 'zod';
import type { SaveTasks } from '../../core/ports/save-tasks.ts';
import { type AppContext, genuine, jsonOf, refuse } from './genuine.ts';

const MOST_BYTES = '64kb';

const called = z.object({
  callbackId: z.string().min(1),
  object: z.object({
    objectId: z.union([z.string().min(1), z.number()]).transform(String),
    objectType: z.literal('CONTACT'),
  }),
});

/**
 * Takes the workflow action "Open save task": POST /save-task, signed by version 2. Answers what came of it as an output field that later
 * steps of the workflow can branch on. A call that comes again carries the same callbackId and opens nothing.
 * https://developers.hubspot.com/docs/api-reference/automation-actions-v4-v4/guide
 */
export function saveTaskRoutes(context: AppContext, saveTasks: SaveTasks): Router {
  const router = Router();
  router.post('/save-task', express.raw({ type: () => true, limit: MOST_BYTES, inflate: false }), async (req, res) => {
    const connectionId = genuine(context, 'workflowVerifier', req, res);
    if (connectionId === null) return;
    const call = called.safeParse(jsonOf(req.body));
    if (!call.success) return refuse(res, 'a callbackId, and an object with objectId and the objectType CONTACT');
    const { callbackId, object } = call.data;
    const outcome = await saveTasks.open({ connectionId, externalId: object.objectId, requestKey: callbackId });
    res.json({ outputFields: { staypower_outcome: outcome, hs_execution_state: 'SUCCESS' } });
  });
  return router;
}
