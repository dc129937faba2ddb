import { Router } from 'express';
import type { Insights } from '../../core/ports/engine.ts';
import { listModels, listSegments } from './contract/insights.ts';
import { Refusal, serve } from './operation.ts';

/** GET /models and /segments. */
export function insightRoutes(insights: Pick<Insights, 'models' | 'segments'>): Router {
  const router = Router();
  serve(router, listModels, async () => {
    const cards = await insights.models();
    if (cards) return cards;
    throw new Refusal(409, 'not-fitted', 'No model has been trained yet. Run "staypower train".');
  });
  serve(router, listSegments, async () => {
    const report = await insights.segments();
    if (!report) throw new Refusal(409, 'not-fitted', 'Nobody is scored yet. Run "staypower run".');
    const { asOf, currency, modelVersion, segments, clusters } = report;
    return { asOf, currency, modelVersion, segments, clusters };
  });
  return router;
}
