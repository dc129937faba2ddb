import { z } from 'zod';

const id = z
  .union([z.string(), z.number().transform(String)], 'text or a number')
  .nullish()
  .transform((value) => (value === undefined || value === null || value.trim() === '' ? null : value));
const object = z
  .record(z.string(), z.unknown(), 'an object')
  .nullish()
  .transform((value) => value ?? {});
const text = z
  .string('text')
  .nullish()
  .transform((value) => value ?? null);

/**
 * A message as Segment delivers it to destinations and logs it in files. Sources of all kinds and ages write them: only what we use
 * is read, and ids may be numbers.
 * https://segment.com/docs/connections/spec/common/
 */
export const messageSchema = z.looseObject({
  type: z.enum(
    ['identify', 'track', 'page', 'screen', 'group', 'alias', 'delete'],
    'identify, track, page, screen, group, alias or delete',
  ),
  messageId: id,
  userId: id,
  anonymousId: id,
  previousId: id,
  groupId: id,
  event: text,
  name: text,
  timestamp: text,
  originalTimestamp: text,
  receivedAt: text,
  traits: object,
  properties: object,
  context: object,
});

/** A message, read. Absent ids and texts are null. */
export type Message = z.output<typeof messageSchema>;

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** An ISO 8601 text as a UTC instant; without an offset it is UTC, as Segment writes it. Null when it is none. */
export function instant(iso: string): string | null {
  const parts = ISO.exec(iso.trim());
  if (!parts) return null;
  const [, day, time = '00:00', offset = 'Z'] = parts;
  const at = new Date(
    `${day}T${time}${/^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset}`,
  );
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** A text among the values of an object; null when it is absent or blank. Numbers count as text. */
export function textOf(values: Readonly<Record<string, unknown>>, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = values[key];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}
