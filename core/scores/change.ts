import type { CalendarDay } from '../domain/calendar-day.ts';
import type { CustomerStats } from '../features/stats.ts';
import { type MovingNumbers, movingNumbers } from './numbers.ts';
import type { ScoringModel } from './scoring-model.ts';

/** A customer as it was scored before. */
export interface Before {
  model: ScoringModel;
  stats: CustomerStats;
  asOf: CalendarDay;
}

/** How much of a movement came from time passing, from new facts and from another model; the three add up to it exactly. */
export interface Movement {
  time: number;
  inputs: number;
  model: number;
}

/** Splits the movement of a number by going from before to now in three steps: first time, then inputs, then the model. */
export function movement(
  before: Before,
  now: { model: ScoringModel; stats: CustomerStats; asOf: CalendarDay },
  pick: (numbers: MovingNumbers) => number | null,
): Movement | null {
  const steps = [
    movingNumbers(before.model, before.stats, before.asOf),
    movingNumbers(before.model, before.stats, now.asOf),
    movingNumbers(before.model, now.stats, now.asOf),
    movingNumbers(now.model, now.stats, now.asOf),
  ].map(pick);
  const [start, later, informed, end] = steps;
  if (start == null || later == null || informed == null || end == null) return null;
  return { time: later - start, inputs: informed - later, model: end - informed };
}

/** Why the scores moved, in a sentence or two; null when nothing worth a word did. */
export function changeSentence(
  before: Before,
  now: { model: ScoringModel; stats: CustomerStats; asOf: CalendarDay },
): string | null {
  const churn = movement(before, now, (numbers) => numbers.churnProbability);
  const value = movement(before, now, (numbers) => numbers.clv12m);
  const sentences = [
    churn && sentence('Churn risk', churn, 100, 1, 'points'),
    value && sentence('Expected value', value, 1, 1, now.model.currency),
  ].filter((text) => text !== null);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function sentence(what: string, moved: Movement, factor: number, least: number, unit: string): string | null {
  const total = (moved.time + moved.inputs + moved.model) * factor;
  if (Math.abs(total) < least) return null;
  const parts = [
    { why: 'time passing', amount: moved.time * factor },
    { why: 'new facts', amount: moved.inputs * factor },
    { why: 'an updated model', amount: moved.model * factor },
  ]
    .filter(({ amount }) => Math.abs(amount) >= least / 2)
    .sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount))
    .map(({ why, amount }) => `${amount > 0 ? '+' : '-'}${Math.round(Math.abs(amount))} from ${why}`);
  return `${what} ${total > 0 ? 'up' : 'down'} ${Math.round(Math.abs(total))} ${unit}: ${parts.join(', ')}.`;
}
