/** What connectors hand to the core: vendor records translated into these shapes by each connector's mapping.ts. */
import type { StatedMargin } from './margin.ts';

/** An ISO 8601 instant ("2026-05-01T07:25:37.000Z") or a calendar day ("2026-05-01"). */
export type InstantOrDay = string;

/** What can be pulled, in this order: records refer to records of earlier streams. `inbox` is what a vendor pushed to us. */
export const STREAMS = ['accounts', 'contacts', 'transactions', 'engagement', 'inbox'] as const;
export type Stream = (typeof STREAMS)[number];

export const RECORD_KINDS = ['contact', 'account', 'transaction', 'event', 'contract'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** A person on record at a vendor. */
export interface ContactRecord {
  kind: 'contact';
  externalId: string;
  /** As the vendor has them; core/identity normalises. */
  emails: readonly string[];
  /** The customer's own user ids (Segment userId, or a CRM field mapped to it). */
  userIds: readonly string[];
  anonymousIds: readonly string[];
  phone: string | null;
  name: string | null;
  accountExternalId: string | null;
  ownerId: string | null;
  /** True when the vendor says this person must not be contacted. */
  doNotContact: boolean;
  createdAt: InstantOrDay | null;
  /**
   * True for a fact about a contact rather than the whole contact (a Segment message): lists are united with what is on record,
   * null and false leave it alone.
   */
  partial: boolean;
}

/** A company on record at a vendor. */
export interface AccountRecord {
  kind: 'account';
  externalId: string;
  name: string | null;
  ownerId: string | null;
}

/** A sale, a refund or a cancellation. */
export interface TransactionRecord {
  kind: 'transaction';
  externalId: string;
  /** `refund` takes `amount` back (null = whatever is left of the order); `void` cancels the order. */
  transactionKind: 'order' | 'refund' | 'void';
  occurredAt: InstantOrDay;
  /** Decimal string >= 0, in `currency`; null only for a refund or void of the whole order. */
  amount: string | null;
  currency: string;
  /** The buyer: a contact of the same connection, if known. */
  contactExternalId: string | null;
  accountExternalId: string | null;
  /** The shop's order number, shared between systems; null when there is none. */
  orderReference: string | null;
  /** For refund and void: external id or order reference of the order. */
  refersTo: string | null;
  /** What the order leaves after its own costs. Absent where it is not known, and for what is no order. */
  margin?: StatedMargin;
  /**
   * For vendors that push statements of an order in any order (Segment: Completed, then Updated): the instant of this statement. Of
   * two with it the later counts, whichever came first, and the earlier `occurredAt` is the sale's. Absent: the record is the whole
   * truth as of now.
   */
  statedAt?: string;
}

/** Channels of engagement. `product` is use of the product, `task` a logged call or to-do. */
export const CHANNELS = ['web', 'email', 'meeting', 'product', 'support', 'task'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Something a person did, or something done with a person. */
export interface EventRecord {
  kind: 'event';
  externalId: string;
  channel: Channel;
  /** The vendor's or the tracking plan's own word, e.g. "Product Viewed". */
  name: string;
  occurredAt: InstantOrDay;
  contactExternalId: string | null;
  accountExternalId: string | null;
}

/**
 * One term of a contract with a person. A renewal is a further record: where a vendor overwrites the end, the record's id contains the
 * end, so that the term before it stays.
 */
export interface ContractRecord {
  kind: 'contract';
  externalId: string;
  contactExternalId: string | null;
  /** Since when there is a contract; null where it is not known. */
  startsOn: InstantOrDay | null;
  /** Its last day; null: until further notice. */
  endsOn: InstantOrDay | null;
  /** The day on which notice was given; null: none. */
  cancelledOn: InstantOrDay | null;
  /** From when on the end was known; null: from the day on which the record is first taken up. */
  endKnownOn: InstantOrDay | null;
  /** What a year of it is worth: a decimal string, and its currency (null: the workspace's). Absent where it is not known. */
  annualValue?: { amount: string; currency: string | null };
}

/** The vendor no longer has the record, or it stopped being what it was (a won deal reopened). Unknown ids are ignored. */
export interface DeletionRecord {
  kind: 'deletion';
  of: RecordKind;
  externalId: string;
  /** The record it was merged into, of the same kind, when the vendor says so. */
  mergedIntoExternalId: string | null;
  /** Present where the vendor deleted a contact for good because the person asked for it: everything of theirs goes here, too. */
  forPrivacy?: true;
}

export type SourceRecord =
  | ContactRecord
  | AccountRecord
  | TransactionRecord
  | EventRecord
  | ContractRecord
  | DeletionRecord;

/** A record that could not be translated; it goes to quarantine with its payload and the rest of the page goes on. */
export interface RejectedRecord {
  of: RecordKind;
  externalId: string;
  field: string;
  expected: string;
  found: string;
  remedy: string;
  /** The vendor's record as JSON text, to be replayed when the mapping is mended. */
  payload: string;
}
