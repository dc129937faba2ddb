import type { InboxMessage } from '../../../core/ports/inbox.ts';
import { CLIENT_NAME } from '../client.ts';
import { FIELD_PREFIX } from '../mapping.ts';
import type { NamedRecord } from '../named-records.ts';
import type { ChangeHeader } from './decode.ts';

/** What an event comes to: records to read again, or that more changed than it names. */
export interface Told {
  messages: readonly InboxMessage[];
  missed: boolean;
}

const NOTHING: Told = { messages: [], missed: false };
const MISSED: Told = { messages: [], missed: true };

/** What every write moves, and says nothing by itself. */
const BOOKKEEPING = new Set([
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'LastActivityDate',
  'LastViewedDate',
  'LastReferencedDate',
]);

/**
 * What a change event asks for. An update of nothing but our own fields is an echo, whoever wrote it; an update that a flow adds to our
 * write is none, though it has our origin. What we created (a task) is ours as a whole.
 * https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm
 *
 * @param eventId the vendor's id of the event, the same when it comes again
 * @param reads API names of the objects that are read
 */
export function toldBy(change: ChangeHeader, eventId: string, reads: ReadonlySet<string>): Told {
  const { object, recordIds, changeType, committedAt } = change;
  if (!reads.has(object)) return NOTHING;
  const isUntold = recordIds.length === 0 || recordIds.some((id) => id.endsWith('*'));
  if (changeType === 'GAP_OVERFLOW' || isUntold) return MISSED;
  if (changeType === 'CREATE' && clientOf(change.origin) === CLIENT_NAME) return NOTHING;
  if (changeType === 'UPDATE' && change.changed.length > 0 && change.changed.every(isOursOrIdle)) return NOTHING;
  return { messages: recordIds.map((id) => messageOf(eventId, { object, recordId: id, committedAt })), missed: false };
}

/** What a platform event that names a record asks for. */
export function toldByPlatformEvent(eventId: string, record: Omit<NamedRecord, 'committedAt'>): Told {
  return { messages: [messageOf(eventId, { ...record, committedAt: null })], missed: false };
}

function messageOf(eventId: string, named: NamedRecord): InboxMessage {
  return { deliveryKey: `event/${eventId}/${named.recordId}`, payload: { ...named }, about: named.recordId };
}

function isOursOrIdle(field: string): boolean {
  return field.startsWith(FIELD_PREFIX) || BOOKKEEPING.has(field);
}

/** "com/salesforce/api/rest/66.0;client=Staypower" -> "Staypower". */
function clientOf(origin: string): string | null {
  return /;client=([^;]*)/.exec(origin)?.[1] ?? null;
}
