/** Sales by hour of the day, UTC. */
export type Hours = number[];

/** Sales of one look at the hours. */
export const LOOK_AT = 150;
/** Sales before it from which on a shift can be told. */
const LEAST_BASE = 300;
/** Log-likelihood by which a shift must win: e^25 to one. */
const WINS_BY = 25;
/** An hour is summer time. */
const LEAST_SHIFT_HOURS = 2;

/** No sale yet. */
export function noHours(): Hours {
  return new Array<number>(24).fill(0);
}

/** The hour of an instant; null for a day, and for midnight in UTC, which is how systems write a day. */
export function hourOf(occurredAt: string): number | null {
  if (occurredAt.length === 10) return null;
  const at = new Date(occurredAt);
  const isMidnight = at.getTime() % 86_400_000 === 0;
  return isMidnight ? null : at.getUTCHours();
}

/**
 * By how many hours the profile of a day has moved: the shift under which the last sales are likeliest by the profile before. Null when
 * there is none, and where the day has no profile to tell by.
 *
 * @returns hours later (1..12) or earlier (-11..-1)
 */
export function hourShift(base: Hours, last: Hours): number | null {
  const total = base.reduce((sum, count) => sum + count, 0);
  if (total < LEAST_BASE) return null;
  // One more in each hour: none is impossible.
  const probability = base.map((count) => (count + 1) / (total + 24));
  const likelihood = (shift: number) =>
    last.reduce((sum, count, hour) => sum + count * Math.log(probability[(hour - shift + 24) % 24] as number), 0);
  const asBefore = likelihood(0);
  let best = { shift: 0, wins: 0 };
  for (let shift = 1; shift < 24; shift += 1) {
    const wins = likelihood(shift) - asBefore;
    if (wins > best.wins) best = { shift, wins };
  }
  const hours = best.shift > 12 ? best.shift - 24 : best.shift;
  return best.wins > WINS_BY && Math.abs(hours) >= LEAST_SHIFT_HOURS ? hours : null;
}
