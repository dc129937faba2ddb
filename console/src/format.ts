const LOCALE = 'en-GB';

function inCurrency(currency: string): Intl.NumberFormatOptions {
  return { style: 'currency', currency, currencyDisplay: 'narrowSymbol' };
}

/** Money with its currency, without its minor unit: "€1,234". Null is a dash. */
export function money(amount: string | number | null, currency: string | null): string {
  if (amount === null) return NONE;
  const value = Number(amount);
  if (currency === null) return whole(value);
  return new Intl.NumberFormat(LOCALE, { ...inCurrency(currency), maximumFractionDigits: 0 }).format(value);
}

/** Money where there is little room: "€1.2M". */
export function shortMoney(amount: string | number, currency: string | null): string {
  return new Intl.NumberFormat(LOCALE, {
    notation: 'compact',
    maximumSignificantDigits: 2,
    ...(currency !== null && inCurrency(currency)),
  }).format(Number(amount));
}

/** A probability or share as a percentage: "12 %". */
export function percent(share: number | null): string {
  if (share === null) return NONE;
  const value = share * 100;
  return `${value > 0 && value < 1 ? '<1' : Math.round(value)} %`;
}

/** A count or a score: "1,234". */
export function whole(value: number): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 }).format(value);
}

/** A day: "3 Jun 2026". Days of the workspace have no time zone. */
export function day(date: string | null): string {
  if (date === null) return NONE;
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(date));
}

/** A moment in the reader's time zone: "3 Jun 2026, 14:05". */
export function moment(instant: string | null): string {
  if (instant === null) return NONE;
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
}

/** "1 customer", "2 customers". */
export function counted(count: number, one: string): string {
  return `${whole(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** What stands where there is no value. */
export const NONE = '–';
