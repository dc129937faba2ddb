import { type Ledger, type Memories, totalPoints } from '../engagement/ledger.ts';
import { LONG_HALF_LIFE_DAYS, SHORT_HALF_LIFE_DAYS } from '../features/stats.ts';
import { type PercentileTable, percentileOf } from './percentile-table.ts';

/** 0..100: the share of the book, at training, with fewer points. Nothing going on is 0. */
export function engagementScore(table: PercentileTable, points: number): number {
  return points <= 0 ? 0 : 100 * percentileOf(table, points);
}

/** The last weeks beside the last months: 1 = as usual, 0 = nothing any more. 1 when there never was anything. */
export function engagementRatio(ledger: Ledger, inputs: Memories): number {
  const worth = ledger.rules.map((rule) => ({ ...rule, short: rule.short + rule.long, long: 0 }));
  const short = totalPoints({ ...ledger, rules: worth }, inputs);
  const long = totalPoints(
    { ...ledger, rules: worth.map((rule) => ({ ...rule, short: 0, long: rule.short })) },
    inputs,
  );
  // A steady rate gives counts in proportion to the half-lives.
  return long <= 0 ? 1 : short / SHORT_HALF_LIFE_DAYS / (long / LONG_HALF_LIFE_DAYS);
}

/** How much of the usual engagement is missing, 0..1. */
export function engagementDrop(ratio: number): number {
  return Math.min(Math.max(1 - ratio, 0), 1);
}

/** The ratio in words. */
export function engagementTrend(ratio: number): 'rising' | 'steady' | 'falling' {
  return ratio > 1.3 ? 'rising' : ratio < 0.7 ? 'falling' : 'steady';
}
