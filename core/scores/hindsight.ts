import type { CalendarDay } from '../domain/calendar-day.ts';
import type { ContractTerm } from '../features/contract.ts';
import { type SourceRank, settle, type Transaction } from '../features/settle.ts';
import { type DatedEvent, summarise } from '../features/stats.ts';
import { movingNumbers } from './numbers.ts';
import type { Score } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';

/**
 * The scores that today's model gives a customer on days that are past, from what was known on each: for looking at what would have been, where no
 * scores were kept yet. The model itself has learned from later days, so that they look better than scores of the time would. Without
 * reasons, intervals and explanations. Days on which nothing had happened yet have none.
 */
export function hindsightScores(
  model: ScoringModel,
  history: { transactions: readonly Transaction[]; events: readonly DatedEvent[]; terms: readonly ContractTerm[] },
  days: readonly CalendarDay[],
  rank: SourceRank,
): readonly Score[] {
  return days.flatMap((day) => {
    const settlement = settle(history.transactions, day, rank);
    const stats = summarise(settlement.days, history.events, day, settlement, history.terms);
    if (stats.purchaseDays === 0 && stats.events === 0 && !stats.contract) return [];
    return [
      {
        ...movingNumbers(model, stats, day),
        clv12mLow: null,
        clv12mHigh: null,
        currency: model.currency,
        churnHorizonDays: model.horizonDays,
        modelVersion: model.version,
        cluster: null,
        explanations: {},
        reasons: [],
        change: null,
        nextAction: null,
        nextActionOn: null,
      },
    ];
  });
}
