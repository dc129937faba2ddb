import { Router } from 'express';
import type { Insights } from '../../core/ports/engine.ts';
import { getCohorts, getSegmentMoves, listModels, listSegments } from './contract/insights.ts';
import { Refusal, serve } from './operation.ts';

/** GET /models, /segments, /segments/moves and /segments/cohorts. */
export function insightRoutes(insights: Pick<Insights, 'models' | 'segments' | 'segmentMoves' | 'cohorts'>): Router {
  const router = Router();
  serve(router, listModels, async () => {
    const cards = await insights.models();
    if (cards) return cards;
    throw notTrained();
  });
  serve(router, listSegments, async () => {
    const report = await insights.segments();
    if (!report) throw notScored();
    const { asOf, currency, modelVersion, segments, clusters, concentration } = report;
    return { asOf, currency, modelVersion, segments, clusters, concentration };
  });
  serve(router, getSegmentMoves, async ({ query: { days } }) => {
    const moves = await insights.segmentMoves({ days });
    if (!moves) throw notScored();
    return moves;
  });
  serve(router, getCohorts, async () => {
    const cohorts = await insights.cohorts();
    if (!cohorts) throw notTrained();
    return cohorts;
  });
  return router;
}

function notTrained(): Refusal {
  return new Refusal(409, 'not-fitted', 'No model has been trained yet. Run "staypower train".');
}

function notScored(): Refusal {
  return new Refusal(409, 'not-fitted', 'Nobody is scored yet. Run "staypower run".');
}
