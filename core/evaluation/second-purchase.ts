import type { Book, BookCustomer } from '../backtest/book.ts';
import { type CalendarDay, dayNumber } from '../domain/calendar-day.ts';
import { kaplanMeier } from '../models/survival/kaplan-meier.ts';

/** Share of customers without a second purchase so many weeks after the first, with its 95 % interval. */
export interface SecondPurchaseStep {
  weeks: number;
  survival: number;
  low: number;
  high: number;
}

/** The survival curve of "has not bought again yet", by Kaplan-Meier: customers of all ages count for as long as they were seen. */
export function secondPurchaseCurve(
  book: Book,
  customers: readonly BookCustomer[],
  asOf: CalendarDay,
): readonly SecondPurchaseStep[] {
  if (customers.length < 2 || customers.every(({ frequency }) => frequency === 0)) return [];
  const rows = customers.map(({ customerId }) => {
    const [first, second] = book.daysOf(customerId, asOf);
    const end = second?.day ?? dayNumber(asOf);
    return { duration: (end - (first?.day ?? end)) / 7, event: second !== undefined, values: [] };
  });
  return kaplanMeier.fit(rows, {}).steps.map(({ time, survival, low, high }) => ({ weeks: time, survival, low, high }));
}
