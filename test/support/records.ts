import type {
  Channel,
  ContactRecord,
  DeletionRecord,
  EventRecord,
  RecordKind,
  TransactionRecord,
} from '../../core/domain/records.ts';

/** A whole contact with nothing on it but what is given. */
export function contact(externalId: string, given: Partial<Omit<ContactRecord, 'kind'>> = {}): ContactRecord {
  return {
    kind: 'contact',
    externalId,
    emails: [],
    userIds: [],
    anonymousIds: [],
    phone: null,
    name: null,
    accountExternalId: null,
    ownerId: null,
    doNotContact: false,
    createdAt: null,
    partial: false,
    ...given,
  };
}

/** A sale in US dollars of a contact. */
export function order(
  externalId: string,
  contactExternalId: string | null,
  occurredAt: string,
  amount: string | null,
  given: Partial<Omit<TransactionRecord, 'kind'>> = {},
): TransactionRecord {
  return {
    kind: 'transaction',
    externalId,
    transactionKind: 'order',
    occurredAt,
    amount,
    currency: 'USD',
    contactExternalId,
    accountExternalId: null,
    orderReference: null,
    refersTo: null,
    ...given,
  };
}

/** Something a contact did. */
export function event(
  externalId: string,
  contactExternalId: string | null,
  occurredAt: string,
  channel: Channel = 'web',
): EventRecord {
  return {
    kind: 'event',
    externalId,
    channel,
    name: 'Page Viewed',
    occurredAt,
    contactExternalId,
    accountExternalId: null,
  };
}

/** The vendor no longer has a record, or merged it into another. */
export function deletion(
  of: RecordKind,
  externalId: string,
  mergedIntoExternalId: string | null = null,
): DeletionRecord {
  return { kind: 'deletion', of, externalId, mergedIntoExternalId };
}
