import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import type {
  Channel,
  ContactRecord,
  EventRecord,
  RecordKind,
  RejectedRecord,
  SourceRecord,
} from '../../core/domain/records.ts';
import { hashOf } from '../../core/domain/stable-json.ts';
import { readRecord } from '../http/read-record.ts';
import { isEcho } from './echo.ts';
import { isOrderMeaning, toTransaction } from './mapping-orders.ts';
import type { Meaning } from './meanings.ts';
import { instant, type Message, messageSchema, textOf } from './message.ts';
import type { AmountFormula } from './settings.ts';

/** What the mapping needs to know. */
export interface MappingContext {
  amount: readonly AmountFormula[];
  /** ISO 4217 code of an order that carries none. */
  currency: string;
  meaningOf(event: string): Meaning;
}

/** What one message says. */
export interface MappedMessage {
  records: readonly SourceRecord[];
  rejected: readonly RejectedRecord[];
}

const REMEDY = 'Correct the message at the source, then replay it.';
const CONTACT_KINDS = { user: 'user:', anonymous: 'anonymous:' } as const;

/** Id of the contact record of a Segment user. */
export function userRecordId(userId: string): string {
  return CONTACT_KINDS.user + userId;
}

/** The user id behind a contact record's id; null for a visitor who never said who they are. */
export function userIdOf(externalId: string): string | null {
  return externalId.startsWith(CONTACT_KINDS.user) ? externalId.slice(CONTACT_KINDS.user.length) : null;
}

/**
 * What a Segment message says, in the order: who (as a partial contact, also where the message is about something else), then what.
 * Our own writes say nothing. What cannot be read is set aside; what can be read of the same message goes on.
 *
 * @param receivedAt when it came in: a time later than that is a wrong clock, and is taken for that moment
 */
export function mapMessage(payload: Json, receivedAt: string, context: MappingContext): MappedMessage {
  const id = messageIdOf(payload);
  const reading = readRecord(messageSchema, payload, { of: 'event', externalId: id, remedy: REMEDY });
  if (!reading.ok) return { records: [], rejected: [reading.rejected] };
  const message = reading.value;
  if (isEcho(message)) return { records: [], rejected: [] };
  const records: SourceRecord[] = [];
  const rejected: RejectedRecord[] = [];
  try {
    if (message.type === 'delete') records.push(deletionOf(message));
    else {
      const contact = contactOf(message, context);
      records.push(...accountsOf(message), contact);
      const fact = factOf(message, id, receivedAt, contact, context);
      if (fact) records.push(fact);
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { field, expected, found, remedy } = error.fault;
    const about = { of: subjectOf(message, context), externalId: id, payload: JSON.stringify(payload) };
    rejected.push({ ...about, field, expected, found: found ?? 'nothing', remedy });
  }
  return { records, rejected };
}

/** The messageId, or for a message without one what it says, hashed: the same rule by which the inbox knows it. */
export function messageIdOf(payload: Json): string {
  const id =
    typeof payload === 'object' && payload !== null && 'messageId' in payload ? payload['messageId'] : undefined;
  return typeof id === 'string' && id !== '' ? id : hashOf(payload);
}

function subjectOf(message: Message, context: MappingContext): RecordKind {
  if (message.type === 'track' && isOrderMeaning(context.meaningOf(message.event ?? ''))) return 'transaction';
  return message.type === 'track' || message.type === 'page' || message.type === 'screen' ? 'event' : 'contact';
}

function recordIdOf({ userId, anonymousId }: Message): string {
  if (userId !== null) return userRecordId(userId);
  if (anonymousId !== null) return CONTACT_KINDS.anonymous + anonymousId;
  throw new DataError({
    field: 'userId',
    expected: 'a userId or an anonymousId',
    remedy: 'send one of the two with every message',
  });
}

function deletionOf(message: Message): SourceRecord {
  return {
    kind: 'deletion',
    of: 'contact',
    externalId: recordIdOf(message),
    mergedIntoExternalId: null,
    forPrivacy: true,
  };
}

/**
 * Who the message is about. Both ids on one message join the visitor with the user; an alias joins the previous id, which may have
 * been either.
 */
function contactOf(message: Message, context: MappingContext): ContactRecord {
  const { userId, anonymousId, previousId, groupId } = message;
  const traits = { ...objectIn(message.context, 'traits'), ...(message.type === 'identify' && message.traits) };
  const previous = message.type === 'alias' && previousId !== null ? [previousId] : [];
  const email = textOf(traits, 'email');
  return {
    kind: 'contact',
    externalId: recordIdOf(message),
    emails: email === null ? [] : [email],
    userIds: [...(userId === null ? [] : [userId]), ...previous],
    anonymousIds: [...(anonymousId === null ? [] : [anonymousId]), ...previous],
    phone: textOf(traits, 'phone'),
    name: nameIn(traits),
    accountExternalId: message.type === 'group' ? groupId : null,
    ownerId: null,
    doNotContact: message.type === 'track' && context.meaningOf(message.event ?? '') === 'opt-out',
    createdAt: instant(textOf(traits, 'createdAt', 'created_at') ?? ''),
    partial: true,
  };
}

/** A group with a name is an account; one without would take the name away that an earlier message gave. */
function accountsOf({ type, groupId, traits }: Message): readonly SourceRecord[] {
  const name = textOf(traits, 'name');
  if (type !== 'group' || groupId === null || name === null) return [];
  return [{ kind: 'account', externalId: groupId, name, ownerId: null }];
}

/** The order or the engagement in a message; null when it has neither. */
function factOf(
  message: Message,
  messageId: string,
  receivedAt: string,
  contact: ContactRecord,
  context: MappingContext,
): SourceRecord | null {
  const about = () => ({
    messageId,
    occurredAt: occurredAt(message, receivedAt),
    contactExternalId: contact.externalId,
    accountExternalId: null,
  });
  if (message.type === 'page' || message.type === 'screen') {
    return toEvent('web', message.name ?? (message.type === 'page' ? 'Page Viewed' : 'Screen Viewed'), about());
  }
  if (message.type !== 'track') return null;
  const { event } = message;
  if (event === null || event.trim() === '') {
    throw new DataError({ field: 'event', expected: 'the name of the event', remedy: 'send it with every track call' });
  }
  const meaning = context.meaningOf(event);
  if (meaning === 'ignore' || meaning === 'opt-out') return null;
  return isOrderMeaning(meaning) ? toTransaction(message, meaning, about(), context) : toEvent(meaning, event, about());
}

function toEvent(
  channel: Channel,
  name: string,
  {
    messageId,
    ...about
  }: { messageId: string } & Pick<EventRecord, 'occurredAt' | 'contactExternalId' | 'accountExternalId'>,
): EventRecord {
  return { kind: 'event', externalId: messageId, channel, name, ...about };
}

/** When it happened: by the corrected time, else the sender's, else when it came; never after it came. */
function occurredAt(message: Message, receivedAt: string): string {
  const given = message.timestamp ?? message.originalTimestamp ?? message.receivedAt ?? receivedAt;
  const at = instant(given);
  if (at === null) {
    throw new DataError({
      field: 'timestamp',
      expected: 'an ISO 8601 instant',
      found: given,
      remedy: 'correct it at the source',
    });
  }
  const came = [message.receivedAt ?? receivedAt, receivedAt].flatMap((text) => instant(text) ?? []);
  return came.reduce((earliest, each) => (each < earliest ? each : earliest), at);
}

function nameIn(traits: Readonly<Record<string, unknown>>): string | null {
  const name = textOf(traits, 'name');
  if (name !== null) return name;
  const parts = [textOf(traits, 'firstName', 'first_name'), textOf(traits, 'lastName', 'last_name')];
  return parts.filter((part) => part !== null).join(' ') || null;
}

function objectIn(values: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const value = values[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
