import { z } from 'zod';
import type { DeletionRecord, RecordKind, SourceRecord } from '../../core/domain/records.ts';
import { type Reading, readRecord } from '../http/read-record.ts';
import { instantOf, isInstant, type Row } from './soql.ts';

/** What a row says: no record, or several (a sale and its refund). */
export type Translated = Reading<readonly SourceRecord[]>;

/** A text; null where there is none. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
/** A checkbox; absent = not ticked. */
export const flag = z
  .boolean({ error: 'true or false' })
  .nullish()
  .transform((value) => value ?? false);
/** An instant, in the form that ends in Z. */
export const instant = z
  .string({ error: 'an instant' })
  .refine(isInstant, { error: 'an instant' })
  .transform(instantOf);
/** A calendar day. */
export const day = z.iso.date({ error: 'a day such as 2026-03-31' });
/** An amount that is not negative. */
export const money = z.number({ error: 'an amount' }).min(0, { error: 'an amount of 0 or more' });

/** What to do about a record that cannot be read. */
export const REMEDY = 'Correct the record in Salesforce; the next sync reads it again.';

/** Reads a row by a schema and translates it. */
export function translate<T>(
  schema: z.ZodType<T>,
  row: Row,
  of: RecordKind,
  toRecords: (value: T) => readonly SourceRecord[],
): Translated {
  const reading = readRecord(schema, row, { of, externalId: String(row['Id'] ?? ''), remedy: REMEDY });
  return reading.ok ? { ok: true, value: toRecords(reading.value) } : reading;
}

/** The vendor has it no more, or it is no longer what it was. */
export function gone(of: RecordKind, externalId: string, mergedIntoExternalId: string | null = null): DeletionRecord {
  return { kind: 'deletion', of, externalId, mergedIntoExternalId };
}
