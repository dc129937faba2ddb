import type { ScoreNumbers } from '../scores/score.ts';
import type { Conditions, Range } from './conditions.ts';
import type { CustomerFacts } from './facts.ts';
import type { Playbook } from './schema.ts';

/** The numbers of a score that conditions look at. */
export type Watched = Pick<
  ScoreNumbers,
  | 'lifecycle'
  | 'churnBand'
  | 'valueBand'
  | 'segment'
  | 'engagementTrend'
  | 'churnProbability'
  | 'engagement'
  | 'priority'
  | 'clv12m'
  | 'valueIfKept12m'
>;

/** Churn probability (0..1) from which a band begins, frozen at training. */
export interface ChurnCutoffs {
  high: number;
  medium: number;
}

/** Whether a customer is in the state that a playbook watches. What a condition asks for and is not known does not hold. */
export function isInCell({ when }: Pick<Playbook, 'when'>, score: Watched, facts: CustomerFacts): boolean {
  return holds(when, score, facts, { points: 0, band: includes(when.churnBand, score.churnBand) });
}

/**
 * Whether a customer counts as in the state from now on. One who was counted in stays so until a number has moved by the
 * hysteresis out of what is watched, or another band, segment or lifecycle took the customer out: a wavering risk enters once. One who
 * was not enters with the first score in the state, however slowly the risk rose.
 *
 * @param wasIn whether the score before counted as in; false for the first score
 */
export function countsAsIn(
  playbook: Playbook,
  wasIn: boolean,
  score: Watched,
  facts: CustomerFacts,
  cutoffs: ChurnCutoffs,
): boolean {
  if (isInCell(playbook, score, facts)) return true;
  if (!wasIn) return false;
  const { when, hysteresisPoints: points } = playbook;
  const band = includes(when.churnBand, score.churnBand) || isJustBelow(when, score, points, cutoffs);
  return holds(when, score, facts, { points, band });
}

/** All conditions; those on numbers widened by points (of money: per cent). */
function holds(
  when: Conditions,
  score: Watched,
  facts: CustomerFacts,
  { points, band }: { points: number; band: boolean },
): boolean {
  const churn = score.churnProbability === null ? null : 100 * score.churnProbability;
  return (
    when.lifecycle.includes(score.lifecycle) &&
    band &&
    includes(when.valueBand, score.valueBand) &&
    includes(when.segment, score.segment) &&
    includes(when.engagementTrend, score.engagementTrend) &&
    within(when.churn, churn, points) &&
    within(when.engagement, score.engagement, points) &&
    within(when.priority, score.priority, points) &&
    within(when.clv12m, score.clv12m, 0, points / 100) &&
    within(when.valueIfKept12m, score.valueIfKept12m, 0, points / 100) &&
    within(when.purchases, facts.purchases) &&
    within(when.silentDays, facts.silentDays) &&
    within(when.customerDays, facts.customerDays)
  );
}

function includes(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}

function within(range: Range | undefined, value: number | null, slack = 0, slackShare = 0): boolean {
  if (range === undefined) return true;
  if (value === null) return false;
  const { atLeast, atMost } = range;
  return (
    (atLeast === undefined || value >= atLeast - slack - slackShare * Math.abs(atLeast)) &&
    (atMost === undefined || value <= atMost + slack + slackShare * Math.abs(atMost))
  );
}

/** Whether the risk is below the lowest band that is watched, by less than the hysteresis. */
function isJustBelow(
  { churnBand: watched }: Conditions,
  { churnBand, churnProbability }: Watched,
  points: number,
  cutoffs: ChurnCutoffs,
): boolean {
  if (watched === undefined || churnProbability === null || churnBand === 'lapsed') return false;
  const from = watched.includes('low') ? 0 : watched.includes('medium') ? cutoffs.medium : cutoffs.high;
  return churnProbability < from && churnProbability >= from - points / 100;
}
