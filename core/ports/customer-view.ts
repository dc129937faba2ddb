import type { Insight } from '../scores/insight.ts';

/** Something that happened with a customer. */
export interface TimelineFact {
  day: string;
  /** "order", "refund" and the like; or "event". */
  kind: string;
  /** Of an event; null for money. */
  channel: string | null;
  name: string | null;
  /** Decimal string of the workspace's currency; null for events and refunds of a whole order. */
  amount: string | null;
}

/** What a playbook did with a customer. */
export interface PlaybookRun {
  playbook: string;
  crossedOn: string;
  firedOn: string | null;
  /** queued, fired, done, held-out, let-go or no-consent. */
  state: string;
  /** treated or held-out. */
  arm: string;
}

/** Everything that happened with a customer, beside how it was scored. The oldest first. */
export interface Timeline {
  currency: string;
  facts: readonly TimelineFact[];
  /** Whether older facts were left out. */
  isCut: boolean;
  scores: readonly { asOf: string; churnProbability: number | null; engagement: number; clv12m: string | null }[];
  playbooks: readonly PlaybookRun[];
}

/** What is shown of one customer, beyond the scores. Customers by id; null when there is no such scored customer. */
export interface CustomerView {
  timeline(customerId: string): Promise<Timeline | null>;
  insight(customerId: string): Promise<Insight | null>;
}
