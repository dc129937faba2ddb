import { DataError } from '../../core/domain/errors.ts';
import { formatMoney, minorDigits, parseMoney } from '../../core/domain/money.ts';
import type { AmountFormula } from './settings.ts';

/** Numbers of an order, by the spec's names. */
type Numbers = Readonly<Record<string, unknown>>;

const TERMS: Readonly<Record<AmountFormula, { from: string; less: readonly string[] }>> = {
  subtotal: { from: 'subtotal', less: [] },
  'revenue - discount': { from: 'revenue', less: ['discount'] },
  revenue: { from: 'revenue', less: [] },
  'total - shipping - tax': { from: 'total', less: ['shipping', 'tax'] },
  total: { from: 'total', less: [] },
};

/**
 * The amount of an order by the first formula whose number the event carries, exact, as a decimal string. What is taken off counts
 * as nothing where it is absent. Numbers may be text. Null when the event has none of the numbers.
 * https://segment.com/docs/connections/spec/ecommerce/v2/
 *
 * @throws DataError for a number that cannot be read, and for an amount below zero
 */
export function amountOf(numbers: Numbers, formulas: readonly AmountFormula[], currency: string): string | null {
  for (const formula of formulas) {
    const { from, less } = TERMS[formula];
    const whole = minorOf(numbers, from, currency);
    if (whole === null) continue;
    const amountMinor = less.reduce((rest, name) => rest - (minorOf(numbers, name, currency) ?? 0n), whole);
    if (amountMinor < 0n) {
      throw new DataError({
        field: `properties.${from}`,
        expected: `zero or more for ${formula}`,
        found: formatMoney({ amountMinor, currency }),
        remedy: 'correct it at the source, or set "amount" of the connection to what the shop’s numbers mean',
      });
    }
    return formatMoney({ amountMinor, currency });
  }
  return null;
}

function minorOf(numbers: Numbers, name: string, currency: string): bigint | null {
  const value = numbers[name];
  if (value === undefined || value === null || value === '') return null;
  // Two digits more than the currency has, so that 27.499999999999996 is what it was meant to be.
  const text = typeof value === 'number' ? value.toFixed(minorDigits(currency) + 2) : value;
  if (typeof text === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(text)) return parseMoney(text, currency).amountMinor;
  throw new DataError({
    field: `properties.${name}`,
    expected: 'a decimal number with a point, such as 39.95',
    found: JSON.stringify(value),
    remedy: 'correct it at the source',
  });
}
