import { z } from 'zod';
import type { Cursor } from '../../core/ports/connector.ts';

const position = z.object({
  /** The last row handed out: rows after it, by SystemModstamp and Id (by Id alone in a first load), are still to come. */
  after: z.object({ id: z.string(), modstamp: z.string() }).nullable(),
  /** A Bulk result that the rest is read from. */
  bulk: z
    .object({ jobId: z.string(), version: z.string(), locator: z.string().nullable(), skip: z.number() })
    .nullable(),
});

/** Where a read that is under way stands. */
export type ReadPosition = z.output<typeof position>;

const objectCursor = z.object({
  /** Everything changed before this instant has been read; null until the first load is complete. */
  since: z.string().nullable(),
  /** The read under way, and what `since` becomes when it is complete; null between two pulls. */
  read: position.extend({ until: z.string(), whole: z.boolean().default(false) }).nullable(),
  /** When every row was last read; null: with the first load. */
  wholeAt: z.string().nullable().default(null),
});

/** How far one object has been read. */
export type ObjectCursor = z.output<typeof objectCursor>;

const streamCursor = z.object({ objects: z.record(z.string(), objectCursor) });

/** How far each object of a stream has been read, by object name. */
export type StreamCursor = z.output<typeof streamCursor>;

/** The cursor of a stream; one that cannot be read (written by a later version) starts over: nothing is lost by reading again. */
export function readCursor(cursor: Cursor | null): StreamCursor {
  const parsed = streamCursor.safeParse(cursor);
  return parsed.success ? parsed.data : { objects: {} };
}
