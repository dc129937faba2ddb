/** What a vendor says of the calls of a day: used by all apps of the account together. */
export interface CallUsage {
  used: number;
  limit: number;
  /** When the vendor said so, ISO 8601. */
  at: string;
  /** When counting starts again, ISO 8601; null where the day is the rolling 24 hours before now. */
  resetsAt: string | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Two observations nearer than this say nothing about a rate. */
const SHORTEST_SPAN_MS = 60_000;

/**
 * When the calls of the day will be used up if they go on as they went, ISO 8601. Null when they last until the reset (for a rolling
 * day: for a day), or when nothing can be said yet.
 *
 * @param observations in the order of time; of a day that begins at a reset one is enough, since it began with none
 */
export function callsRunOutAt(observations: readonly CallUsage[]): string | null {
  const last = observations.at(-1);
  if (last === undefined || last.limit <= 0) return null;
  const lastMs = Date.parse(last.at);
  const resetMs = last.resetsAt === null ? null : Date.parse(last.resetsAt);
  if (last.used >= last.limit) return last.at;
  const rate =
    resetMs === null
      ? rateOf(observations, lastMs)
      : lastMs - (resetMs - DAY_MS) < SHORTEST_SPAN_MS
        ? null
        : last.used / (lastMs - (resetMs - DAY_MS));
  if (rate === null || rate <= 0) return null;
  const runsOutMs = lastMs + (last.limit - last.used) / rate;
  return runsOutMs < (resetMs ?? lastMs + DAY_MS) ? new Date(runsOutMs).toISOString() : null;
}

/** Calls a millisecond over the observations of the last hour before the last one; null when they are too near to it. */
function rateOf(observations: readonly CallUsage[], lastMs: number): number | null {
  const first = observations.find((each) => lastMs - Date.parse(each.at) <= HOUR_MS);
  const last = observations.at(-1);
  if (first === undefined || last === undefined) return null;
  const spanMs = lastMs - Date.parse(first.at);
  return spanMs < SHORTEST_SPAN_MS ? null : (last.used - first.used) / spanMs;
}
