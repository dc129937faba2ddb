import type { CalendarDay } from '../domain/calendar-day.ts';

/** What one rule has found on one connection, and holds still. */
export interface QualityCount {
  connectionId: string;
  rule: string;
  /** What the rule finds, in words. */
  finds: string;
  /** Findings that nobody has accepted and nothing has mended. */
  open: number;
  /** Of them, records that are kept out of the book. */
  keptOut: number;
  /** Findings that somebody has accepted as they are. */
  accepted: number;
}

/** New findings of one day. */
export interface QualityDay {
  day: CalendarDay;
  connectionId: string;
  rule: string;
  found: number;
  /** Records of the connection that were judged on the day. */
  judged: number;
}

/** How good the data are, rule by rule. */
export interface QualityReport {
  counts: readonly QualityCount[];
  /** Of the last 28 days on which something was found, the earliest first. */
  days: readonly QualityDay[];
}

/** A record, or a connection as a whole, with what is wrong and what to do. */
export interface QualityEntry {
  connectionId: string;
  /** Empty for a connection as a whole; `externalId` then says what of it. */
  kind: string;
  externalId: string;
  rule: string;
  severity: 'reject' | 'hold' | 'warn';
  message: string;
  remedy: string;
  firstAt: string;
  lastAt: string;
  acceptedBy: string | null;
}

/** Which findings are meant: all of a rule and connection, or one. */
export interface QualitySubject {
  connectionId: string;
  rule: string;
  externalId?: string;
}

/** A change to the sales of a connection from one day on. See `transformSchema` in core/quality/fixes.ts. */
export type QualityTransform =
  | { do: 'scale'; powerOfTen: number }
  | { do: 'shift-hours'; hours: number }
  | { do: 'currency'; currency: string };

/** A fix, in force or undone. */
export interface QualityFix {
  fixId: string;
  connectionId: string;
  transform: QualityTransform;
  from: CalendarDay;
  /** Null: for good. */
  until: CalendarDay | null;
  reason: string;
  madeBy: string;
  madeAt: string;
  undoneBy: string | null;
  undoneAt: string | null;
}

/** Rules of data quality, for those who keep the data good. Changes are in the audit log under `by`; the next cycle carries them out. */
export interface Quality {
  report(): Promise<QualityReport>;
  /** What keeps records out first, then the newest. Without accepted ones unless they are asked for. */
  findings(options: {
    limit: number;
    connectionId?: string;
    rule?: string;
    accepted?: boolean;
  }): Promise<readonly QualityEntry[]>;
  /** Has what was found counted as it is, until the record changes; returns how many. What cannot be counted is never accepted. */
  accept(subject: QualitySubject, given: { by: string }): Promise<number>;
  fixes(): Promise<readonly QualityFix[]>;
  /** Throws DataError for a fix that says nothing or ends before it begins. */
  fix(
    given: Pick<QualityFix, 'connectionId' | 'transform' | 'from' | 'until' | 'reason'>,
    by: { by: string },
  ): Promise<{ fixId: string; sales: number }>;
  /** Null for an id that is unknown, or undone already. */
  undoFix(fixId: string, given: { by: string }): Promise<{ sales: number } | null>;
}
