const LOCALE = 'en-GB';

/** Making a formatter takes longer than using it a hundred times, and lists format by the thousand. */
const formatters = new Map<string, Intl.NumberFormat>();

function formatter(currency: string | null, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${currency} ${options.notation ?? ''}`;
  let known = formatters.get(key);
  if (known === undefined) {
    known = new Intl.NumberFormat(LOCALE, {
      ...options,
      ...(currency !== null && { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
    });
    formatters.set(key, known);
  }
  return known;
}

/** Money with its currency, without its minor unit: "€1,234". Null is a dash. */
export function money(amount: string | number | null, currency: string | null): string {
  return amount === null ? NONE : formatter(currency, { maximumFractionDigits: 0 }).format(Number(amount));
}

/** Money where there is little room: "€1.2M". */
export function shortMoney(amount: string | number, currency: string | null): string {
  return formatter(currency, { notation: 'compact', maximumSignificantDigits: 2 }).format(Number(amount));
}

/** A probability or share as a percentage: "12 %". */
export function percent(share: number | null): string {
  if (share === null) return NONE;
  const value = share * 100;
  return `${value > 0 && value < 1 ? '<1' : Math.round(value)} %`;
}

/** A count or a score: "1,234". */
export function whole(value: number): string {
  return formatter(null, { maximumFractionDigits: 0 }).format(value);
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
