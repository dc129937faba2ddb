import { dayOf } from './calendar-day.ts';
import { formatMoney, parseMoney } from './money.ts';

/** A sale reduced to what can be added up. */
export interface SaleFigure {
  /** As records of the stream name it. */
  externalId: string;
  /** Month of the workspace's calendar, "2026-03"; null where there is no date. */
  month: string | null;
  /** Decimal string; null where there is none. */
  amount: string | null;
  /** ISO 4217 code. */
  currency: string;
}

/** Sales of one month in one currency, taken together. */
export interface MonthTotal {
  month: string | null;
  currency: string;
  count: number;
  /** Decimal string; sales without an amount count for nothing. */
  amount: string;
}

/** The month of an instant or day, "2026-03"; null for text that is neither. */
export function monthOf(at: string, timeZone: string): string | null {
  try {
    return dayOf(at, timeZone).slice(0, 7);
  } catch {
    return null;
  }
}

/** Adds sales up by month and currency, exactly. Throws DataError for an amount that is no decimal number. */
export function totalByMonth(figures: Iterable<SaleFigure>): readonly MonthTotal[] {
  const totals = new Map<string, { month: string | null; currency: string; count: number; amountMinor: bigint }>();
  for (const { month, currency, amount } of figures) {
    const key = `${month} ${currency}`;
    const total = totals.get(key) ?? { month, currency, count: 0, amountMinor: 0n };
    total.count += 1;
    if (amount !== null) total.amountMinor += parseMoney(amount, currency).amountMinor;
    totals.set(key, total);
  }
  return [...totals.values()].map(({ amountMinor, ...total }) => ({
    ...total,
    amount: formatMoney({ amountMinor, currency: total.currency }),
  }));
}
