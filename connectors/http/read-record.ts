import type { z } from 'zod';
import type { RecordKind, RejectedRecord } from '../../core/domain/records.ts';

/** A vendor's record read by its schema, or why it could not be. */
export type Reading<T> = { ok: true; value: T } | { ok: false; rejected: RejectedRecord };

/** Reads a vendor's record. A record that does not fit is set aside with the field, what was expected and what came. */
export function readRecord<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  about: { of: RecordKind; externalId: string; remedy: string },
): Reading<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') || 'record';
  return {
    ok: false,
    rejected: {
      of: about.of,
      externalId: about.externalId,
      field,
      expected: issue?.message ?? 'a readable record',
      found: JSON.stringify(valueAt(raw, issue?.path ?? [])) ?? 'nothing',
      remedy: about.remedy,
      payload: JSON.stringify(raw),
    },
  };
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
