import type { Inputs } from '../features/inputs.ts';
import {
  ENGAGEMENT_CHANNELS,
  type EngagementChannel,
  LONG_HALF_LIFE_DAYS,
  SHORT_HALF_LIFE_DAYS,
} from '../features/stats.ts';
import { type PercentileTable, percentileOf } from './percentile-table.ts';

/** Points of one event of a channel at the moment it happens; they decay with the short half-life. */
export const ENGAGEMENT_POINTS: Readonly<Record<EngagementChannel, number>> = {
  web: 1,
  email: 2,
  meeting: 6,
  product: 2,
  support: 1,
  purchase: 5,
};

/** The sum of the points. */
export function totalPoints(inputs: Pick<Inputs, 'short'>): number {
  let sum = 0;
  for (const channel of ENGAGEMENT_CHANNELS) sum += ENGAGEMENT_POINTS[channel] * inputs.short[channel];
  return sum;
}

/** 0..100: the share of the book, at training, with fewer points. Nothing going on is 0. */
export function engagementScore(table: PercentileTable, points: number): number {
  return points <= 0 ? 0 : 100 * percentileOf(table, points);
}

/** The last weeks beside the last months: 1 = as usual, 0 = nothing any more. 1 when there never was anything. */
export function engagementRatio(inputs: Pick<Inputs, 'short' | 'long'>): number {
  let short = 0;
  let long = 0;
  for (const channel of ENGAGEMENT_CHANNELS) {
    short += ENGAGEMENT_POINTS[channel] * inputs.short[channel];
    long += ENGAGEMENT_POINTS[channel] * inputs.long[channel];
  }
  // A steady rate gives counts in proportion to the half-lives.
  return long <= 0 ? 1 : short / SHORT_HALF_LIFE_DAYS / (long / LONG_HALF_LIFE_DAYS);
}

/** The ratio in words. */
export function engagementTrend(ratio: number): 'rising' | 'steady' | 'falling' {
  return ratio > 1.3 ? 'rising' : ratio < 0.7 ? 'falling' : 'steady';
}
