import { Router } from 'express';
import type { CustomerView } from '../../core/ports/customer-view.ts';
import { getInsight, getTimeline } from './contract/customer-view.ts';
import { Refusal, serve } from './operation.ts';

/** GET /customers/{id}/timeline and /insight. */
export function customerViewRoutes(view: CustomerView): Router {
  const router = Router();
  const nobody = () => new Refusal(404, 'not-found', 'No scored customer has this id.');
  serve(router, getTimeline, async ({ params: { id } }) => {
    const timeline = await view.timeline(id);
    if (timeline) return timeline;
    throw nobody();
  });
  serve(router, getInsight, async ({ params: { id } }) => {
    const insight = await view.insight(id);
    if (!insight) throw nobody();
    const { whatWouldHelp, staying, propensities, cluster, value, margin } = insight;
    return {
      whatWouldHelp,
      staying,
      propensities,
      cluster,
      value: value && { chosen: value.chosen, score: value.score },
      horizons: insight.horizons.map(({ months, revenue, low, high, margin }) => ({
        months,
        revenue: revenue.toFixed(2),
        low: low.toFixed(2),
        high: high.toFixed(2),
        margin: margin.toFixed(2),
      })),
      margin,
    };
  });
  return router;
}
