import { z } from 'zod';
import { type CalendarDay, dayOf } from '../domain/calendar-day.ts';
import type { TransactionRecord } from '../domain/records.ts';

/** What a fix does to the sales of a connection, exactly. */
export const transformSchema = z.discriminatedUnion('do', [
  /** Multiplies amounts and margins by ten to this power: -2 for cents that were given as euros. */
  z.strictObject({ do: z.literal('scale'), powerOfTen: z.union([-3, -2, -1, 1, 2, 3].map((each) => z.literal(each))) }),
  /** Moves instants; days stay. */
  z.strictObject({ do: z.literal('shift-hours'), hours: z.number().int().min(-26).max(26) }),
  /** Names the currency. */
  z.strictObject({
    do: z.literal('currency'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'a three-letter code such as EUR'),
  }),
]);

/** See `transformSchema`. */
export type Transform = z.output<typeof transformSchema>;

/** A fix of the sales of a connection that happened from one day on, up to another or for good (null). By the days as they came. */
export interface Fix {
  fixId: string;
  connectionId: string;
  transform: Transform;
  from: CalendarDay;
  until: CalendarDay | null;
}

/** A sale as it should have come: what its source said, with the fixes of its connection and day, the oldest first. */
export function fixed(record: TransactionRecord, fixes: readonly Fix[], timeZone: string): TransactionRecord {
  if (fixes.length === 0) return record;
  const day = dayOf(record.occurredAt, timeZone);
  return fixes
    .filter(({ from, until }) => day >= from && (until === null || day <= until))
    .reduce((each, { transform }) => applied(each, transform), record);
}

function applied(record: TransactionRecord, transform: Transform): TransactionRecord {
  switch (transform.do) {
    case 'scale': {
      const { margin } = record;
      return {
        ...record,
        amount: record.amount === null ? null : scaled(record.amount, transform.powerOfTen),
        ...(margin && 'amount' in margin && { margin: { amount: scaled(margin.amount, transform.powerOfTen) } }),
      };
    }
    case 'shift-hours':
      return record.occurredAt.length === 10
        ? record
        : {
            ...record,
            occurredAt: new Date(new Date(record.occurredAt).getTime() + transform.hours * 3_600_000).toISOString(),
          };
    case 'currency':
      return { ...record, currency: transform.currency };
  }
}

/** Moves the point of a decimal number; text that is none stays. */
export function scaled(decimal: string, powerOfTen: number): string {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal.trim()) ?? [];
  if (whole === undefined) return decimal;
  const digits = `${'0'.repeat(Math.max(-powerOfTen, 0))}${whole}${fraction}${'0'.repeat(Math.max(powerOfTen, 0))}`;
  const places = fraction.length - powerOfTen + Math.max(powerOfTen, 0);
  const point = digits.length - places;
  const integer = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const rest = digits.slice(point).replace(/0+$/, '');
  return `${sign}${integer}${rest === '' ? '' : `.${rest}`}`;
}
