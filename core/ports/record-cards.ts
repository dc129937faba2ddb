import type { RecordView } from '../scores/record-view.ts';

export type { RecordView } from '../scores/record-view.ts';

/** A record of a vendor that carries scores. */
export interface CardRecord {
  connectionId: string;
  kind: 'contact' | 'account';
  externalId: string;
}

/** What is shown of a record, wherever it is shown. */
export interface RecordCards {
  /** By customer id, e-mail address or external id; null when nobody is scored under it. */
  ofCustomer(customer: string): Promise<RecordView | null>;
  /** Of a vendor's record; one that never came here, or was erased, says so. */
  ofRecord(record: CardRecord): Promise<RecordView>;
}

/** Verdicts on a score. */
export const VERDICTS = ['useful', 'wrong'] as const;

/** One of them. */
export type Verdict = (typeof VERDICTS)[number];

/** Characters of a note. */
export const LONGEST_NOTE = 1_000;

/** What somebody thinks of a customer's score. */
export interface Opinion {
  verdict: Verdict;
  /** Why, in their words, at most LONGEST_NOTE characters; "" where they gave none. */
  note: string;
  /** Whose word it is, as the audit log names people; a second one of theirs replaces the first. */
  actor: string;
}

/** The score that an opinion was kept with. */
export interface RatedScore {
  customerId: string;
  /** ISO day. */
  asOf: string;
  modelVersion: string;
}

/** An opinion as a label: beside what the score had said. */
export interface FeedbackLabel extends Opinion, RatedScore {
  givenAt: string;
  /** 0..1; null where the score had none. */
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
}

/** What people say about scores, kept as labels of them. */
export interface Feedback {
  /** About a customer as `RecordCards.ofCustomer` finds them, or a contact of a vendor; null when there is no score to have an opinion on. */
  give(about: { customer: string } | Omit<CardRecord, 'kind'>, opinion: Opinion): Promise<RatedScore | null>;
  /** Newest first. limit 1..1000. */
  list(options: { verdict: Verdict | null; limit: number }): Promise<readonly FeedbackLabel[]>;
}
