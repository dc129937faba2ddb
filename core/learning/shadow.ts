import type { CalendarDay } from '../domain/calendar-day.ts';
import type { CustomerStats } from '../features/stats.ts';
import { movingNumbers } from '../scores/numbers.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';

/** What records would show if the challenger made the scores. */
export interface Shadow {
  /** Customers that both gave a churn probability or a value. */
  customers: number;
  churnBandsMoved: number;
  valueBandsMoved: number;
  /** Mean absolute difference of the churn probability, 0..1; null where neither says any. */
  churnMoved: number | null;
  /** Sum of the values of 12 months, in major units. */
  expectedValue: { champion: number; challenger: number };
}

/** Scores customers with both models on a day. Writes nothing: it is what promotion would change, seen before. */
export function shadowScores(
  champion: ScoringModel,
  challenger: ScoringModel,
  customers: readonly CustomerStats[],
  asOf: CalendarDay,
): Shadow {
  const pairs = customers
    .map((stats) => [movingNumbers(champion, stats, asOf), movingNumbers(challenger, stats, asOf)] as const)
    .filter((pair) => pair.some(({ churnProbability, clv12m }) => churnProbability !== null || clv12m !== null));
  const moved = pairs.flatMap(([first, second]) =>
    first.churnProbability === null || second.churnProbability === null
      ? []
      : [Math.abs(second.churnProbability - first.churnProbability)],
  );
  return {
    customers: pairs.length,
    churnBandsMoved: pairs.filter(([first, second]) => first.churnBand !== second.churnBand).length,
    valueBandsMoved: pairs.filter(([first, second]) => first.valueBand !== second.valueBand).length,
    churnMoved: moved.length === 0 ? null : moved.reduce((sum, each) => sum + each, 0) / moved.length,
    expectedValue: {
      champion: pairs.reduce((sum, [{ clv12m }]) => sum + (clv12m ?? 0), 0),
      challenger: pairs.reduce((sum, [, { clv12m }]) => sum + (clv12m ?? 0), 0),
    },
  };
}
