import type { Receipt } from '../privacy/receipt.ts';

/** An erasure as it is listed. */
export interface ErasureEntry {
  erasureId: string;
  /** "operator", or the connection whose vendor asked for it. */
  requestedBy: string;
  erasedAt: string;
  /** Records whose clearing is not confirmed yet; the receipt waits for them. */
  waiting: number;
}

/** What is held on a person. */
export interface HeldPerson {
  customerId: string;
  /** Rows by table; tables without one are left out. */
  rows: Readonly<Record<string, number>>;
}

/** People who are to be forgotten, and those who were. */
export interface Erasures {
  /**
   * What is held on whom an e-mail address, customer id, user id or record id names; null where it names nobody. `unrecognised` counts records
   * that were read and not recognised yet: among them the person may still be.
   */
  find(who: string): Promise<{ person: HeldPerson | null; unrecognised: number }>;
  /** The newest first. */
  list(): Promise<readonly ErasureEntry[]>;
  /** The signed receipt; null while it waits for a vendor, and for an id that is unknown. */
  receipt(erasureId: string): Promise<Receipt | null>;
}
