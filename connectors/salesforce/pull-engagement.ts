import { mapCase, mapEmailMessage, mapEvent, mapTask } from './mapping-engagement.ts';
import type { PlainObject } from './object-source.ts';
import type { SalesforceSettings } from './settings.ts';

/** What can be read as engagement. Activities older than a year are archived: only queryAll, which every read uses, still has them. */
export const ENGAGEMENT: Readonly<Record<SalesforceSettings['engagementObjects'][number], PlainObject>> = {
  Task: {
    object: 'Task',
    of: 'event',
    needed: ['WhoId', 'AccountId', 'IsClosed', 'ActivityDate', 'CreatedDate'],
    optional: ['Type', 'TaskSubtype', 'CompletedDateTime'],
    wanted: 'IsClosed = true',
    map: mapTask,
  },
  Event: {
    object: 'Event',
    of: 'event',
    needed: ['WhoId', 'AccountId', 'StartDateTime', 'CreatedDate'],
    optional: ['ActivityDate'],
    wanted: null,
    map: mapEvent,
  },
  Case: {
    object: 'Case',
    of: 'event',
    needed: ['ContactId', 'AccountId', 'CreatedDate'],
    optional: ['Origin'],
    wanted: null,
    map: mapCase,
  },
  EmailMessage: {
    object: 'EmailMessage',
    of: 'event',
    needed: ['ActivityId', 'Incoming', 'MessageDate'],
    optional: ['Parent.ContactId', 'Parent.AccountId'],
    wanted: null,
    map: mapEmailMessage,
  },
};
