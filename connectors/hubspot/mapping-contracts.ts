import { z } from 'zod';
import { standingTerm } from '../http/contract-term.ts';
import { readRecord } from '../http/read-record.ts';
import { filled, type Translation } from './mapping.ts';
import type { CrmObject } from './replies.ts';
import type { HubSpotSettings } from './settings.ts';

/** A property of type date is a day, one of type datetime an instant; both come as text (developers.hubspot.com, CRM properties guide). */
const dayOrInstant = z
  .string('a day')
  .regex(/^\d{4}-\d{2}-\d{2}(T\S+(Z|[+-]\d{2}:\d{2}))?$/, 'a day such as 2026-03-31, from a property of type date')
  .nullable();

/** A number property comes as text, too; one that is empty as "". */
const annualValue = z
  .string('an amount')
  .regex(/^\d+(\.\d+)?$/, 'what a year of the contract is worth: zero or more, as a decimal number')
  .nullable();

/** The properties of a contact that its contract is read from. */
export function contractProperties({ contract }: HubSpotSettings): readonly string[] {
  if (contract === null) return [];
  return Object.values(contract).filter((name) => name !== null);
}

/** The term of a contract that stands on a contact. Days that cannot be read are rejected; the contact itself goes on. */
export function contractOf({ id, properties }: CrmObject, settings: HubSpotSettings): Translation {
  const { contract } = settings;
  if (contract === null) return { records: [], rejected: [] };
  const names = contractProperties(settings);
  const worth = contract.annualValueProperty;
  const schema = z.object(Object.fromEntries(names.map((name) => [name, name === worth ? annualValue : dayOrInstant])));
  const reading = readRecord(
    schema,
    Object.fromEntries(names.map((name) => [name, filled(properties[name]) || null])),
    {
      of: 'contract',
      externalId: `${id}@unread`,
      remedy:
        'Map properties of type date, and a number for what a year is worth, in "contract" of the settings, or correct the value in HubSpot.',
    },
  );
  if (!reading.ok) return { records: [], rejected: [reading.rejected] };
  const said = (name: string | null) => (name === null ? null : (reading.value[name] ?? null));
  const term = standingTerm(id, {
    startsOn: said(contract.startProperty),
    endsOn: said(contract.endProperty),
    cancelledOn: said(contract.cancelledProperty),
    annualValue: said(worth),
  });
  return { records: term, rejected: [] };
}
