import { Router } from 'express';
import type { Insights } from '../../core/ports/engine.ts';
import { getSegmentMoves, listModels, listSegments } from './contract/insights.ts';
import { Refusal, serve } from './operation.ts';

/** GET /models, /segments and /segments/moves. */
export function insightRoutes(insights: Pick<Insights, 'models' | 'segments' | 'segmentMoves'>): Router {
  const router = Router();
  serve(router, listModels, async () => {
    const cards = await insights.models();
    if (cards) return cards;
    throw new Refusal(409, 'not-fitted', 'No model has been trained yet. Run "staypower train".');
  });
  serve(router, listSegments, async () => {
    const report = await insights.segments();
    if (!report) throw notScored();
    const { asOf, currency, modelVersion, segments, clusters } = report;
    return { asOf, currency, modelVersion, segments, clusters };
  });
  serve(router, getSegmentMoves, async ({ query: { days } }) => {
    const moves = await insights.segmentMoves({ days });
    if (!moves) throw notScored();
    return moves;
  });
  return router;
}

function notScored(): Refusal {
  return new Refusal(409, 'not-fitted', 'Nobody is scored yet. Run "staypower run".');
}
