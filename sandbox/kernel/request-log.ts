import type { LoggedRequest, VendorName } from './types.ts';

/** Every request the sandbox answered, in order. */
export interface RequestLog {
  add(entry: Omit<LoggedRequest, 'seq'>): void;
  since(seq: number, vendor?: VendorName): readonly LoggedRequest[];
  clear(): void;
}

/** Requests kept: beyond this the oldest are forgotten, so that a long bench does not grow without end. */
const MOST_ENTRIES = 200_000;
const BODY_KEPT = 200_000;

/** A log in memory. */
export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  let next = 1;
  return {
    add: (entry) => {
      entries.push({ ...entry, requestBody: entry.requestBody.slice(0, BODY_KEPT), seq: next++ });
      if (entries.length > MOST_ENTRIES) entries = entries.slice(MOST_ENTRIES / 10);
    },
    since: (seq, vendor) => entries.filter((entry) => entry.seq > seq && (!vendor || entry.vendor === vendor)),
    clear: () => {
      entries = [];
    },
  };
}
