import { type Book, bookOfDays } from '../backtest/book.ts';
import { type CalendarDay, dayNumber } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import type { TrainingCustomer } from './train.ts';

/** The customers of a training as the backtest asks for them: what was known on a day, refunds later than it left out. Null without a purchase. */
export function trainingBook(customers: readonly TrainingCustomer[], currency: string): Book | null {
  const firstDay = customers.reduce<CalendarDay | null>((first, { purchaseDays: [own] }) => {
    return own !== undefined && (first === null || own < first) ? own : first;
  }, null);
  if (firstDay === null) return null;
  return bookOfDays({
    // They have no name here: their place in the sample will do.
    customerIds: Array.from(customers.keys(), String),
    firstDay,
    daysOf: (customerId, asOf) =>
      (customers[Number(customerId)]?.purchasesAt(asOf) ?? []).map(({ day, amountMinor }) => ({
        day: dayNumber(day),
        amount: toMajor(amountMinor, currency),
      })),
  });
}
