import type { MappingSlot } from '../../core/ports/survey.ts';
import { mappingSlotsOf, SLOT_WORDS, type StatedSlot } from '../http/slot-words.ts';
import type { SalesforceSettings } from './settings.ts';

/** The vendor's own, read where no other is chosen, and what only sounds like it. */
const OWN = { currency: /^CurrencyIsoCode$/, owner: /^OwnerId$/ };

/** What can be chosen about a Salesforce organisation, and what the settings choose. */
export function mappingSlots(settings: SalesforceSettings): readonly MappingSlot[] {
  const sale = { object: 'Opportunity', stream: 'transactions' } as const;
  const person = { object: 'Contact', stream: 'contacts' } as const;
  const slots: readonly StatedSlot[] = [
    {
      ...sale,
      ...SLOT_WORDS.amount,
      path: ['amountField'],
      kinds: ['money', 'number'],
      chosen: settings.amountField,
    },
    {
      ...sale,
      ...SLOT_WORDS.currency,
      path: ['currencyField'],
      standard: 'CurrencyIsoCode',
      unlike: OWN.currency,
      kinds: ['choice', 'text'],
      chosen: settings.currencyField,
    },
    {
      ...sale,
      ...SLOT_WORDS.margin,
      path: ['marginField'],
      kinds: ['money', 'number'],
      chosen: settings.marginField,
    },
    {
      ...sale,
      ...SLOT_WORDS.marginShare,
      path: ['marginPercentField'],
      meaning: 'what the sale leaves, in percent',
      kinds: ['percent'],
      chosen: settings.marginPercentField,
    },
    {
      ...sale,
      ...SLOT_WORDS.orderReference,
      path: ['orderReferenceField'],
      kinds: ['text', 'number'],
      chosen: settings.orderReferenceField,
    },
    {
      ...sale,
      ...SLOT_WORDS.refundAmount,
      path: ['refund', 'amountField'],
      kinds: ['money', 'number'],
      chosen: settings.refund?.amountField ?? null,
    },
    {
      ...sale,
      ...SLOT_WORDS.refundDate,
      path: ['refund', 'dateField'],
      kinds: ['day'],
      chosen: settings.refund?.dateField ?? null,
    },
    {
      ...person,
      path: ['userIdField'],
      meaning: 'the person’s id in your own systems',
      kinds: ['text', 'number'],
      hints: [
        /^(user|customer|external|shop|member)_?(id|no|number)(__c)?$/i,
        /(user|customer|external|member).*(id|number)(__c)?$/i,
      ],
      chosen: settings.userIdField,
    },
    {
      ...person,
      ...SLOT_WORDS.owner,
      path: ['ownerField'],
      standard: 'OwnerId',
      unlike: OWN.owner,
      kinds: ['reference'],
      chosen: settings.ownerField,
    },
    {
      ...person,
      ...SLOT_WORDS.doNotContact,
      path: ['doNotContactFields'],
      kinds: ['flag'],
      chosen: settings.doNotContactFields,
    },
    {
      ...person,
      ...SLOT_WORDS.contractStart,
      path: ['contract', 'startField'],
      kinds: ['day'],
      chosen: settings.contract?.startField ?? null,
    },
    {
      ...person,
      ...SLOT_WORDS.contractEnd,
      path: ['contract', 'endField'],
      kinds: ['day'],
      chosen: settings.contract?.endField ?? null,
    },
    {
      ...person,
      ...SLOT_WORDS.contractCancelled,
      path: ['contract', 'cancelledField'],
      kinds: ['day'],
      chosen: settings.contract?.cancelledField ?? null,
    },
    {
      ...person,
      ...SLOT_WORDS.contractValue,
      path: ['contract', 'annualValueField'],
      kinds: ['money', 'number'],
      chosen: settings.contract?.annualValueField ?? null,
    },
  ];
  return mappingSlotsOf(slots);
}
