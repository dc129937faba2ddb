import { calendarDay } from '../../core/domain/calendar-day.ts';
import { DataError } from '../../core/domain/errors.ts';
import type { InstantOrDay } from '../../core/domain/records.ts';

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}:\d{2})?)?$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Kinds by the words that shops use. */
const KINDS: Readonly<Record<string, 'order' | 'refund' | 'void'>> = {
  '': 'order',
  order: 'order',
  sale: 'order',
  purchase: 'order',
  refund: 'refund',
  return: 'refund',
  void: 'void',
  cancel: 'void',
  canceled: 'void',
  cancelled: 'void',
  cancellation: 'void',
};

/** Where a value stands, for what is said of it. */
export interface Place {
  /** 1-based. */
  line: number;
  /** The column's name in the file. */
  column: string;
}

/** A day or instant. A clock time without an offset says only the day. Throws DataError for anything else. */
export function dateOf(text: string, place: Place): InstantOrDay {
  const [, year, month, day, time, offset] = DATE.exec(text) ?? [];
  const written = `${year}-${month}-${day}`;
  try {
    if (year !== undefined) {
      const date = calendarDay(written);
      if (time === undefined || offset === undefined) return date;
      const instant = new Date(`${written}T${time}${offset}`);
      if (!Number.isNaN(instant.getTime())) return instant.toISOString();
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  throw fault(place, 'a day such as 2026-03-31, or an instant with its offset', text, 'write it year first');
}

/** A decimal number as text, zero or more; text that is below zero is allowed where something is taken back. */
export function amountOf(text: string, place: Place, options: { takenBack: boolean }): string {
  signedOf(text, place);
  if (!text.startsWith('-')) return text;
  if (options.takenBack) return text.slice(1);
  throw fault(
    place,
    'zero or more for an order',
    text,
    'mark the row as a refund in a column "kind", or take it out of the file',
  );
}

/** A decimal number as text, of either sign. Throws DataError for anything else. */
export function signedOf(text: string, place: Place): string {
  if (DECIMAL.test(text)) return text;
  const remedy = /^-?[\d.]*,\d+$/.test(text)
    ? 'write it with a decimal point'
    : 'remove separators and signs of currency';
  throw fault(place, 'a decimal number with a point, such as 1234.50', text, remedy);
}

/** What a row is, by its word. Throws DataError for one it does not know. */
export function kindOf(text: string, place: Place): 'order' | 'refund' | 'void' {
  const word = text.toLowerCase();
  const kind = Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;
  if (kind !== undefined) return kind;
  throw fault(place, 'order, refund or void', text, 'use one of these words');
}

/** A code of a currency in capitals. */
export function currencyOf(text: string, place: Place): string {
  const code = text.toUpperCase();
  if (/^[A-Z]{3}$/.test(code)) return code;
  throw fault(place, 'a three-letter ISO 4217 code such as EUR', text, 'write the code, not the sign');
}

/** What is wrong with a value. */
export function fault({ line, column }: Place, expected: string, found: string, remedy: string): DataError {
  return new DataError({ row: line, field: column, expected, found, remedy });
}
