import { Router } from 'express';
import { type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import type { Playbooks, SimulationAnswer } from '../../core/ports/playbooks.ts';
import { listEffects, listPlaybooks, simulatePlaybook } from './contract/playbooks.ts';
import { Refusal, serve } from './operation.ts';

const TASKS_SHOWN = 100;

/** A simulation as it is answered: the first of its tasks, and how many there are. */
export function shownSimulation(found: SimulationAnswer) {
  return { ...found, opened: found.tasks.length, tasks: found.tasks.slice(0, TASKS_SHOWN) };
}

/** GET /playbooks, /playbooks/{name}/simulation and /effects. */
export function playbookRoutes(
  playbooks: Pick<Playbooks, 'list' | 'effects' | 'simulateNamed'>,
  today: () => CalendarDay,
): Router {
  const router = Router();
  serve(router, listPlaybooks, async () => ({ playbooks: [...(await playbooks.list())] }));
  serve(router, listEffects, async ({ query: { asOf } }) => {
    const found = await playbooks.effects({ asOf: asOf === undefined ? today() : calendarDay(asOf) });
    if (found) return found;
    throw notTrained();
  });
  serve(router, simulatePlaybook, async ({ params: { name }, query: { days } }) => {
    const found = await playbooks.simulateNamed(name, { asOf: today(), days });
    if (!found) throw notTrained();
    return shownSimulation(found);
  });
  return router;
}

/** Nothing can be told before a model is there. */
export function notTrained(): Refusal {
  return new Refusal(
    409,
    'not-fitted',
    'No model has been trained yet, or none up to that day. Run "staypower train".',
  );
}
