import type { CalendarDay } from '../domain/calendar-day.ts';
import type { CustomerStats } from '../features/stats.ts';
import { type MovingNumbers, movingNumbers } from './numbers.ts';
import type { ScoringModel } from './scoring-model.ts';
import { type Sentences, type Statement, say } from './words/index.ts';

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

/** Why the scores moved, in a sentence or two; null when nothing worth a word did. The whole numbers in it add up too. */
export function changeSentence(
  before: Before,
  now: { model: ScoringModel; stats: CustomerStats; asOf: CalendarDay },
  sentences: Sentences,
): string | null {
  const { currency } = now.model;
  const churn = movement(before, now, (numbers) => numbers.churnProbability);
  const value = movement(before, now, (numbers) => numbers.clv12m);
  const statements = [
    churn && moved('churn', { time: churn.time * 100, inputs: churn.inputs * 100, model: churn.model * 100 }, currency),
    value && moved('value', value, currency),
  ].filter((statement) => statement !== null);
  return statements.length === 0 ? null : statements.map((statement) => say(sentences, statement)).join(' ');
}

/** Moved by less than a point, or a unit of money, is not worth a word. */
function moved(what: 'churn' | 'value', { time, inputs, model }: Movement, currency: string): Statement | null {
  const total = time + inputs + model;
  if (Math.abs(total) < 1) return null;
  const by = Math.round(total);
  const whys = ['time', 'inputs', 'model'] as const;
  const parts = roundedTo(by, [time, inputs, model])
    .map((part, index) => ({ why: whys[index] ?? 'time', by: part }))
    .filter((part) => part.by !== 0)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
  return { says: 'moved', what, by, currency, parts };
}

/** Whole numbers near the amounts that add up to their rounded sum: those that lost most by rounding down get what is left. */
function roundedTo(total: number, amounts: readonly number[]): readonly number[] {
  const rounded = amounts.map(Math.floor);
  const byLoss = amounts.map((amount, index) => ({ index, loss: amount - Math.floor(amount) }));
  byLoss.sort((a, b) => b.loss - a.loss);
  let left = total - rounded.reduce((sum, each) => sum + each, 0);
  for (const { index } of byLoss) {
    if (left <= 0) break;
    rounded[index] = (rounded[index] ?? 0) + 1;
    left -= 1;
  }
  return rounded;
}
