import { Router } from 'express';
import { type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import type { Outcomes } from '../../core/ports/outcomes.ts';
import { giveNps } from './contract/outcomes.ts';
import { Refusal, serve } from './operation.ts';

/** POST /nps. */
export function outcomeRoutes(outcomes: Outcomes, today: () => CalendarDay): Router {
  const router = Router();
  serve(router, giveNps, ({ body: { answers } }) =>
    outcomes.keepNps(
      answers.map(({ customer, score, answeredOn }, index) => {
        const day = answeredOn === undefined ? today() : calendarDay(answeredOn);
        if (day <= today()) return { customer, score, answeredOn: day };
        throw new Refusal(
          400,
          'bad-request',
          `answers.${index}.answeredOn: expected a day up to today, ${today()}, found ${day}. Correct it, or leave it out for today.`,
        );
      }),
    ),
  );
  return router;
}
