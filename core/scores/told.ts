import type { NewEvent, ToldScores } from '../domain/outbound-event.ts';
import { mustWrite } from './dead-band.ts';
import { fieldValues } from './fields.ts';
import type { Score } from './score.ts';

/**
 * What there is to tell of a customer who was scored.
 *
 * @param told the score that was told last; null when none was
 * @param before the score before this one; null for a first scoring
 */
export function tellScore(
  customerId: string,
  now: Score,
  before: Score | null,
  told: Score | null,
): { events: readonly NewEvent[]; moved: boolean } {
  const moved = mustWrite(told ? fieldValues(told) : {}, fieldValues(now));
  const initial = before === null;
  const events: NewEvent[] = [];
  if (moved) {
    events.push({
      type: 'score.changed',
      customerId,
      initial,
      data: {
        customerId,
        scores: toldScores(now),
        previous: told && toldScores(told),
        reasons: [...now.reasons],
        change: now.change,
      },
    });
  }
  for (const [band, from, to] of [
    ['churn', before?.churnBand ?? null, now.churnBand],
    ['value', before?.valueBand ?? null, now.valueBand],
  ] as const) {
    if (from === to) continue;
    events.push({
      type: 'band.crossed',
      customerId,
      initial,
      data: { customerId, asOf: now.asOf, band, from, to },
    });
  }
  return { events, moved };
}

/** A score as it is told outside. */
export function toldScores(score: Score): ToldScores {
  return {
    asOf: score.asOf,
    modelVersion: score.modelVersion,
    lifecycle: score.lifecycle,
    currency: score.currency,
    clv12m: money(score.clv12m),
    clv12mLow: money(score.clv12mLow),
    clv12mHigh: money(score.clv12mHigh),
    valueIfKept12m: money(score.valueIfKept12m),
    churnProbability: score.churnProbability,
    churnHorizonDays: score.churnHorizonDays,
    churnBand: score.churnBand,
    valueBand: score.valueBand,
    engagement: score.engagement,
    engagementTrend: score.engagementTrend,
    priority: score.priority,
    segment: score.segment,
  };
}

function money(value: number | null): string | null {
  return value === null ? null : value.toFixed(2);
}
