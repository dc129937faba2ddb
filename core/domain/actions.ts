import type { CalendarDay } from './calendar-day.ts';

/** Kinds of action a connector may be able to perform. */
export type ActionKind = 'task' | 'sequence';

/** A task for the owner of a record. */
export interface TaskAction {
  kind: 'task';
  /** Deterministic; appears in the record as a marker so that an unknown outcome can be read back. At most 64 characters, [a-z0-9-]. */
  key: string;
  contactExternalId: string;
  /** The vendor's user id; null leaves the vendor's default. */
  ownerId: string | null;
  subject: string;
  body: string;
  dueOn: CalendarDay;
  priority: 'high' | 'medium' | 'low';
}

/** Enrolment in a sequence (HubSpot) or cadence (Salesforce). Where the seat is missing the connector throws SeatMissingError. */
export interface SequenceAction {
  kind: 'sequence';
  key: string;
  contactExternalId: string;
  sequenceId: string;
  /** The vendor's user on whose behalf it runs. */
  userId: string;
  /** The connected inbox that sends; needed by HubSpot. */
  senderEmail: string | null;
  /** What is done instead where the seat or licence is missing. */
  fallback: TaskAction;
}

export type Action = TaskAction | SequenceAction;

/** Proof that an action was done. */
export interface ActionReceipt {
  /** The vendor's id of the task or enrolment. */
  externalId: string;
  /** True when it was found by reading back instead of created now. */
  readBack: boolean;
}
