import type { MappingSlot } from '../../core/ports/survey.ts';
import type { SalesforceSettings } from './settings.ts';

type Slot = Omit<MappingSlot, 'chosen' | 'several' | 'unlike' | 'standard'> & {
  chosen: string | null | readonly string[];
  unlike?: RegExp;
  standard?: string;
};

/** Money of a sale that is not what it was worth. */
const NOT_ITS_WORTH = /refund|tax|discount|shipping|cost|margin|home_currency|expected|forecast|projected|weighted/i;

/** Names of what a sale leaves after its own costs. */
const MARGIN = [/^(gross|net|contribution)?_?(margin|profit)(_?amount)?(__c)?$/i, /margin|gross.?profit|contribution/i];
/** A share of the amount is no money. */
const A_SHARE = /percent|pct|share|rate|ratio|%/i;
/** Names of the currency of a sale; that of the vendor's own is taken anyway. */
const CURRENCY = [/^(deal|order|sale|invoice|contract)?_?currency(_?(iso)?_?code)?(__c)?$/i, /currency/i];
/** Names of who looks after a customer. */
const OWNER = [
  /(account|success|customer|relationship).?(manager|owner|rep)/i,
  /csm|caretaker|(sales|contact).?(owner|rep)/i,
];

/** The vendor's own, read where no other is chosen, and what only sounds like it. */
const OWN = { currency: /^CurrencyIsoCode$/, owner: /^OwnerId$/ };

/** What can be chosen about a Salesforce organisation, and what the settings choose. */
export function mappingSlots(settings: SalesforceSettings): readonly MappingSlot[] {
  const sale = { object: 'Opportunity', stream: 'transactions' } as const;
  const person = { object: 'Contact', stream: 'contacts' } as const;
  const slots: readonly Slot[] = [
    {
      ...sale,
      path: ['amountField'],
      meaning: 'what the sale was worth',
      unlike: NOT_ITS_WORTH,
      kinds: ['money', 'number'],
      hints: [/^amount$/i, /^(net|total|final).*(amount|revenue|value|price)/i, /amount|revenue|price/i],
      chosen: settings.amountField,
    },
    {
      ...sale,
      path: ['currencyField'],
      meaning: 'the currency of the sale',
      standard: 'CurrencyIsoCode',
      unlike: OWN.currency,
      kinds: ['choice', 'text'],
      hints: CURRENCY,
      chosen: settings.currencyField,
    },
    {
      ...sale,
      path: ['marginField'],
      meaning: 'what the sale leaves after its costs',
      unlike: A_SHARE,
      kinds: ['money', 'number'],
      hints: MARGIN,
      chosen: settings.marginField,
    },
    {
      ...sale,
      path: ['marginPercentField'],
      meaning: 'what the sale leaves, in percent',
      kinds: ['percent'],
      hints: MARGIN,
      chosen: settings.marginPercentField,
    },
    {
      ...sale,
      path: ['orderReferenceField'],
      meaning: 'the shop’s order number',
      kinds: ['text', 'number'],
      hints: [/order.?(ref|no|num|id)/i, /(invoice|purchase|external).?(ref|no|num|id)/i],
      chosen: settings.orderReferenceField,
    },
    {
      ...sale,
      path: ['refund', 'amountField'],
      meaning: 'what was paid back of the sale',
      kinds: ['money', 'number'],
      hints: [/refund/i, /paid.?back|credited|returned/i],
      chosen: settings.refund?.amountField ?? null,
    },
    {
      ...sale,
      path: ['refund', 'dateField'],
      meaning: 'when it was paid back',
      kinds: ['day'],
      hints: [/refund/i, /paid.?back|credited|returned/i],
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
      path: ['ownerField'],
      meaning: 'who looks after the person',
      standard: 'OwnerId',
      unlike: OWN.owner,
      kinds: ['reference'],
      hints: OWNER,
      chosen: settings.ownerField,
    },
    {
      ...person,
      path: ['doNotContactFields'],
      meaning: 'who must not be contacted',
      kinds: ['flag'],
      hints: [/opt.?(ed.?)?out|unsubscrib/i, /do.?not.?(contact|e?.?mail|call)/i],
      chosen: settings.doNotContactFields,
    },
    {
      ...person,
      path: ['contract', 'startField'],
      meaning: 'since when there is a contract',
      kinds: ['day'],
      hints: [
        /contract.?(start|begin)|subscri.*(start|since)|(start|begin).?of.?contract/i,
        /customer.?since|member.?since/i,
      ],
      chosen: settings.contract?.startField ?? null,
    },
    {
      ...person,
      path: ['contract', 'endField'],
      meaning: 'the last day of the contract',
      kinds: ['day'],
      hints: [/contract.?(end|expir|until)|renewal.?date|subscri.*(end|expir)/i, /expir|valid.?until/i],
      chosen: settings.contract?.endField ?? null,
    },
    {
      ...person,
      path: ['contract', 'cancelledField'],
      meaning: 'when notice was given',
      kinds: ['day'],
      hints: [/cancel|notice|terminat/i],
      chosen: settings.contract?.cancelledField ?? null,
    },
    {
      ...person,
      path: ['contract', 'annualValueField'],
      meaning: 'what a year of the contract is worth',
      kinds: ['money', 'number'],
      hints: [/annual.?(contract.?)?value|\b(arr|acv)\b|(contract|subscription).?(value|amount)/i],
      chosen: settings.contract?.annualValueField ?? null,
    },
  ];
  return slots.map((slot) => ({
    ...slot,
    unlike: slot.unlike ?? null,
    standard: slot.standard ?? null,
    chosen: slot.chosen === null ? [] : typeof slot.chosen === 'string' ? [slot.chosen] : slot.chosen,
    several: Array.isArray(slot.chosen),
  }));
}
