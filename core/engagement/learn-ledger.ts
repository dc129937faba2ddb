import type { Inputs } from '../features/inputs.ts';
import { ENGAGEMENT_CHANNELS } from '../features/stats.ts';
import { nonNegativeLeastSquares } from '../math/non-negative-least-squares.ts';
import type { Ledger, PointsRule } from './ledger.ts';

/** A customer on a past day, and what followed. */
export interface Followed {
  inputs: Pick<Inputs, 'short' | 'long'>;
  /** How often the outcome came in the period after that day: purchase days, or anything at all. */
  outcome: number;
}

/** Fewer customers than this with an outcome, and nothing is learned. */
const FEWEST_WITH_OUTCOME = 30;

/**
 * Points learned from outcomes: by channel and half-life, never negative, those that best tell how often the outcome follows. Scaled so that
 * the dearest event is worth 10. Null when there is too little to learn from or nothing tells.
 */
export function learnLedger(followed: readonly Followed[]): Ledger | null {
  if (followed.filter(({ outcome }) => outcome > 0).length < FEWEST_WITH_OUTCOME) return null;
  const coefficients = nonNegativeLeastSquares(
    followed.map(({ inputs }) => [...memoryColumns(inputs), 1]),
    followed.map(({ outcome }) => outcome),
    { ridge: 1, free: new Set([2 * ENGAGEMENT_CHANNELS.length]) },
  );
  const rules = ENGAGEMENT_CHANNELS.map(
    (channel, index): PointsRule => ({
      channel,
      event: null,
      short: coefficients[2 * index] ?? 0,
      long: coefficients[2 * index + 1] ?? 0,
    }),
  );
  const dearest = Math.max(...rules.map(({ short, long }) => short + long));
  if (dearest === 0) return null;
  const scale = 10 / dearest;
  return {
    source: 'learned',
    rules: rules.map((each) => ({ ...each, short: each.short * scale, long: each.long * scale })),
  };
}

/** Decayed counts, channel by channel: short and long memory in turn. */
export function memoryColumns(inputs: Pick<Inputs, 'short' | 'long'>): readonly number[] {
  return ENGAGEMENT_CHANNELS.flatMap((channel) => [inputs.short[channel], inputs.long[channel]]);
}
