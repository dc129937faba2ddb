import { describe, expect, it } from 'vitest';
import { DataError } from '../../core/domain/errors.ts';
import { formatMoney, minorDigits, parseMoney, toMajor } from '../../core/domain/money.ts';

describe('money', () => {
  it('reads decimal strings exactly, by the currency’s minor unit', () => {
    expect(parseMoney('1234.5', 'USD')).toEqual({ amountMinor: 123450n, currency: 'USD' });
    expect(parseMoney('-0.01', 'EUR').amountMinor).toBe(-1n);
    expect(parseMoney('500', 'JPY').amountMinor).toBe(500n);
    expect(parseMoney('1.2345', 'KWD').amountMinor).toBe(1235n);
    expect(parseMoney('90071992547409.93', 'USD').amountMinor).toBe(9007199254740993n);
  });

  it('rounds half away from zero beyond the minor unit', () => {
    expect(parseMoney('0.005', 'USD').amountMinor).toBe(1n);
    expect(parseMoney('-0.005', 'USD').amountMinor).toBe(-1n);
    expect(parseMoney('0.0049', 'USD').amountMinor).toBe(0n);
  });

  it('gives back the decimal string it read', () => {
    for (const text of ['0.00', '12.30', '-7.05', '100000.99']) {
      expect(formatMoney(parseMoney(text, 'USD'))).toBe(text);
    }
    expect(formatMoney(parseMoney('7', 'JPY'))).toBe('7');
    expect(toMajor(1230n, 'USD')).toBe(12.3);
  });

  it.each(['', '1,234.50', '1e3', '$5', 'NaN', '1.2.3', ' - 4'])('refuses %j and says what to do', (text) => {
    expect(() => parseMoney(text, 'USD')).toThrow(DataError);
    expect(() => parseMoney(text, 'USD')).toThrow(/expected a decimal number/);
  });

  it('refuses a currency that is no ISO code', () => {
    expect(() => minorDigits('usd')).toThrow(/ISO 4217/);
  });
});
