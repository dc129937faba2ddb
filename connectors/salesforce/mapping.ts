import { z } from 'zod';
import type { Clear, FieldDefinition, FieldValue } from '../../core/domain/fields.ts';
import { isClear } from '../../core/domain/fields.ts';
import type {
  Channel,
  ContactRecord,
  DeletionRecord,
  RecordKind,
  SourceRecord,
  TransactionRecord,
} from '../../core/domain/records.ts';
import { type Reading, readRecord } from '../http/read-record.ts';
import type { SalesforceSettings } from './settings.ts';
import { instantOf, type Row } from './soql.ts';

/** What a row says: no record, or several (a sale and its refund). */
export type Translated = Reading<readonly SourceRecord[]>;

/** One contact on an opportunity. */
export interface ContactRole {
  contactId: string | null;
  isPrimary: boolean;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const flag = z
  .boolean({ error: 'true or false' })
  .nullish()
  .transform((value) => value ?? false);
const instant = z.string({ error: 'an instant' }).transform(instantOf);
const day = z.iso.date({ error: 'a day such as 2026-03-31' });
const money = z.number({ error: 'an amount' }).min(0, { error: 'an amount of 0 or more' });

const REMEDY = 'Correct the record in Salesforce; the next sync reads it again.';

/** Reads a row by a schema and translates it. */
function translate<T>(
  schema: z.ZodType<T>,
  row: Row,
  of: RecordKind,
  toRecords: (value: T) => readonly SourceRecord[],
): Translated {
  const reading = readRecord(schema, row, { of, externalId: String(row['Id'] ?? ''), remedy: REMEDY });
  return reading.ok ? { ok: true, value: toRecords(reading.value) } : reading;
}

function gone(of: RecordKind, externalId: string, mergedIntoExternalId: string | null = null): DeletionRecord {
  return { kind: 'deletion', of, externalId, mergedIntoExternalId };
}

const accountRow = z.object({ Id: z.string(), IsDeleted: flag, MasterRecordId: text, Name: text, OwnerId: text });

/** Account -> account; a deleted or merged one -> deletion. */
export function mapAccount(row: Row): Translated {
  return translate(accountRow, row, 'account', (account) => [
    account.IsDeleted
      ? gone('account', account.Id, account.MasterRecordId)
      : { kind: 'account', externalId: account.Id, name: account.Name, ownerId: account.OwnerId },
  ]);
}

const contactRow = z.looseObject({
  Id: z.string(),
  IsDeleted: flag,
  MasterRecordId: text,
  Name: text,
  FirstName: text,
  LastName: text,
  Email: text,
  Phone: text,
  MobilePhone: text,
  AccountId: text,
  OwnerId: text,
  CreatedDate: instant.nullish().transform((value) => value ?? null),
});

/**
 * Contact -> contact; a deleted or merged one -> deletion. Neither our own fields nor modification times are in the record: so that a
 * contact that changed only by our write-back is the same as before.
 */
export function mapContact(
  row: Row,
  settings: Pick<SalesforceSettings, 'doNotContactFields' | 'userIdField'>,
): Translated {
  return translate(contactRow, row, 'contact', (contact): readonly (ContactRecord | DeletionRecord)[] => {
    if (contact.IsDeleted) return [gone('contact', contact.Id, contact.MasterRecordId)];
    const userId = settings.userIdField === null ? null : contact[settings.userIdField];
    return [
      {
        kind: 'contact',
        externalId: contact.Id,
        emails: contact.Email === null ? [] : [contact.Email],
        userIds: userId === null || userId === undefined || userId === '' ? [] : [String(userId)],
        anonymousIds: [],
        phone: contact.Phone ?? contact.MobilePhone,
        name: contact.Name ?? ([contact.FirstName, contact.LastName].filter((part) => part !== null).join(' ') || null),
        accountExternalId: contact.AccountId,
        ownerId: contact.OwnerId,
        doNotContact: settings.doNotContactFields.some((name) => contact[name] === true),
        createdAt: contact.CreatedDate,
        partial: false,
      },
    ];
  });
}

const opportunityFlags = z.looseObject({ Id: z.string(), IsDeleted: flag, IsWon: flag, StageName: text });
const wonOpportunity = z.looseObject({ CloseDate: day, AccountId: text, ContactId: text, CurrencyIsoCode: text });

/**
 * A won opportunity -> order, and a refund where one is on record. One that is deleted, or not won (any more), -> deletions.
 * The buyer is the primary contact role, else the opportunity's contact, else the only role; a contact of the account is no guess
 * we make.
 *
 * @param roles the roles that decide: at most two, the primary one first
 * @param currency of an organisation with a single currency
 */
export function mapOpportunity(
  row: Row,
  roles: readonly ContactRole[],
  settings: Pick<SalesforceSettings, 'wonStages' | 'amountField' | 'orderReferenceField' | 'refund'>,
  currency: string,
): Translated {
  const flags = readRecord(opportunityFlags, row, {
    of: 'transaction',
    externalId: String(row['Id'] ?? ''),
    remedy: REMEDY,
  });
  if (!flags.ok) return flags;
  const { Id: id, IsDeleted, IsWon, StageName } = flags.value;
  const { refund, orderReferenceField, wonStages } = settings;
  const refundId = `${id}-refund`;
  const won = wonStages === null ? IsWon : StageName !== null && wonStages.includes(StageName);
  if (IsDeleted || !won) {
    return {
      ok: true,
      value: [gone('transaction', id), ...(refund === null ? [] : [gone('transaction', refundId)])],
    };
  }
  const about = { of: 'transaction', externalId: id, remedy: REMEDY } as const;
  const amounts = readRecord(
    z.object({
      [settings.amountField]: money,
      ...(refund === null ? {} : { [refund.amountField]: money.nullish() }),
    }),
    row,
    about,
  );
  if (!amounts.ok) return amounts;
  return translate(wonOpportunity, row, 'transaction', (opportunity) => {
    const reference = orderReferenceField === null ? null : opportunity[orderReferenceField];
    const order: TransactionRecord = {
      kind: 'transaction',
      externalId: id,
      transactionKind: 'order',
      occurredAt: opportunity.CloseDate,
      amount: decimal(amounts.value[settings.amountField]),
      currency: opportunity.CurrencyIsoCode ?? currency,
      contactExternalId: buyerOf(opportunity.ContactId, roles),
      accountExternalId: opportunity.AccountId,
      orderReference: reference === null || reference === undefined ? null : String(reference),
      refersTo: null,
    };
    if (refund === null) return [order];
    const paidBack = amounts.value[refund.amountField];
    if (paidBack === undefined || paidBack === null || paidBack === 0) return [order, gone('transaction', refundId)];
    const paidBackOn = day.safeParse(opportunity[refund.dateField]);
    return [
      order,
      {
        ...order,
        externalId: refundId,
        transactionKind: 'refund',
        // Without a day it counts from the sale on: money that is not there must not be scored.
        occurredAt: paidBackOn.success ? paidBackOn.data : order.occurredAt,
        amount: decimal(paidBack),
        orderReference: null,
        refersTo: id,
      },
    ];
  });
}

function buyerOf(opportunityContact: string | null, roles: readonly ContactRole[]): string | null {
  const primary = roles.find((role) => role.isPrimary && role.contactId !== null);
  const only = roles.length === 1 ? roles[0] : undefined;
  return primary?.contactId ?? opportunityContact ?? only?.contactId ?? null;
}

/** Roles of an opportunity's row as its subquery answers them. */
export function rolesIn(row: Row): readonly ContactRole[] {
  const list = z
    .object({ records: z.array(z.object({ ContactId: text, IsPrimary: flag })) })
    .nullish()
    .safeParse(row['OpportunityContactRoles']);
  return (list.success ? (list.data?.records ?? []) : []).map((role) => ({
    contactId: role.ContactId,
    isPrimary: role.IsPrimary,
  }));
}

const orderRow = z.object({
  Id: z.string(),
  IsDeleted: flag,
  StatusCode: text,
  IsReductionOrder: flag,
  OriginalOrderId: text,
  'OriginalOrder.OpportunityId': text,
  OpportunityId: text,
  EffectiveDate: day,
  TotalAmount: z.number({ error: 'an amount' }),
  BillToContactId: text,
  AccountId: text,
  OrderReferenceNumber: text,
  OrderNumber: text,
  CurrencyIsoCode: text,
});

/**
 * An activated Order -> order; a reduction order -> refund of its original (its amounts are negative). One that was made from an
 * opportunity is that opportunity's sale and gives no second one.
 */
export function mapOrder(row: Row, currency: string): Translated {
  return translate(orderRow, row, 'transaction', (order) => {
    const isSecond = order.OpportunityId !== null && !order.IsReductionOrder;
    if (order.IsDeleted || order.StatusCode !== 'Activated' || isSecond) return [gone('transaction', order.Id)];
    return [
      {
        kind: 'transaction',
        externalId: order.Id,
        transactionKind: order.IsReductionOrder ? 'refund' : 'order',
        occurredAt: order.EffectiveDate,
        amount: decimal(order.IsReductionOrder ? Math.abs(order.TotalAmount) : order.TotalAmount),
        currency: order.CurrencyIsoCode ?? currency,
        contactExternalId: order.BillToContactId,
        accountExternalId: order.AccountId,
        orderReference: order.IsReductionOrder ? null : (order.OrderReferenceNumber ?? order.OrderNumber),
        refersTo: order.IsReductionOrder ? (order['OriginalOrder.OpportunityId'] ?? order.OriginalOrderId) : null,
      },
    ];
  });
}

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

const caseRow = z.object({ Id: z.string(), IsDeleted: flag, ContactId: text, AccountId: text, CreatedDate: instant });

/** A Case -> support, on the day it was opened. */
export function mapCase(row: Row): Translated {
  return translate(caseRow, row, 'event', (supportCase) =>
    eventOf({
      id: supportCase.Id,
      happened: !supportCase.IsDeleted,
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

/** A number of a reply as a decimal string. Currency fields have at most 18 digits: no exponent comes of it. */
function decimal(value: unknown): string {
  return String(value);
}

/** API name of one of our fields: "clv_12m" -> "Staypower_Clv_12m__c". */
export function apiNameOf(field: Pick<FieldDefinition, 'name'>): string {
  const words = field.name.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `Staypower_${words.join('_')}__c`;
}

/** Values to write by API name. Null empties a field; days and instants travel as ISO 8601. */
export function fieldsToWrite(
  values: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, Exclude<FieldValue, Clear> | null>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [apiNameOf({ name }), isClear(value) ? null : value]),
  );
}
