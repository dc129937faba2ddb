import { addDays, type CalendarDay, daysBetween } from './calendar-day.ts';
import { DataError } from './errors.ts';
import { type Money, minorDigits } from './money.ts';
import { hashOf } from './stable-json.ts';

/** What one unit of a currency was worth on a day, in the workspace's currency. */
export interface ExchangeRate {
  day: CalendarDay;
  /** ISO 4217 code of the currency that is converted. */
  currency: string;
  /** Decimal string above zero, e.g. "1.0832". */
  rate: string;
}

/** A dated table of rates into one reporting currency. */
export interface ExchangeRates {
  /** ISO 4217 code of the currency that is converted into. */
  readonly reporting: string;
  /** Equal tables have equal versions. */
  readonly version: string;
  /** The rate of the day, or of the nearest earlier day within 7; null when there is none. */
  find(currency: string, day: CalendarDay): ExchangeRate | null;
}

/** A rate older than this says little about the day. */
const DAYS_BACK = 7;
const RATE = /^(\d+)(?:\.(\d+))?$/;

/** Whether a text is a rate: a decimal number above zero. */
export function isRate(text: string): boolean {
  return RATE.test(text) && /[1-9]/.test(text);
}

/** Makes a table of rates; of two for one currency and day the later in the list counts. */
export function exchangeRates(reporting: string, rates: readonly ExchangeRate[]): ExchangeRates {
  const byCurrency = new Map<string, ExchangeRate[]>();
  for (const rate of rates) {
    const list = byCurrency.get(rate.currency) ?? [];
    list.push(rate);
    byCurrency.set(rate.currency, list);
  }
  for (const list of byCurrency.values()) list.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  return {
    reporting,
    version: hashOf([reporting, rates.map(({ day, currency, rate }) => [day, currency, rate])]),
    find: (currency, day) => {
      const rate = lastUpTo(byCurrency.get(currency) ?? [], day);
      return rate && daysBetween(rate.day, day) <= DAYS_BACK ? rate : null;
    },
  };
}

/**
 * Converts an amount at a rate, exactly, rounded half away from zero to the minor unit of `currency`.
 *
 * @throws DataError for a rate that is no decimal number above zero
 */
export function convert(money: Money, { rate }: Pick<ExchangeRate, 'rate'>, currency: string): Money {
  const parts = RATE.exec(rate);
  if (!parts || !isRate(rate)) {
    throw new DataError({
      field: 'rate',
      expected: 'a decimal number above zero, such as 1.0832',
      found: rate,
      remedy: 'correct it in the table of exchange rates',
    });
  }
  const [, whole = '', fraction = ''] = parts;
  const dividend = money.amountMinor * BigInt(whole + fraction) * 10n ** BigInt(minorDigits(currency));
  const divisor = 10n ** BigInt(fraction.length + minorDigits(money.currency));
  return { amountMinor: divideRounding(dividend, divisor), currency };
}

/** Divides, rounding half away from zero. `divisor` above zero. */
export function divideRounding(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const quotient = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -quotient : quotient;
}

/** The days for which a table must hold a rate to convert a sale of `day`: from the first, inclusive, to the day. */
export function daysOfRate(day: CalendarDay): { from: CalendarDay; to: CalendarDay } {
  return { from: addDays(day, -DAYS_BACK), to: day };
}

/** The last of a list in ascending order of days that is not after `day`. */
function lastUpTo(rates: readonly ExchangeRate[], day: CalendarDay): ExchangeRate | undefined {
  let low = 0;
  let high = rates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rates[middle]?.day ?? '') <= day) low = middle + 1;
    else high = middle;
  }
  return rates[low - 1];
}
