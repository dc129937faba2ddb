/**
 * Limits of the tracking API: 500 KB and 2,500 events a request, 32 KB an event. Beyond 2,500 the excess is lost under a 200.
 * https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#max-request-size
 */
export const MOST_EVENTS = 2_500;
/** 32 KB, less what the SDK adds on its way out. */
export const MOST_EVENT_BYTES = 32_000;
/** 500 KB, less a margin for the SDK's envelope. */
export const MOST_BATCH_BYTES = 495_000;

/** What the SDK adds to each event: timestamp, type, its own name and version, the runtime's. */
const ADDED_BYTES = 200;

/** Size of an event on the wire. */
export function eventBytes(event: unknown): number {
  return Buffer.byteLength(JSON.stringify(event)) + ADDED_BYTES;
}

/**
 * Cuts events into the fewest batches in their order. We do so ourselves because the SDK counts only the characters that an address
 * would escape (context-batch.js, calculateSize, 3.1.0): left alone it sends 1 MB where 500 KB are allowed.
 */
export function inBatches<T>(events: readonly T[], bytesOf: (event: T) => number): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let room = 0;
  for (const event of events) {
    const bytes = bytesOf(event);
    const last = batches.at(-1);
    if (last && bytes <= room && last.length < MOST_EVENTS) {
      last.push(event);
      room -= bytes;
    } else {
      batches.push([event]);
      room = MOST_BATCH_BYTES - bytes;
    }
  }
  return batches;
}
