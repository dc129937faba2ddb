/** A write run that can be taken back. */
export interface WriteRunEntry {
  runId: number;
  startedAt: string;
  /** When all of it had been undone; null when it stands or was undone half. */
  undoneAt: string | null;
  records: number;
}

/** What a connection would be sent. */
export interface WaitingWrites {
  connectionId: string;
  /** All records that wait, and how many of them were compared. */
  records: number;
  compared: number;
  /** How many of the compared records would get another value, by field. */
  fields: Readonly<Record<string, number>>;
  /** The first rows, with what changes on them; null is empty. */
  rows: readonly {
    recordKind: 'contact' | 'account';
    externalId: string;
    changes: readonly { field: string; from: string | number | null; to: string | number | null }[];
  }[];
}

/** What was written to the CRMs, and what waits to be. */
export interface Writes {
  /** The runs of the last two weeks, the newest first. */
  runs(options: { limit: number }): Promise<readonly WriteRunEntry[]>;
  /** What waits, as a difference to what was last written. Asks no vendor. */
  waiting(options: { rows: number }): Promise<readonly WaitingWrites[]>;
}
