/** A curve that falls in steps, from 1 at time 0. Known until `until`, and not beyond. */
export interface StepCurve {
  /** When it steps down, ascending. */
  readonly times: readonly number[];
  /** Its height from step `index` on, >= 0. */
  readonly height: (index: number) => number;
  /** The longest time anybody was followed. */
  readonly until: number;
}

/** Index of the last step at or before a time; -1 before the first. */
export function stepAt(times: readonly number[], time: number): number {
  return firstIndex(times.length, (index) => (times[index] as number) > time) - 1;
}

/** The height at a time; null beyond what was observed, unless it has reached 0 and so stays there. */
export function heightAt({ times, height, until }: StepCurve, time: number): number | null {
  const step = stepAt(times, time);
  const level = step < 0 ? 1 : height(step);
  return time > until && level > 0 ? null : level;
}

/** The first time at which the curve is at or below `level`; null when it never is. */
export function timeAtHeight({ times, height }: StepCurve, level: number): number | null {
  if (level >= 1) return 0;
  // Products of fractions such as 3/4 * 2/3 miss 1/2 by a bit or two.
  return times[firstIndex(times.length, (index) => height(index) <= level * (1 + 1e-12))] ?? null;
}

/** The area under the curve between two times; null when it reaches beyond what was observed. */
export function areaUnder(curve: StepCurve, from: number, to: number): number | null {
  if (heightAt(curve, to) === null) return null;
  const { times, height } = curve;
  let step = stepAt(times, from);
  let area = 0;
  for (let left = from; left < to; step += 1) {
    const right = Math.min(times[step + 1] ?? to, to);
    area += (right - left) * (step < 0 ? 1 : height(step));
    left = right;
  }
  return area;
}

/** The first index below `length` from which on `holds` is true; `length` when there is none. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
