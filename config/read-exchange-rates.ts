import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { readPlain } from '../connectors/http/read-plain.ts';
import { type CalendarDay, calendarDay } from '../core/domain/calendar-day.ts';
import { ConfigError, type ConfigProblem, DataError } from '../core/domain/errors.ts';
import { type ExchangeRate, type ExchangeRates, exchangeRates, isRate } from '../core/domain/exchange-rates.ts';
import type { ResolvedConfig } from './schema.ts';

const COLUMNS = ['date', 'currency', 'rate'] as const;
/** Faulty lines that are named. */
const MOST_PROBLEMS = 10;
/** Rates without exponent or grouping, at most so many digits as a number carries. */
const DECIMAL = new Intl.NumberFormat('en', { useGrouping: false, maximumFractionDigits: 17 });

/**
 * The table of exchange rates of a configuration: the file's rates, then those that stand in the configuration itself.
 *
 * @throws ConfigError when the file cannot be read or has lines that are no rates: up to ten are named
 */
export async function readExchangeRates(
  config: Pick<ResolvedConfig, 'currency' | 'exchangeRates'>,
): Promise<ExchangeRates> {
  const { file, rates } = config.exchangeRates;
  const inline = rates.map(({ date, currency, rate }) => ({
    day: calendarDay(date),
    currency,
    rate: DECIMAL.format(rate),
  }));
  return exchangeRates(config.currency, [...(file === null ? [] : await readFileRates(resolve(file))), ...inline]);
}

async function readFileRates(path: string): Promise<readonly ExchangeRate[]> {
  const rates: ExchangeRate[] = [];
  const problems: ConfigProblem[] = [];
  const problem = (line: number, expected: string, found: string): ConfigProblem => ({
    path: `${path} line ${line}`,
    expected,
    found,
    remedy: 'Correct it: one rate a line, e.g. 2026-03-31,GBP,1.1954.',
  });
  let places: readonly number[] | null = null;
  try {
    const rows = Readable.from(readPlain(path)).compose(
      parse({ bom: true, trim: true, info: true, relax_column_count: true, skip_empty_lines: true }),
    ) as AsyncIterable<{ record: string[]; info: { lines: number } }>;
    for await (const { record, info } of rows) {
      if (places === null) {
        places = COLUMNS.map((name) => record.indexOf(name));
        if (places.includes(-1))
          throw new ConfigError([problem(1, 'the columns date, currency, rate', record.join(','))]);
        continue;
      }
      const [date = '', currency = '', rate = ''] = places.map((place) => record[place] ?? '');
      const day = dayIn(date);
      if (day === null) problems.push(problem(info.lines, 'a day such as 2026-03-31', date));
      else if (!/^[A-Z]{3}$/.test(currency)) problems.push(problem(info.lines, 'an ISO 4217 code', currency));
      else if (!isRate(rate)) problems.push(problem(info.lines, 'a decimal number above zero', rate));
      else rates.push({ day, currency, rate });
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const found = error instanceof DataError ? (error.fault.found ?? '') : error instanceof Error ? error.message : '';
    throw new ConfigError([
      { path: `exchangeRates.file ${path}`, expected: 'a CSV file that can be read', found, remedy: 'Check the path.' },
    ]);
  }
  if (problems.length > 0) throw new ConfigError(problems.slice(0, MOST_PROBLEMS));
  return rates;
}

function dayIn(text: string): CalendarDay | null {
  try {
    return calendarDay(text);
  } catch {
    return null;
  }
}
