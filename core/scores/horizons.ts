import type { CalendarDay } from '../domain/calendar-day.ts';
import { inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import { roundMoney } from './numbers.ts';
import type { ScoringModel } from './scoring-model.ts';
import { TWELVE_MONTHS } from './value.ts';
import { worthOf } from './worth.ts';

/** What a customer is worth over a time to come, discounted, in major units of the book's currency. */
export interface HorizonValue {
  months: number;
  /** Expected revenue, and its 80 % interval. */
  revenue: number;
  low: number;
  high: number;
  /** Expected contribution margin. */
  margin: number;
}

/** A quarter, the year that is written on records, and three years. */
const HORIZON_MONTHS = [3, 12, 36] as const;

/**
 * The value of one customer over 3, 12 and 36 months; that of 12 is the one on the record. Empty where it cannot be said.
 *
 * @param margin contribution margin as a share of revenue, at most 1; below zero for who is served at a loss
 */
export function valueByHorizon(
  model: ScoringModel,
  stats: CustomerStats,
  asOf: CalendarDay,
  margin: number,
): readonly HorizonValue[] {
  const worth = worthOf(model, inputsAt(stats, asOf, model.currency));
  if (worth === null) return [];
  return HORIZON_MONTHS.map((months) => {
    const terms = { ...TWELVE_MONTHS, weeks: YEAR_WEEKS * (months / 12) };
    const revenue = roundMoney(worth.expected(terms), model.currency);
    const { low, high } = worth.interval(terms, revenue);
    return {
      months,
      revenue,
      low: roundMoney(low, model.currency),
      high: roundMoney(high, model.currency),
      margin: roundMoney(worth.expected({ ...terms, margin }), model.currency),
    };
  });
}
