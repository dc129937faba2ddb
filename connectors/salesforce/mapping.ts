import { z } from 'zod';
import { type Clear, type FieldDefinition, type FieldValue, isClear } from '../../core/domain/fields.ts';
import type { ContactRecord, ContractRecord, DeletionRecord } from '../../core/domain/records.ts';
import { standingTerm } from '../http/contract-term.ts';
import { day, flag, gone, instant, type Translated, text, translate } from './mapping-rows.ts';
import type { SalesforceSettings } from './settings.ts';
import type { Row } from './soql.ts';

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

const dayOrInstant = z
  .union([day, instant], { error: 'a day, from a field of type Date' })
  .nullish()
  .transform((value) => value ?? null);

const annualValue = z
  .number('what a year of the contract is worth, from a field of type Number or Currency')
  .min(0, 'zero or more')
  .nullish()
  .transform((value) => (value == null ? null : String(value)));

/**
 * Contact -> contact, and the term of a contract that stands on it; a deleted or merged one -> deletion. Neither our own fields nor modification times are in the record: so that a
 * contact that changed only by our write-back is the same as before.
 */
export function mapContact(
  row: Row,
  settings: Pick<SalesforceSettings, 'doNotContactFields' | 'userIdField' | 'ownerField' | 'contract'>,
): Translated {
  const { contract } = settings;
  const { startField = null, endField = null, cancelledField = null, annualValueField = null } = contract ?? {};
  const named = [startField, endField, cancelledField].filter((name) => name !== null);
  const worth = annualValueField === null ? {} : { [annualValueField]: annualValue };
  const days = translate(
    z.object({ ...Object.fromEntries(named.map((name) => [name, dayOrInstant])), ...worth }),
    row,
    'contact',
    () => [],
  );
  if (!days.ok) return days;
  const dayIn = (name: string | null) => (name === null ? null : dayOrInstant.parse(row[name]));
  return translate(
    contactRow,
    row,
    'contact',
    (contact): readonly (ContactRecord | ContractRecord | DeletionRecord)[] => {
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
          name:
            contact.Name ?? ([contact.FirstName, contact.LastName].filter((part) => part !== null).join(' ') || null),
          accountExternalId: contact.AccountId,
          ownerId: settings.ownerField === null ? contact.OwnerId : text.parse(contact[settings.ownerField]),
          doNotContact: settings.doNotContactFields.some((name) => contact[name] === true),
          createdAt: contact.CreatedDate,
          partial: false,
        },
        ...standingTerm(contact.Id, {
          startsOn: dayIn(startField),
          endsOn: dayIn(endField),
          cancelledOn: dayIn(cancelledField),
          annualValue: annualValueField === null ? null : annualValue.parse(row[annualValueField]),
        }),
      ];
    },
  );
}

/** What the API names of our fields begin with. */
export const FIELD_PREFIX = 'Staypower_';

/** API name of one of our fields: "clv_12m" -> "Staypower_Clv_12m__c". */
export function apiNameOf(field: Pick<FieldDefinition, 'name'>): string {
  const words = field.name.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${FIELD_PREFIX}${words.join('_')}__c`;
}

/** Values to write by API name. Null empties a field; days and instants travel as ISO 8601. */
export function fieldsToWrite(
  values: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, Exclude<FieldValue, Clear> | null>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [apiNameOf({ name }), isClear(value) ? null : value]),
  );
}
