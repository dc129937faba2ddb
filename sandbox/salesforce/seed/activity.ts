import type { WorldEvent } from '../../seed/world.ts';
import type { Org } from '../org/org.ts';
import { type Parent, place } from './place.ts';

/**
 * What a person did becomes the record a sales team would have: meetings are events, support contacts are cases, the rest completed
 * tasks (e-mails with subtype Email). The subject is the event's name in words.
 */
export function seedActivity(org: Org, event: WorldEvent, parent: Parent): void {
  const subject = inWords(event.name);
  const { ContactId, AccountId, OwnerId } = parent;
  const about = { WhoId: ContactId, WhatId: null, OwnerId, Subject: subject };
  switch (event.channel) {
    case 'meeting':
      place(org, 'Event', event.at, {
        ...about,
        StartDateTime: event.at.replace(/(?:\.\d+)?Z$/, '.000+0000'),
        DurationInMinutes: 30,
        EventSubtype: 'Event',
      });
      return;
    case 'support':
      place(org, 'Case', event.at, {
        ContactId,
        AccountId,
        OwnerId,
        Subject: subject,
        Origin: 'Email',
        Status: event.name.includes('closed') ? 'Closed' : 'New',
        Priority: 'Medium',
        IsEscalated: false,
      });
      return;
    default:
      place(org, 'Task', event.at, {
        ...about,
        ActivityDate: event.at.slice(0, 10),
        Status: 'Completed',
        Priority: 'Normal',
        TaskSubtype: event.channel === 'email' ? 'Email' : 'Task',
      });
  }
}

/** "email_reply" and "Page Viewed" become "Email reply" and "Page viewed". */
function inWords(name: string): string {
  const words = name.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
