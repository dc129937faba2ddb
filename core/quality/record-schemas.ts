import { z } from 'zod';
import { calendarDay } from '../domain/calendar-day.ts';
import { CHANNELS, type RecordKind, type SourceRecord } from '../domain/records.ts';
import type { Finding } from './finding.ts';

/** Longer ids, names and numbers are some other field's text. */
const LONGEST_ID = 500;
const LONGEST_TEXT = 2_000;

const id = z.string().min(1, 'an id').max(LONGEST_ID, `an id of at most ${LONGEST_ID} characters`);
const text = z.string().max(LONGEST_TEXT, `a text of at most ${LONGEST_TEXT.toLocaleString('en')} characters`);
const decimal = z
  .string()
  .regex(/^-?\d{1,15}(?:\.\d+)?$/, 'a decimal number with a point, of at most 15 digits before it');

/** A day that exists, or an instant with its offset. */
const instantOrDay = z.string().refine((value) => {
  const day = value.slice(0, 10);
  try {
    calendarDay(day);
  } catch {
    return false;
  }
  return value.length === 10 || (/(?:Z|[+-]\d{2}:?\d{2})$/.test(value) && !Number.isNaN(new Date(value).getTime()));
}, 'an ISO 8601 instant with Z or an offset, or a day that exists');

const contact = z.object({
  externalId: id,
  emails: z.array(text),
  userIds: z.array(id),
  anonymousIds: z.array(id),
  phone: text.nullable(),
  name: text.nullable(),
  accountExternalId: id.nullable(),
  ownerId: id.nullable(),
  createdAt: instantOrDay.nullable(),
});

const transaction = z.object({
  externalId: id,
  transactionKind: z.enum(['order', 'refund', 'void']),
  occurredAt: instantOrDay,
  amount: decimal.nullable(),
  currency: z.string().max(20, 'a code of a currency'),
  contactExternalId: id.nullable(),
  accountExternalId: id.nullable(),
  orderReference: text.nullable(),
  refersTo: text.nullable(),
});

const event = z.object({
  externalId: id,
  channel: z.enum(CHANNELS),
  name: text,
  occurredAt: instantOrDay,
  contactExternalId: id.nullable(),
});

/** What each kind of record must look like, whichever connector made it. Values that a rule of its own judges are only typed here. */
export const RECORD_SCHEMAS: Readonly<Partial<Record<RecordKind, z.ZodType>>> = { contact, transaction, event };

/** The first field that is not of its type or range; null for a sound record, and for kinds without a schema. */
export function schemaFinding(record: Exclude<SourceRecord, { kind: 'deletion' }>): Finding | null {
  const [issue] = RECORD_SCHEMAS[record.kind]?.safeParse(record).error?.issues ?? [];
  if (issue === undefined) return null;
  const found = issue.path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
    record,
  );
  return {
    rule: 'schema',
    // A contact carries what is known of a person: none of it is lost for the sake of one field.
    severity: record.kind === 'contact' ? 'warn' : 'reject',
    field: issue.path.join('.'),
    expected: issue.message,
    found: record.kind === 'contact' ? typeof found : JSON.stringify(found ?? null).slice(0, 80),
    remedy: 'Correct it at its source, or choose another field in the mapping.',
  };
}
