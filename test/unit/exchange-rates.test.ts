import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readExchangeRates } from '../../config/read-exchange-rates.ts';
import { configSchema } from '../../config/schema.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { DataError } from '../../core/domain/errors.ts';
import { convert, exchangeRates, isRate } from '../../core/domain/exchange-rates.ts';
import { parseMoney } from '../../core/domain/money.ts';

const rate = (day: string, currency: string, value: string) => ({ day: calendarDay(day), currency, rate: value });

describe('a table of exchange rates', () => {
  const table = exchangeRates('EUR', [
    rate('2026-03-20', 'GBP', '1.2'),
    rate('2026-03-02', 'GBP', '1.1'),
    rate('2026-03-02', 'USD', '0.9'),
    rate('2026-03-02', 'USD', '0.91'),
  ]);

  it('gives the rate of the day, else of the nearest earlier day within seven', () => {
    expect(table.find('GBP', calendarDay('2026-03-02'))?.rate).toBe('1.1');
    expect(table.find('GBP', calendarDay('2026-03-09'))).toMatchObject({ day: '2026-03-02', rate: '1.1' });
    expect(table.find('GBP', calendarDay('2026-03-21'))?.rate).toBe('1.2');
  });

  it.each([
    ['before the first', 'GBP', '2026-03-01'],
    ['eight days later', 'GBP', '2026-03-10'],
    ['for a currency it does not have', 'CHF', '2026-03-02'],
  ])('has none %s', (_, currency, day) => {
    expect(table.find(currency, calendarDay(day))).toBeNull();
  });

  it('takes the later of two for one day', () => {
    expect(table.find('USD', calendarDay('2026-03-02'))?.rate).toBe('0.91');
  });

  it('has the version of an equal table and no other', () => {
    const rates = [rate('2026-03-02', 'GBP', '1.1')];
    expect(exchangeRates('EUR', rates).version).toBe(exchangeRates('EUR', [...rates]).version);
    expect(exchangeRates('USD', rates).version).not.toBe(exchangeRates('EUR', rates).version);
    expect(exchangeRates('EUR', [rate('2026-03-02', 'GBP', '1.10')]).version).not.toBe(
      exchangeRates('EUR', rates).version,
    );
  });
});

describe('conversion', () => {
  it.each([
    ['10.00', 'GBP', '1.1954', 'EUR', 1195n],
    ['0.01', 'GBP', '0.5', 'EUR', 1n],
    ['-0.01', 'GBP', '0.5', 'EUR', -1n],
    ['0.01', 'GBP', '0.49', 'EUR', 0n],
    ['0', 'GBP', '1.1954', 'EUR', 0n],
    ['1500', 'JPY', '0.00612', 'EUR', 918n],
    ['12.34', 'USD', '149.875', 'JPY', 1849n],
    ['1.234', 'KWD', '3.25', 'USD', 401n],
    ['90071992547409.93', 'USD', '1', 'EUR', 9007199254740993n],
  ])('of %s %s at %s is exact in %s', (amount, from, value, into, minor) => {
    expect(convert(parseMoney(amount, from), { rate: value }, into)).toEqual({ amountMinor: minor, currency: into });
  });

  it.each(['', '0', '0.00', '-1', '1,1', '1e3', 'x'])('refuses %j as a rate', (value) => {
    expect(isRate(value)).toBe(false);
    expect(() => convert(parseMoney('1', 'GBP'), { rate: value }, 'EUR')).toThrow(DataError);
  });
});

describe('the table of a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'staypower-rates-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const configured = (text: string | null, rates: unknown[] = []) => {
    const file = text === null ? null : join(folder, 'rates.csv');
    if (file !== null) writeFileSync(file, text ?? '');
    return readExchangeRates(configSchema.parse({ currency: 'EUR', exchangeRates: { file, rates } }));
  };

  it('is the file, with what stands in the configuration before it', async () => {
    const table = await configured('rate,date,currency\n1.1,2026-03-02,GBP\n"1.2",2026-03-03,GBP\n', [
      { date: '2026-03-03', currency: 'GBP', rate: 0.0000012 },
    ]);
    expect(table.reporting).toBe('EUR');
    expect(table.find('GBP', calendarDay('2026-03-02'))?.rate).toBe('1.1');
    expect(table.find('GBP', calendarDay('2026-03-03'))?.rate).toBe('0.0000012');
  });

  it('is empty where nothing is configured', async () => {
    expect((await configured(null)).find('GBP', calendarDay('2026-03-02'))).toBeNull();
  });

  it.each([
    ['no such column', 'date,currency\n', /line 1: expected the columns date, currency, rate/],
    ['a day that does not exist', 'date,currency,rate\n2026-02-30,GBP,1\n', /line 2: expected a day.*2026-02-30/],
    ['a word for a currency', 'date,currency,rate\n2026-02-20,pound,1\n', /line 2: expected an ISO 4217 code/],
    ['a rate of nothing', 'date,currency,rate\n\n2026-02-20,GBP,0\n', /line 3: expected a decimal number above zero/],
    ['an open quotation mark', 'date,currency,rate\n"2026-02-20,GBP,1\n', /expected a CSV file that can be read/],
  ])('refuses %s and names the line', async (_, text, message) => {
    await expect(configured(text)).rejects.toThrow(message);
  });

  it('refuses a file that is not there', async () => {
    const config = configSchema.parse({ exchangeRates: { file: join(folder, 'none.csv') } });
    await expect(readExchangeRates(config)).rejects.toThrow(/none\.csv: expected a CSV file.*ENOENT/);
  });

  it.each([[0], [-1], ['1.1']])('refuses %j as a rate in the configuration', (value) => {
    const parsed = configSchema.safeParse({
      exchangeRates: { rates: [{ date: '2026-03-03', currency: 'GBP', rate: value }] },
    });
    expect(parsed.success).toBe(false);
  });
});
