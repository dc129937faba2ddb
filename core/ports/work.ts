import type { CallUsage } from '../domain/call-usage.ts';

/** How far the work of a workspace is behind, over all processes. */
export interface Backlog {
  /** How long the oldest waiting message has waited; 0 when none waits. */
  inboxLagSeconds: number;
  /** What each vendor last said of its calls of the day. */
  calls: readonly ({ connectionId: string } & Pick<CallUsage, 'used' | 'limit'>)[];
  /** What is to be told to endpoints that subscribed. */
  webhooks: {
    waiting: number;
    /** How long the oldest has waited; 0 when none waits. */
    oldestSeconds: number;
    /** Endpoints that are called no more until somebody enables them. */
    disabledEndpoints: readonly string[];
  };
  /** Topics of vendors that are subscribed to. */
  subscriptions: readonly SubscriptionState[];
}

/** How a topic is followed, whichever process does it. */
export interface SubscriptionState {
  connectionId: string;
  topic: string;
  /** The vendor was heard of in the last six minutes: of a quiet topic, too, it says every few minutes that nothing is new. */
  connected: boolean;
  /** Since the last event was taken up; null before the first. */
  lastEventSeconds: number | null;
  /** How old the newest event was when it was taken up, by the vendor's clock: grows while a backlog is replayed. Null where the vendor tells no time. */
  lagSeconds: number | null;
}

/** Told how long after a message came its customer's scores were stored, and everything that follows was written to the CRMs. */
export type OnLiveDelay = (stage: 'scored' | 'written', seconds: readonly number[]) => void;
