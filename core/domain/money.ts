import { DataError } from './errors.ts';

/** An amount of money: whole minor units (cents) and an ISO 4217 code. */
export interface Money {
  amountMinor: bigint;
  currency: string;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const digitsByCurrency = new Map<string, number>();

/** Minor digits of a currency by ISO 4217 (USD 2, JPY 0, KWD 3). Throws DataError for text that is not a currency code. */
export function minorDigits(currency: string): number {
  let digits = digitsByCurrency.get(currency);
  if (digits === undefined) {
    if (!/^[A-Z]{3}$/.test(currency)) {
      throw new DataError({
        field: 'currency',
        expected: 'a three-letter ISO 4217 code such as EUR',
        found: currency,
        remedy: 'correct it at the source or set the currency in the mapping',
      });
    }
    digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digitsByCurrency.set(currency, digits);
  }
  return digits;
}

/**
 * Reads a decimal string ("1234.5", "-3") exactly. Digits beyond the currency's minor unit are rounded half away from zero.
 * Throws DataError for anything else: thousands separators, exponents, currency signs.
 */
export function parseMoney(text: string, currency: string): Money {
  const parts = DECIMAL.exec(text.trim());
  const digits = minorDigits(currency);
  if (!parts) {
    throw new DataError({
      field: 'amount',
      expected: 'a decimal number with a point, such as 1234.50',
      found: text,
      remedy: 'remove separators and signs of currency',
    });
  }
  const fraction = parts[3] ?? '';
  const kept = fraction.slice(0, digits).padEnd(digits, '0');
  let amountMinor = BigInt(`${parts[2]}${kept}`);
  if ((fraction[digits] ?? '0') >= '5') amountMinor += 1n;
  return { amountMinor: parts[1] === '-' ? -amountMinor : amountMinor, currency };
}

/** The decimal string of an amount, e.g. "12.30"; the edge's form. */
export function formatMoney(money: Money): string {
  const digits = minorDigits(money.currency);
  const sign = money.amountMinor < 0n ? '-' : '';
  const text = (money.amountMinor < 0n ? -money.amountMinor : money.amountMinor).toString().padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Minor units as a plain number of major units, for the models (values beyond 2^53 minor units lose precision). */
export function toMajor(amountMinor: bigint | number, currency: string): number {
  return Number(amountMinor) / 10 ** minorDigits(currency);
}
