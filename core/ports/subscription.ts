import type { InboxMessage } from './inbox.ts';

/** Where a subscriber stands in a topic; the vendor's own, never computed with. */
export type Position = string;

/** What a topic had next. */
export interface EventBatch {
  /** To be stored before the position moves. Echoes of our own writes and what we do not read are left out already. */
  messages: readonly InboxMessage[];
  /** Where to go on from once the messages are stored; null = as before. */
  position: Position | null;
  /** When the newest of its events happened, by the vendor's clock, ISO 8601; null where it says no time, or nothing happened. */
  happenedAt: string | null;
  /** Changes were lost, or not told one by one: the next pull finds them, and is to come now. */
  missed: boolean;
}

/** A vendor that hands its events to who subscribes, where others call us. */
export interface Subscription {
  readonly topics: readonly string[];
  /**
   * The events of a topic from a position on; from now on where it is null or the vendor no longer knows it, which the first batch
   * then tells by `missed`. The vendor is asked for more only when the next batch is asked for here. Ends when the signal is aborted,
   * and by an error of core/domain/errors.ts otherwise: subscribe again from the last position kept.
   */
  read(topic: string, position: Position | null, signal: AbortSignal): AsyncIterable<EventBatch>;
}
