import { z } from 'zod';
import { DataError } from '../../core/domain/errors.ts';
import type { Cursor } from '../../core/ports/connector.ts';

const objectCursorSchema = z.object({
  /** First load under way: listed up to `after`; what changes after `startedAt` is left to the windows. */
  load: z.object({ startedAt: z.string(), after: z.string().nullable() }).nullable(),
  /** Everything modified up to this moment has been read; null until the first load is through. */
  watermark: z.string().nullable(),
  /** A window of modification times under way: drained up to the record `lastId`. */
  window: z.object({ until: z.string(), lastId: z.string() }).nullable(),
  /** Everything archived up to this moment is known. */
  sweptAt: z.string().nullable(),
  /** A sweep of archived records under way: listed up to `after`. */
  sweep: z.object({ startedAt: z.string(), after: z.string().nullable() }).nullable(),
  /** When everything was last listed; null before the first load is through, and in cursors of before 2026-12. */
  listedAt: z.string().nullable().default(null),
  /** Listing everything again under way: listed up to `after`. */
  listing: z.object({ startedAt: z.string(), after: z.string().nullable() }).nullable().default(null),
});

/** How far one object type has been read. Each page moves it, so that a crash between two pages costs one page. */
export type ObjectCursor = z.output<typeof objectCursorSchema>;

const streamCursorSchema = z.object({ objects: z.record(z.string(), objectCursorSchema) });

/** Where an object type begins that was never read. */
export function freshCursor(startedAt: string): ObjectCursor {
  return {
    load: { startedAt, after: null },
    watermark: null,
    window: null,
    sweptAt: null,
    sweep: null,
    listedAt: null,
    listing: null,
  };
}

/**
 * Reads a stream's cursor: how far each of its object types has been read. An object type that it does not know was added to the
 * settings since and begins afresh.
 *
 * @throws DataError when it is not one of ours
 */
export function readStreamCursor(cursor: Cursor | null): Readonly<Record<string, ObjectCursor>> {
  if (cursor === null) return {};
  const parsed = streamCursorSchema.safeParse(cursor);
  if (parsed.success) return parsed.data.objects;
  throw new DataError({
    field: 'cursor',
    expected: 'a cursor that the HubSpot connector made',
    found: JSON.stringify(cursor).slice(0, 100),
    remedy: 'delete the cursor of this stream: everything is then read afresh, and what is known is not counted again',
  });
}

/** The cursor of a stream. */
export function streamCursor(objects: Readonly<Record<string, ObjectCursor>>): Cursor {
  return { objects };
}
