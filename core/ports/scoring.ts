import type { CalendarDay } from '../domain/calendar-day.ts';
import type { ToldScores } from '../domain/outbound-event.ts';
import type { Channel } from '../domain/records.ts';

/** Things that did not happen, or happened elsewhere. */
export interface SupposedFacts {
  /** Amounts as decimal strings of the reporting currency. */
  orders: readonly { day: CalendarDay; amount: string }[];
  events: readonly { day: CalendarDay; channel: Channel; name?: string }[];
}

/** Scores and why they are so. */
export interface ReasonedScores {
  scores: ToldScores;
  reasons: readonly string[];
  nextAction: string | null;
}

/** A customer as it is, and as it would be. */
export interface WhatIfAnswer {
  customerId: string;
  /** On today's as-of day, from the facts alone. */
  before: ReasonedScores;
  after: ReasonedScores;
  /** Why it would move, in the words of a change on a record. */
  change: string | null;
}

/** Scores of facts that are given, by the current model and the steps of the pipeline. Nothing is stored. */
export interface Scoring {
  /**
   * What a customer's scores would be had these things happened as well, or were it another day.
   *
   * @param customer customer id, e-mail address or external id
   * @returns null when there is no such customer
   * @throws NotFittedError before the first training; DataError naming the fact that cannot be used
   */
  whatIf(customer: string, supposed: SupposedFacts & { asOf: CalendarDay | null }): Promise<WhatIfAnswer | null>;
  /** Scores customers who are not in the store, in the order given. Throws as `whatIf` does. */
  scoreRows(
    rows: readonly (SupposedFacts & { id: string })[],
    asOf: CalendarDay | null,
  ): Promise<readonly (ReasonedScores & { id: string })[]>;
}
