import { lifeTable, productLimit } from '../models/survival/kaplan-meier.ts';
import { stepAt } from '../models/survival/step-curve.ts';
import type { SurvivalRow } from '../models/survival/survival-row.ts';

/** The integrated Brier score of survival curves on one table: 0 is perfect, and the curve of all customers together is the row to beat. */
export interface BrierIntegral {
  /** The times at which curves are judged. */
  readonly times: readonly number[];
  /** Rows of the table; the score is the sum of errors over all of them, divided by this. */
  readonly rows: number;
  /**
   * The sum of errors of some rows of the table, each averaged over `times`. NaN when a survival is not known (null).
   *
   * @param survivals S(t) of each row at each of `times`
   */
  errorSum(rows: readonly SurvivalRow[], survivals: readonly (readonly (number | null)[])[]): number;
}

const GRID = 50;
/** Later than this share of customers was followed, a handful of them would decide. */
const LEAST_FOLLOWED = 0.1;

/**
 * Prepares Graf et al.'s score (1999): squared error of S(t) against whether the customer was still here at t, those whose fate is not
 * known at t counted by those who are like them (weights 1 / G, the Kaplan-Meier curve of the censoring), averaged over an even grid up
 * to the time that a tenth of the customers outlast.
 */
export function brierIntegral(rows: readonly SurvivalRow[]): BrierIntegral {
  const falling = Float64Array.from(rows, ({ duration }) => duration)
    .sort()
    .reverse();
  const end = falling[Math.floor(falling.length * LEAST_FOLLOWED)] ?? 0;
  // In the middle of each part, so that neither 0 nor the last time, where everything is censored, is judged.
  const times = Array.from({ length: GRID }, (_, i) => (end * (i + 0.5)) / GRID);
  const censoring = lifeTable(rows.map(({ duration, event, values }) => ({ duration, event: !event, values })));
  const levels = productLimit(censoring);
  const uncensored = (time: number) => levels[stepAt(censoring.times, time)] ?? 1;
  // G just before the event: those censored at the same time were still followed then.
  const before = (time: number) => {
    const step = stepAt(censoring.times, time);
    return levels[censoring.times[step] === time ? step - 1 : step] ?? 1;
  };
  const weightOfStay = times.map((time) => 1 / uncensored(time));
  return {
    times,
    rows: rows.length,
    errorSum: (some, survivals) => {
      let total = 0;
      for (const [i, { duration, event }] of some.entries()) {
        const weightOfEvent = event ? 1 / before(duration) : 0;
        for (const [t, time] of times.entries()) {
          const survival = survivals[i]?.[t] ?? Number.NaN;
          total += duration <= time ? survival ** 2 * weightOfEvent : (1 - survival) ** 2 * (weightOfStay[t] as number);
        }
      }
      return total / GRID;
    },
  };
}
