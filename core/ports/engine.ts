import type { Json } from '../domain/json.ts';

/** A message as it came in, verified and not yet read. */
export interface InboxMessage {
  /** The vendor's own identity of the event: a second message with the same key on the same connection is dropped. */
  deliveryKey: string;
  payload: Json;
}

/** Where verified messages are put before the sender gets its 2xx. */
export interface Inbox {
  /** Resolves once the messages are on disk. Returns how many were new. */
  append(connectionId: string, messages: readonly InboxMessage[]): Promise<number>;
}

/** One customer in a list. Money in decimal strings of `currency`; probabilities 0..1. */
export interface CustomerSummary {
  customerId: string;
  name: string | null;
  currency: string;
  clv12m: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
  engagement: number;
  priority: number;
  lifecycle: string;
  asOf: string;
  scoredAt: string;
}

/** Everything that explains one customer's scores. */
export interface CustomerExplanation extends CustomerSummary {
  clv12mLow: string | null;
  clv12mHigh: string | null;
  churnHorizonDays: number;
  reasons: readonly string[];
  change: string | null;
  nextAction: string | null;
  modelVersion: string;
  engagementTrend: string;
  contributions: Readonly<Record<string, readonly { group: string; contribution: number }[]>>;
  baselines: Readonly<Record<string, number>>;
  records: readonly { connectionId: string; kind: string; externalId: string }[];
  /** Which record was joined to which, and why. */
  merges: readonly { record: string; joinedTo: string; reason: string; at: string }[];
  history: readonly { asOf: string; clv12m: string | null; churnProbability: number | null; engagement: number }[];
}

/** Questions that CLI, API and console ask; one implementation, so that they cannot differ. */
export interface Queries {
  /** Sorted by priority, highest first; `after` is the last customerId of the page before. limit 1..500. */
  customers(options: {
    limit: number;
    after: string | null;
    churnBand?: string;
    valueBand?: string;
  }): Promise<readonly CustomerSummary[]>;
  /** By customer id, e-mail address or external id; null when there is none. */
  explain(customer: string): Promise<CustomerExplanation | null>;
  /** Whether the store answers, since when nothing was drained, and what waits. */
  health(): Promise<{ ok: boolean; engine: string; inboxWaiting: number; outboxWaiting: number; quarantined: number }>;
}
