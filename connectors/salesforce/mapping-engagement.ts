import { z } from 'zod';
import type { Channel, SourceRecord } from '../../core/domain/records.ts';
import { day, flag, gone, instant, type Translated, text, translate } from './mapping-rows.ts';
import { OWN_ORIGIN } from './marker.ts';
import type { Row } from './soql.ts';

/** Where an event record's parts stand in the rows of an engagement object. */
interface Happening {
  id: string;
  /** False when it is deleted, not done yet, or undone. */
  happened: boolean;
  channel: Channel;
  name: string;
  occurredAt: string | null;
  whoId: string | null;
  accountId: string | null;
}

/** A happening -> event. One that did not happen (any more), or whose person is not known to us (a lead), -> deletion. */
function eventOf(happening: Happening): readonly SourceRecord[] {
  const { id, happened, channel, name, occurredAt, whoId, accountId } = happening;
  const contactExternalId = whoId?.startsWith('003') ? whoId : null;
  if (!happened || occurredAt === null || (contactExternalId === null && accountId === null))
    return [gone('event', id)];
  return [
    { kind: 'event', externalId: id, channel, name, occurredAt, contactExternalId, accountExternalId: accountId },
  ];
}

const activity = { Id: z.string(), IsDeleted: flag, WhoId: text, AccountId: text, ActivityDate: day.nullish() };
const taskRow = z.object({
  ...activity,
  IsClosed: flag,
  Type: text,
  TaskSubtype: text,
  CompletedDateTime: instant.nullish(),
  CreatedDate: instant,
});

/** A completed Task -> event; the channel follows its type. */
export function mapTask(row: Row): Translated {
  return translate(taskRow, row, 'event', (task) => {
    const type = task.TaskSubtype !== null && task.TaskSubtype !== 'Task' ? task.TaskSubtype : (task.Type ?? 'Task');
    return eventOf({
      id: task.Id,
      happened: task.IsClosed && !task.IsDeleted,
      channel: /email/i.test(type) ? 'email' : type === 'Meeting' ? 'meeting' : 'task',
      name: type,
      occurredAt: task.CompletedDateTime ?? task.ActivityDate ?? task.CreatedDate,
      whoId: task.WhoId,
      accountId: task.AccountId,
    });
  });
}

const eventRow = z.object({ ...activity, StartDateTime: instant.nullish(), CreatedDate: instant });

/** An Event of the calendar -> meeting. */
export function mapEvent(row: Row): Translated {
  return translate(eventRow, row, 'event', (event) =>
    eventOf({
      id: event.Id,
      happened: !event.IsDeleted,
      channel: 'meeting',
      name: 'Event',
      occurredAt: event.StartDateTime ?? event.ActivityDate ?? event.CreatedDate,
      whoId: event.WhoId,
      accountId: event.AccountId,
    }),
  );
}

const caseRow = z.object({
  Id: z.string(),
  IsDeleted: flag,
  ContactId: text,
  AccountId: text,
  CreatedDate: instant,
  Origin: text,
});

/** A Case -> support, on the day it was opened; not one of ours, which says nothing of the customer. */
export function mapCase(row: Row): Translated {
  return translate(caseRow, row, 'event', (supportCase) =>
    eventOf({
      id: supportCase.Id,
      happened: !supportCase.IsDeleted && supportCase.Origin !== OWN_ORIGIN,
      channel: 'support',
      name: 'Case opened',
      occurredAt: supportCase.CreatedDate,
      whoId: supportCase.ContactId,
      accountId: supportCase.AccountId,
    }),
  );
}

const emailRow = z.object({
  Id: z.string(),
  IsDeleted: flag,
  ActivityId: text,
  Incoming: flag,
  MessageDate: instant.nullish(),
  'Parent.ContactId': text,
  'Parent.AccountId': text,
});

/** An EmailMessage on a case -> email. One that has a task as well (ActivityId) is counted by the task. */
export function mapEmailMessage(row: Row): Translated {
  return translate(emailRow, row, 'event', (email) =>
    eventOf({
      id: email.Id,
      happened: !email.IsDeleted && email.ActivityId === null,
      channel: 'email',
      name: email.Incoming ? 'Email received' : 'Email sent',
      occurredAt: email.MessageDate ?? null,
      whoId: email['Parent.ContactId'],
      accountId: email['Parent.AccountId'],
    }),
  );
}
