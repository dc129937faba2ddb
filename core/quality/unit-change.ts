import { UNIT_STEPS } from './amount-rules.ts';
import type { Spread } from './sketch.ts';

/** Amounts looked at together, the last of a connection. */
export const WINDOW = 40;
/** Amounts before them from which on a step can be told. */
const LEAST_BASE = 60;
/** Amounts after the step that make it one. */
const LEAST_AFTER = 12;
/** Of them so many must lie nearer to the stepped median than to the old. */
const SHARE_AFTER = 0.85;
/** How near the median after the step must come to it, in logarithms. */
const MEDIAN_WITHIN = 0.8;

/** A step in all amounts of a connection. */
export interface UnitStep {
  factor: number;
  /** Index in the window of the first amount after the step. */
  from: number;
}

/**
 * Looks for a step by 100 or 1,000 within the last amounts of a connection: from some point on they fit the median before only when
 * they are divided by it. The point is where the sum of what the step explains is largest.
 *
 * @param window logarithms in the order of their sales, the latest last
 * @param base what was usual before them
 * @returns null when there is none
 */
export function findUnitStep(window: readonly number[], base: Spread | null): UnitStep | null {
  if (base === null || base.n < LEAST_BASE) return null;
  for (const { factor, log } of UNIT_STEPS) {
    const stepped = base.median + log;
    let sum = 0;
    let best = { sum: 0, from: window.length };
    for (let index = window.length - 1; index >= 0; index -= 1) {
      const amount = window[index] as number;
      sum += Math.abs(amount - base.median) - Math.abs(amount - stepped);
      if (sum > best.sum) best = { sum, from: index };
    }
    const after = window.slice(best.from);
    if (after.length < LEAST_AFTER) continue;
    const nearer = after.filter((amount) => isNearer(amount, base.median, log)).length;
    const middle = [...after].sort((a, b) => a - b)[after.length >> 1] as number;
    if (nearer / after.length >= SHARE_AFTER && Math.abs(middle - stepped) <= MEDIAN_WITHIN)
      return { factor, from: best.from };
  }
  return null;
}

/** Whether an amount lies nearer to the stepped median than to the old one. */
function isNearer(logAmount: number, median: number, step: number): boolean {
  return Math.abs(logAmount - median - step) < Math.abs(logAmount - median);
}

/** After a step most amounts are stepped: one is taken for it from a quarter of the way on, not from the middle. */
const WAY = 0.25;

/** Whether an amount after a known step was stepped, rather than given as before. */
export function isStepped(logAmount: number, median: number, step: number): boolean {
  return (logAmount - median) / step > WAY;
}
