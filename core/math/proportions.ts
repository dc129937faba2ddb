import { twoSidedPValue } from './normal-distribution.ts';

/** So many of so many. */
export interface Proportion {
  count: number;
  of: number;
}

/** The ends of an interval. */
export interface Interval {
  low: number;
  high: number;
}

/** The difference of two proportions. */
export interface Difference {
  /** First minus second. */
  difference: number;
  /** 95 % interval, Newcombe's (1998) from two Wilson intervals: holds for small counts and at 0 and 1. */
  low: number;
  high: number;
  /** Of no difference, two-sided, pooled; 1 where both are all or nothing. */
  pValue: number;
}

const Z95 = 1.959964;

/** Compares two independent proportions; both need one case at least. */
export function compareProportions(first: Proportion, second: Proportion): Difference {
  const a = first.count / first.of;
  const b = second.count / second.of;
  const { low: aLow, high: aHigh } = wilson(first);
  const { low: bLow, high: bHigh } = wilson(second);
  const pooled = (first.count + second.count) / (first.of + second.of);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.of + 1 / second.of));
  return {
    difference: a - b,
    low: a - b - Math.hypot(a - aLow, bHigh - b),
    high: a - b + Math.hypot(aHigh - a, b - bLow),
    pValue: error > 0 ? twoSidedPValue((a - b) / error) : 1,
  };
}

/** 95 % interval of a proportion (Wilson 1927): stays inside 0 and 1, holds for small counts. Needs one case at least. */
export function wilson({ count, of }: Proportion): Interval {
  const share = count / of;
  const z2 = Z95 ** 2;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z95 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return { low: middle - half, high: middle + half };
}
