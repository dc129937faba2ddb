import type { Channel, DeletionRecord, EventRecord } from '../../core/domain/records.ts';
import { endsWithMarker } from './find-by-marker.ts';
import { deletion, filled, type Links, sortedIds, type Translation } from './mapping.ts';
import type { CrmObject } from './replies.ts';
import type { ENGAGEMENT_OBJECTS } from './settings.ts';

export type EngagementObject = (typeof ENGAGEMENT_OBJECTS)[number];
type Properties = CrmObject['properties'];

/** What a kind of activity says. */
interface Activity {
  channel: Channel;
  singular: string;
  properties: readonly string[];
  name(properties: Properties): string;
  /** When it took place; "" when it does not say. */
  at(properties: Properties): string;
  /** False for what was planned, failed or fell through: nothing happened. */
  happened(properties: Properties): boolean;
}

const NOT_SENT = new Set(['BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING']);
const NOT_HELD = new Set(['CANCELED', 'CANCELLED', 'NO_SHOW', 'RESCHEDULED']);
const NOT_REACHED = new Set(['BUSY', 'CANCELED', 'FAILED', 'NO_ANSWER', 'QUEUED', 'RINGING', 'MISSED']);

const ACTIVITIES: Readonly<Record<EngagementObject, Activity>> = {
  emails: {
    channel: 'email',
    singular: 'email',
    properties: ['hs_timestamp', 'hs_email_direction', 'hs_email_status'],
    name: (properties) => filled(properties['hs_email_direction']) || 'EMAIL',
    at: timestamp,
    happened: (properties) => !NOT_SENT.has(filled(properties['hs_email_status'])),
  },
  meetings: {
    channel: 'meeting',
    singular: 'meeting',
    properties: ['hs_timestamp', 'hs_meeting_start_time', 'hs_meeting_outcome'],
    name: (properties) => filled(properties['hs_meeting_outcome']) || 'MEETING',
    at: (properties) => filled(properties['hs_meeting_start_time']) || timestamp(properties),
    happened: (properties) => !NOT_HELD.has(filled(properties['hs_meeting_outcome'])),
  },
  calls: {
    channel: 'task',
    singular: 'call',
    properties: ['hs_timestamp', 'hs_call_direction', 'hs_call_status'],
    name: (properties) => `${filled(properties['hs_call_direction'])} CALL`.trim(),
    at: timestamp,
    happened: (properties) => !NOT_REACHED.has(filled(properties['hs_call_status'])),
  },
  tasks: {
    channel: 'task',
    singular: 'task',
    properties: ['hs_timestamp', 'hs_task_type', 'hs_task_status', 'hs_task_completion_date'],
    name: (properties) => filled(properties['hs_task_type']) || 'TODO',
    at: (properties) => filled(properties['hs_task_completion_date']) || timestamp(properties),
    // An open task is a plan; ours would else raise the engagement of those they are opened for.
    happened: (properties) => filled(properties['hs_task_status']) === 'COMPLETED',
  },
  tickets: {
    channel: 'support',
    singular: 'ticket',
    properties: ['createdate', 'content'],
    name: () => 'TICKET',
    at: (properties) => filled(properties['createdate']),
    // One of ours says nothing of the customer.
    happened: (properties) => !endsWithMarker(filled(properties['content'])),
  },
};

/** Properties to ask for. */
export function activityProperties(object: EngagementObject): readonly string[] {
  return ACTIVITIES[object].properties;
}

/** Whether the activity took place, so that its contacts matter. */
export function tookPlace(object: EngagementObject, record: CrmObject): boolean {
  return ACTIVITIES[object].happened(record.properties);
}

/**
 * An event for each contact that took part. The first, by lowest id, has the activity's plain id: HubSpot tells a deleted
 * activity's id, but no longer whose it was.
 */
export function eventsOf(object: EngagementObject, record: CrmObject, links: Links, known: boolean): Translation {
  const activity = ACTIVITIES[object];
  const contacts = sortedIds(links.contacts);
  const occurredAt = activity.at(record.properties) || record.createdAt || '';
  if (!activity.happened(record.properties) || contacts.length === 0 || occurredAt === '') {
    return { records: known ? activityDeletions(object, record.id) : [], rejected: [] };
  }
  const plainId = `${activity.singular}-${record.id}`;
  return {
    records: contacts.map(
      (contactId, index): EventRecord => ({
        kind: 'event',
        externalId: index === 0 ? plainId : `${plainId}-${contactId}`,
        channel: activity.channel,
        name: activity.name(record.properties),
        occurredAt,
        contactExternalId: contactId,
        accountExternalId: null,
      }),
    ),
    rejected: [],
  };
}

/** What disappears with an activity. */
export function activityDeletions(object: EngagementObject, id: string): readonly DeletionRecord[] {
  return [deletion('event', `${ACTIVITIES[object].singular}-${id}`)];
}

function timestamp(properties: Properties): string {
  return filled(properties['hs_timestamp']);
}
