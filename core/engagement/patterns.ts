import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { RHYTHM_WEEKS, type Rhythm, weekOf } from '../features/rhythm.ts';
import { twoSidedPValue } from '../math/normal-distribution.ts';

/** What stands out in when a customer does something. Weeks are calendar weeks; the running one counts for the streak alone. */
export interface Patterns {
  /** Days with activity a week have been going up or down over the last 12 full weeks; null when that may be chance. */
  trend: 'rising' | 'falling' | null;
  /** Weeks in a row with activity, up to now. */
  streakWeeks: number;
  /** Days with activity in the last 4 full weeks where so many were usual, too few for chance; null otherwise. */
  drop: { days: number; usualDays: number } | null;
  /** Days between activity when it comes like clockwork; null when it does not, or no longer does. */
  everyDays: number | null;
}

const TREND_WEEKS = 12;
const LEAST_TREND_WEEKS = 8;
const RECENT_WEEKS = 4;
const LEAST_USUAL_WEEKS = 8;
/** Chance of calling something a trend (two-sided) or a drop that is none. */
const TREND_CHANCE = 0.05;
const DROP_CHANCE = 0.01;
/** At least so many gaps, of which the standard deviation is at most this share of the mean. Poisson's is 1. */
const LEAST_GAPS = 5;
const MOST_VARIATION = 0.3;
const LEAST_MEAN_GAP_DAYS = 2;

/** Reads the patterns of a rhythm on a day at or after its last one, in closed form. */
export function patternsAt(rhythm: Rhythm, asOf: CalendarDay): Patterns {
  const running = weekOf(asOf);
  const passed = running - rhythm.week;
  const age = running - weekOf(rhythm.firstDay);
  // By weeks before the running one: 0 is the running one. Weeks before the first activity are no weeks without activity.
  const weeks = Array.from(
    { length: Math.min(RHYTHM_WEEKS, age + 1) },
    (_, back) => rhythm.activeDays[back - passed] ?? 0,
  );
  const full = weeks.slice(1);
  return {
    trend: trendOf(full.slice(0, TREND_WEEKS)),
    streakWeeks: streakOf(weeks),
    drop: dropOf(full),
    everyDays: regularity(rhythm, asOf),
  };
}

/** Mann and Kendall's test for a trend, ties corrected, continuity corrected. */
function trendOf(newestFirst: readonly number[]): Patterns['trend'] {
  const n = newestFirst.length;
  if (n < LEAST_TREND_WEEKS) return null;
  let s = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) s += Math.sign((newestFirst[i] as number) - (newestFirst[j] as number));
  }
  const term = (count: number) => count * (count - 1) * (2 * count + 5);
  const ties = Map.groupBy(newestFirst, (days) => days)
    .values()
    .reduce((sum, group) => sum + term(group.length), 0);
  const variance = (term(n) - ties) / 18;
  if (variance <= 0) return null;
  const z = (Math.abs(s) - 1) / Math.sqrt(variance);
  if (twoSidedPValue(z) > TREND_CHANCE) return null;
  return s > 0 ? 'rising' : 'falling';
}

function streakOf(weeks: readonly number[]): number {
  // A running week without activity yet breaks nothing.
  const from = weeks[0] === 0 ? 1 : 0;
  const broken = weeks.findIndex((days, back) => back >= from && days === 0);
  return (broken < 0 ? weeks.length : broken) - from;
}

/** Given all days, how many fall into the recent weeks is binomial if nothing changed. */
function dropOf(full: readonly number[]): Patterns['drop'] {
  const usualWeeks = full.length - RECENT_WEEKS;
  if (usualWeeks < LEAST_USUAL_WEEKS) return null;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const recent = sum(full.slice(0, RECENT_WEEKS));
  const usual = sum(full.slice(RECENT_WEEKS));
  const share = RECENT_WEEKS / full.length;
  if (atMost(recent, recent + usual, share) > DROP_CHANCE) return null;
  return { days: recent, usualDays: (usual / usualWeeks) * RECENT_WEEKS };
}

/** Probability of at most `count` of n at a chance of `share` each. */
function atMost(count: number, n: number, share: number): number {
  let term = (1 - share) ** n;
  let sum = term;
  for (let k = 1; k <= count; k += 1) {
    term *= ((n - k + 1) / k) * (share / (1 - share));
    sum += term;
  }
  return sum;
}

function regularity(rhythm: Rhythm, asOf: CalendarDay): number | null {
  if (rhythm.gaps < LEAST_GAPS) return null;
  const mean = rhythm.gapDays / rhythm.gaps;
  const deviation = Math.sqrt(Math.max(rhythm.gapDaysSquared / rhythm.gaps - mean * mean, 0));
  const silent = daysBetween(rhythm.lastDay, asOf);
  const holds = mean >= LEAST_MEAN_GAP_DAYS && deviation <= MOST_VARIATION * mean && silent <= 1.5 * mean;
  return holds ? mean : null;
}
