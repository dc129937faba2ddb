import { Router } from 'express';
import type { Feedback, RecordCards } from '../../core/ports/record-cards.ts';
import { getRecordView, giveFeedback, listFeedback } from './contract/records.ts';
import { Refusal, serve } from './operation.ts';

/** GET /customers/{id}/view, POST and GET /feedback. */
export function recordRoutes(cards: Pick<RecordCards, 'ofCustomer'>, feedback: Feedback): Router {
  const router = Router();
  serve(router, getRecordView, async ({ params }) => found(await cards.ofCustomer(params.id)));
  serve(router, giveFeedback, async ({ body: { customer, ...opinion }, caller: { actor } }) =>
    found(await feedback.give({ customer }, { ...opinion, actor })),
  );
  serve(router, listFeedback, async ({ query: { verdict, limit } }) => ({
    feedback: await feedback.list({ verdict: verdict ?? null, limit }),
  }));
  return router;
}

function found<Answer>(answer: Answer | null): Answer {
  if (answer !== null) return answer;
  throw new Refusal(404, 'not-found', 'No scored customer has this id, e-mail address or external id.');
}
