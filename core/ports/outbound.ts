import type { EventType } from '../domain/outbound-event.ts';

/** An event as it is kept. */
export interface StoredEvent {
  /** Rises in the order of the commits; not without gaps. */
  seq: bigint;
  /** The message id, the same at every endpoint and try. */
  eventId: string;
  type: EventType;
  /** JSON text {type, timestamp, data}: the bytes that are signed and sent. */
  body: string;
}

/** The events in the order they were committed. */
export interface EventLog {
  after(seq: bigint, limit: number): Promise<readonly StoredEvent[]>;
  /** The newest one's number; 0 when there is none. */
  last(): Promise<bigint>;
  /** Calls `wake` whenever there may be new ones, whichever process wrote them. Resolves to the way to stop. */
  listen(wake: () => void): Promise<() => Promise<void>>;
}

/** An endpoint that subscribed, without its secrets. */
export interface WebhookEndpoint {
  endpointId: string;
  url: string;
  eventTypes: readonly EventType[];
  state: 'enabled' | 'disabled';
  /** Why it is disabled; null while it is not. */
  reason: string | null;
  createdAt: string;
  /** Deliveries that wait, and those given up. */
  waiting: number;
  failed: number;
}

/** A line of the delivery log. */
export interface WebhookDelivery {
  eventId: string;
  endpointId: string;
  /** Null for an event of the workspace as a whole. */
  customerId: string | null;
  type: EventType;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  enqueuedAt: string;
  /** When it is tried next, at the earliest; null when it is not. */
  nextAt: string | null;
  lastAt: string | null;
  /** HTTP status of the last answer; null when there was none. */
  lastStatus: number | null;
  lastError: string | null;
}

/** What admins do about endpoints; CLI and API use this one. Unknown endpoints throw DataError. */
export interface Webhooks {
  /** Returns the secret, which is not shown again. Throws DataError for an address that can never be called. */
  add(endpoint: { url: string; eventTypes: readonly EventType[] }): Promise<{ endpointId: string; secret: string }>;
  list(): Promise<readonly WebhookEndpoint[]>;
  remove(endpointId: string): Promise<void>;
  /** Makes a new secret; messages are signed with the old one too until `oldUntil`. */
  rotateSecret(endpointId: string): Promise<{ secret: string; oldUntil: string }>;
  /** The newest first. */
  deliveries(options: {
    limit: number;
    endpointId?: string;
    state?: WebhookDelivery['state'];
  }): Promise<readonly WebhookDelivery[]>;
  /**
   * Puts deliveries on their way again, under the ids they had, and enables the endpoint: one event, or all that were given up.
   * Returns how many.
   */
  replay(endpointId: string, which: { eventId: string } | 'failed'): Promise<number>;
}

/** An endpoint as the sender needs it. */
export interface Receiver {
  endpointId: string;
  url: string;
  /** Live secrets, the newest first. */
  secrets: readonly string[];
  /** Failures in a row that concern the endpoint as a whole. */
  failures: number;
}

/** A delivery whose turn it is. */
export interface DueDelivery {
  endpointId: string;
  customerId: string;
  eventId: string;
  body: string;
  /** Tries before this one. */
  attempts: number;
  enqueuedAt: string;
}

/** What became of a try. */
export type DeliveryVerdict =
  | { state: 'delivered'; status: number }
  | { state: 'waiting' | 'failed'; status: number | null; error: string; notBefore: string };

/** What became of the endpoint by it: nothing, a pause after so many failures in a row, or its end. */
export type ReceiverVerdict = { failures: number; notBefore: string } | { disabled: string } | null;

/** The deliveries that wait, as the sender takes them up. One sender at a time. */
export interface DeliveryQueue {
  /** Endpoints that may be called now. */
  receivers(): Promise<readonly Receiver[]>;
  /** Of each customer the oldest waiting delivery to an endpoint, if its time has come; the oldest first. */
  due(endpointId: string, limit: number): Promise<readonly DueDelivery[]>;
  settle(delivery: DueDelivery, verdict: DeliveryVerdict, receiver: ReceiverVerdict): Promise<void>;
  /** When the next waiting delivery may be tried; null when none waits. */
  nextAt(): Promise<string | null>;
  /** Runs `work` while no other process sends. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Calls `wake` whenever something may have come to wait. Resolves to the way to stop. */
  listen(wake: () => void): Promise<() => Promise<void>>;
}
