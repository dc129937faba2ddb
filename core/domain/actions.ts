import type { CalendarDay } from './calendar-day.ts';

/** Kinds of action a connector may be able to perform. */
export type ActionKind = Action['kind'];

/** A task for the owner of a record. */
export interface TaskAction {
  kind: 'task';
  /** Deterministic; appears in the record as a marker so that an unknown outcome can be read back. At most 64 characters, [a-z0-9-]. */
  key: string;
  /** Null: about no record, for its owner alone. */
  contactExternalId: string | null;
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

/** Actions beside a playbook's task or sequence. */
interface Step {
  key: string;
  contactExternalId: string;
  /** Key of the crossing's task or sequence: where that is a task, a step that cannot be done needs none of its own. */
  beside: string;
}

/** Membership of a Salesforce campaign or of a HubSpot list (a static one: active lists choose their members themselves). */
export interface ListAction extends Step {
  kind: 'list';
  /** Campaign id, or list id. */
  listId: string;
  fallback: TaskAction;
}

/** A HubSpot ticket or a Salesforce case about the contact. */
export interface TicketAction extends Step {
  kind: 'ticket';
  subject: string;
  body: string;
  priority: TaskAction['priority'];
  fallback: TaskAction;
}

/** A note on the contact's open cases or tickets, so that support sees it; writes the provisioned field `flag` and no other. */
export interface FlagAction extends Step {
  kind: 'flag';
  /** At most 255 characters. */
  note: string;
  fallback: TaskAction;
}

/** An event about the customer, for the vendor to pass on. */
export interface TrackAction extends Step {
  kind: 'track';
  event: string;
  properties: Readonly<Record<string, string | number>>;
}

/** Traits of the company that a user belongs to. */
export interface GroupAction extends Step {
  kind: 'group';
  groupId: string;
  traits: Readonly<Record<string, string | number>>;
}

/** A trait by which an audience chooses its members. */
export interface AudienceAction extends Step {
  kind: 'audience';
  /** Letters, digits and underscores; becomes the trait `staypower_audience_NAME`. */
  name: string;
}

/** Closes a task of ours at the vendor: its owner said here that it is done. */
export interface CloseAction extends Step {
  kind: 'close';
  /** The vendor's id of the task. */
  taskId: string;
}

export type StepAction =
  | CloseAction
  | ListAction
  | TicketAction
  | FlagAction
  | TrackAction
  | GroupAction
  | AudienceAction;

/** What a vendor is asked to do. */
export type Action = TaskAction | SequenceAction | StepAction;

/** A message to an endpoint of our own outbound webhooks: on its way in the commit that queues it, so that it waits for no vendor. */
export interface WebhookAction {
  kind: 'webhook';
  key: string;
  /** Key of the crossing's task or sequence. */
  beside: string;
  endpointId: string;
}

/** Proof that an action was done. */
export interface ActionReceipt {
  /** The vendor's id of the task or enrolment. */
  externalId: string;
  /** True when it was found by reading back instead of created now. */
  readBack: boolean;
}
