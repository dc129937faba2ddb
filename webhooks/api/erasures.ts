import { Router } from 'express';
import type { Erasures } from '../../core/ports/erasures.ts';
import { findPerson, getReceipt, listErasures } from './contract/erasures.ts';
import { Refusal, serve } from './operation.ts';

/** What is held on a person, who was erased, and the receipts. Erasing itself is a job. */
export function erasureRoutes(erasures: Erasures): Router {
  const router = Router();
  serve(router, findPerson, ({ body: { who } }) => erasures.find(who));
  serve(router, listErasures, async () => ({ erasures: await erasures.list() }));
  serve(router, getReceipt, async ({ params: { id } }) => {
    const receipt = await erasures.receipt(id);
    if (receipt !== null) return receipt;
    throw new Refusal(
      404,
      'not-found',
      'There is no such receipt: the erasure is unknown, or a vendor has not confirmed yet.',
    );
  });
  return router;
}
