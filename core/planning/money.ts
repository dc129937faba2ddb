import { minorDigits } from '../domain/money.ts';

/** An amount in major units as a decimal string of its currency. */
export function roundedMoney(value: number, currency: string): string {
  const text = value.toFixed(minorDigits(currency));
  // -0.00 is nothing.
  return Number(text) === 0 ? (0).toFixed(minorDigits(currency)) : text;
}
