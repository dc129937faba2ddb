import type { Cursor } from './connector.ts';
import type { Opinion } from './record-cards.ts';

/** What somebody said, at the vendor, of the score on a contact. */
export interface VendorOpinion extends Opinion {
  contactExternalId: string;
  /** ISO 8601 instant. */
  givenAt: string;
}

/** Some of them, in the order in which they were said; the cursor is kept in the same commit. */
export interface OpinionPage {
  opinions: readonly VendorOpinion[];
  cursor: Cursor;
}

/** A vendor where people judge scores on its own records. */
export interface OpinionSource {
  /** Everything said since the cursor, and perhaps some of what was said shortly before it; all there is when it is null. */
  read(cursor: Cursor | null): AsyncIterable<OpinionPage>;
}
