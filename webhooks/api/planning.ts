import { Router } from 'express';
import { type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import type { Planning } from '../../core/ports/planning.ts';
import { getScenario, listAdvice } from './contract/planning.ts';
import { Refusal, serve } from './operation.ts';

/** GET /advice and /scenarios/{id}. */
export function planningRoutes(planning: Pick<Planning, 'advice' | 'scenarioOf'>, today: () => CalendarDay): Router {
  const router = Router();
  serve(router, listAdvice, async ({ query: { limit, asOf, seed } }) => {
    const found = await planning.advice({ asOf: asOf === undefined ? today() : calendarDay(asOf), seed, limit });
    if (found) return found;
    throw new Refusal(
      409,
      'not-fitted',
      'No model has been trained yet, or none up to that day. Run "staypower train".',
    );
  });
  serve(router, getScenario, async ({ params: { id } }) => {
    const found = await planning.scenarioOf(id);
    if (found) return found;
    throw new Refusal(404, 'not-found', 'No scenario is kept under this id.');
  });
  return router;
}
