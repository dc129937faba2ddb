import { type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import type { CustomerStats } from '../features/stats.ts';

/** What conditions ask of a customer's purchases on a day. */
export interface CustomerFacts {
  /** Days with a purchase, in all. */
  purchases: number;
  /** Days since the last and the first one; null without any. */
  silentDays: number | null;
  customerDays: number | null;
}

/** The facts on a day not before that of the statistics. Silence alone moves them on. */
export function factsOn(
  stats: Pick<CustomerStats, 'firstPurchase' | 'lastPurchase' | 'purchaseDays'>,
  day: CalendarDay,
): CustomerFacts {
  const { firstPurchase, lastPurchase, purchaseDays } = stats;
  return {
    purchases: purchaseDays,
    silentDays: lastPurchase === null ? null : daysBetween(lastPurchase, day),
    customerDays: firstPurchase === null ? null : daysBetween(firstPurchase, day),
  };
}
