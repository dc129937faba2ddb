import { Router } from 'express';
import { type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import type { Scoring, SupposedFacts } from '../../core/ports/scoring.ts';
import { scoreRows, whatIf } from './contract/scoring.ts';
import { Refusal, serve } from './operation.ts';

/** POST /what-if and /score. */
export function scoringRoutes(scoring: Scoring): Router {
  const router = Router();
  serve(router, whatIf, async ({ body: { customer, asOf, ...facts } }) => {
    const answer = await scoring.whatIf(customer, { ...datedFacts(facts), asOf: optionalDay(asOf) });
    if (answer) return answer;
    throw new Refusal(404, 'not-found', 'No customer with any history has this id, e-mail address or external id.');
  });
  serve(router, scoreRows, async ({ body: { asOf, rows } }) => ({
    rows: await scoring.scoreRows(
      rows.map(({ id, ...facts }) => ({ id, ...datedFacts(facts) })),
      optionalDay(asOf),
    ),
  }));
  return router;
}

interface GivenFacts {
  orders: readonly { day: string; amount: string }[];
  events: readonly { day: string; channel: SupposedFacts['events'][number]['channel']; name?: string | undefined }[];
}

function datedFacts({ orders, events }: GivenFacts): SupposedFacts {
  return {
    orders: orders.map(({ day, amount }) => ({ day: calendarDay(day), amount })),
    events: events.map(({ day, channel, name }) => ({
      day: calendarDay(day),
      channel,
      ...(name !== undefined && { name }),
    })),
  };
}

function optionalDay(day: string | undefined): CalendarDay | null {
  return day === undefined ? null : calendarDay(day);
}
