import { Router } from 'express';
import { type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import type { Playbooks } from '../../core/ports/playbooks.ts';
import { listEffects, listPlaybooks } from './contract/playbooks.ts';
import { Refusal, serve } from './operation.ts';

/** GET /playbooks and /effects. */
export function playbookRoutes(playbooks: Pick<Playbooks, 'list' | 'effects'>, today: () => CalendarDay): Router {
  const router = Router();
  serve(router, listPlaybooks, async () => ({ playbooks: [...(await playbooks.list())] }));
  serve(router, listEffects, async ({ query: { asOf } }) => {
    const found = await playbooks.effects({ asOf: asOf === undefined ? today() : calendarDay(asOf) });
    if (found) return found;
    throw new Refusal(
      409,
      'not-fitted',
      'No model has been trained yet, or none up to that day. Run "staypower train".',
    );
  });
  return router;
}
