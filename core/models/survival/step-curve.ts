/** A curve that falls in steps: from 1 at time 0 to `levels[i]` from `times[i]` on. Known until `until`, and not beyond. */
export interface StepCurve {
  /** Ascending. */
  readonly times: readonly number[];
  /** Falling, >= 0. */
  readonly levels: readonly number[];
  /** The longest time anybody was followed. */
  readonly until: number;
}

/** Index of the last step at or before a time; -1 before the first. */
export function stepAt(times: ArrayLike<number>, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The level at a time; null beyond what was observed, unless it has reached 0 and so stays there. */
export function levelAt({ times, levels, until }: StepCurve, time: number): number | null {
  const step = stepAt(times, time);
  const level = step < 0 ? 1 : (levels[step] as number);
  return time > until && level > 0 ? null : level;
}

/** The first time at which the level is at or below `level` (within rounding); null when it never is. */
export function timeAtLevel({ times, levels }: StepCurve, level: number): number | null {
  // Products of fractions such as 3/4 * 2/3 miss 1/2 by a bit or two.
  const index = levels.findIndex((each) => each <= level * (1 + 1e-12));
  return index < 0 ? null : (times[index] as number);
}

/** The area under the curve between two times; null when it reaches beyond what was observed. */
export function areaUnder(curve: StepCurve, from: number, to: number): number | null {
  if (levelAt(curve, to) === null) return null;
  const { times, levels } = curve;
  let step = stepAt(times, from);
  let area = 0;
  for (let left = from; left < to; step += 1) {
    const right = Math.min(step + 1 < times.length ? (times[step + 1] as number) : to, to);
    area += (right - left) * (step < 0 ? 1 : (levels[step] as number));
    left = right;
  }
  return area;
}
