import express, { Router } from 'express';
import { z } from 'zod';
import {
  type CardRecord,
  type Feedback,
  LONGEST_NOTE,
  type RecordCards,
  VERDICTS,
} from '../../core/ports/record-cards.ts';
import { type AppContext, genuine, jsonOf, refuse } from './genuine.ts';

/** What the routes are made of. */
export interface CardParts extends AppContext {
  cards: Pick<RecordCards, 'ofRecord'>;
  feedback: Pick<Feedback, 'give'>;
}

/** An opinion is short. */
const MOST_BYTES = '16kb';
const KINDS: Readonly<Record<string, CardRecord['kind']>> = { '0-1': 'contact', '0-2': 'account' };

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,20}$/));
const asked = z.object({ objectTypeId: z.enum(['0-1', '0-2']), objectId: id });
/** HubSpot adds who looks to every address that `hubspot.fetch` calls. */
const looker = z.object({ userId: id });
const opinion = z.strictObject({
  objectId: id,
  verdict: z.enum(VERDICTS),
  note: z.string().trim().max(LONGEST_NOTE).default(''),
});

/**
 * What the app card on a HubSpot record asks, through HubSpot: GET /card?objectTypeId=0-1&objectId=ID for what is shown of a record, and
 * POST /feedback for what a rep thinks of it. Where several accounts are connected, connection=ID in the address says which.
 * Answers 401 to what HubSpot did not sign, without a reason, and 400 to what names no record.
 * https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensibility/fetching-data
 */
export function hubspotCardRoutes(parts: CardParts): Router {
  const { cards, feedback } = parts;
  const router = Router();
  router.get('/card', async (req, res) => {
    const connectionId = genuine(parts, 'verifier', req, res);
    if (connectionId === null) return;
    const record = asked.safeParse(req.query);
    if (!record.success) return refuse(res, 'objectTypeId 0-1 (contact) or 0-2 (company), and objectId');
    const { objectTypeId, objectId } = record.data;
    res
      .set('Cache-Control', 'no-store')
      .json(await cards.ofRecord({ connectionId, kind: KINDS[objectTypeId] ?? 'contact', externalId: objectId }));
  });
  router.post('/feedback', express.raw({ type: () => true, limit: MOST_BYTES, inflate: false }), async (req, res) => {
    const connectionId = genuine(parts, 'verifier', req, res);
    if (connectionId === null) return;
    const who = looker.safeParse(req.query);
    const given = opinion.safeParse(jsonOf(req.body));
    if (!who.success || !given.success) return refuse(res, 'userId, and a body of objectId, verdict and note');
    const { objectId, ...rest } = given.data;
    const kept = await feedback.give(
      { connectionId, externalId: objectId },
      { ...rest, actor: `hubspot-user:${who.data.userId}` },
    );
    if (kept) res.status(201).json({ asOf: kept.asOf });
    else res.status(404).json({ error: { code: 'not-found', message: 'This contact has no score.' } });
  });
  return router;
}
