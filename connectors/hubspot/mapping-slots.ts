import type { MappingSlot } from '../../core/ports/survey.ts';
import { OWN_OWNER } from './mapping.ts';
import { OWN_CURRENCY } from './mapping-transactions.ts';
import type { HubSpotSettings } from './settings.ts';

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
const OWN = {
  currency: /^(deal_currency_code|hs_currency_code)$|home_currency|exchange/i,
  owner: /^hubspot_owner_id$|^hs_|team/i,
};

/** What can be chosen about a HubSpot account, and what the settings choose. */
export function mappingSlots(settings: HubSpotSettings): readonly MappingSlot[] {
  const { deals, orders, userIdProperty, doNotContactProperties } = settings;
  const sale = { object: 'deals', stream: 'transactions' } as const;
  const person = { object: 'contacts', stream: 'contacts' } as const;
  const slots: readonly Slot[] = [
    {
      ...sale,
      path: ['deals', 'amountProperty'],
      meaning: 'what the sale was worth',
      unlike: NOT_ITS_WORTH,
      kinds: ['money', 'number'],
      hints: [/^amount$/i, /^(net|total|final).*(amount|revenue|value|price)/i, /amount|revenue|price/i],
      chosen: deals.amountProperty,
    },
    ...saleSlots('deals', deals),
    {
      ...sale,
      path: ['deals', 'orderReferenceProperty'],
      meaning: 'the shop’s order number',
      kinds: ['text', 'number'],
      hints: [/order.?(ref|no|num|id)/i, /(invoice|purchase|external).?(ref|no|num|id)/i],
      chosen: deals.orderReferenceProperty,
    },
    {
      ...sale,
      path: ['deals', 'refund', 'amountProperty'],
      meaning: 'what was paid back of the sale',
      kinds: ['money', 'number'],
      hints: [/refund/i, /paid.?back|credited|returned/i],
      chosen: deals.refund?.amountProperty ?? null,
    },
    {
      ...sale,
      path: ['deals', 'refund', 'dateProperty'],
      meaning: 'when it was paid back',
      kinds: ['day', 'instant'],
      hints: [/refund/i, /paid.?back|credited|returned/i],
      chosen: deals.refund?.dateProperty ?? null,
    },
    ...(orders === null ? [] : orderSlots(orders)),
    {
      ...person,
      path: ['userIdProperty'],
      meaning: 'the person’s id in your own systems',
      kinds: ['text', 'number'],
      hints: [
        /^(user|customer|external|shop|member)_?(id|no|number)$/i,
        /(user|customer|external|member).*(id|number)$/i,
      ],
      chosen: userIdProperty,
    },
    {
      ...person,
      path: ['ownerProperty'],
      meaning: 'who looks after the person',
      standard: OWN_OWNER,
      unlike: OWN.owner,
      kinds: ['reference'],
      hints: OWNER,
      chosen: settings.ownerProperty,
    },
    {
      ...person,
      path: ['doNotContactProperties'],
      meaning: 'who must not be contacted',
      kinds: ['flag', 'choice'],
      hints: [/opt.?(ed.?)?out|unsubscrib/i, /do.?not.?(contact|e?.?mail|call)/i],
      chosen: doNotContactProperties,
    },
    {
      ...person,
      path: ['contract', 'startProperty'],
      meaning: 'since when there is a contract',
      kinds: ['day', 'instant'],
      hints: [
        /contract.?(start|begin)|subscri.*(start|since)|(start|begin).?of.?contract/i,
        /customer.?since|member.?since/i,
      ],
      chosen: settings.contract?.startProperty ?? null,
    },
    {
      ...person,
      path: ['contract', 'endProperty'],
      meaning: 'the last day of the contract',
      kinds: ['day', 'instant'],
      hints: [/contract.?(end|expir|until)|renewal.?date|subscri.*(end|expir)/i, /expir|valid.?until/i],
      chosen: settings.contract?.endProperty ?? null,
    },
    {
      ...person,
      path: ['contract', 'cancelledProperty'],
      meaning: 'when notice was given',
      kinds: ['day', 'instant'],
      hints: [/cancel|notice|terminat/i],
      chosen: settings.contract?.cancelledProperty ?? null,
    },
    {
      ...person,
      path: ['contract', 'annualValueProperty'],
      meaning: 'what a year of the contract is worth',
      kinds: ['money', 'number'],
      hints: [/annual.?(contract.?)?value|\b(arr|acv)\b|(contract|subscription).?(value|amount)/i],
      chosen: settings.contract?.annualValueProperty ?? null,
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

function orderSlots(orders: NonNullable<HubSpotSettings['orders']>): readonly Slot[] {
  const order = { object: 'orders', stream: 'transactions' } as const;
  return [
    {
      ...order,
      path: ['orders', 'amountProperty'],
      meaning: 'what the order was worth',
      unlike: NOT_ITS_WORTH,
      kinds: ['money', 'number'],
      hints: [/^hs_total_price$/, /total|amount|revenue|price/i],
      chosen: orders.amountProperty,
    },
    ...saleSlots('orders', orders),
    {
      ...order,
      path: ['orders', 'dateProperty'],
      meaning: 'when the order was placed',
      kinds: ['instant', 'day'],
      hints: [/processed|placed|order.?date/i, /createdate/i],
      chosen: orders.dateProperty,
    },
    {
      ...order,
      path: ['orders', 'orderReferenceProperty'],
      meaning: 'the shop’s order number',
      kinds: ['text', 'number'],
      hints: [/external.?order.?id/i, /order.?(ref|no|num|id)/i],
      chosen: orders.orderReferenceProperty,
    },
  ];
}

/** What deals and orders have in common. */
function saleSlots(
  object: 'deals' | 'orders',
  settings: Pick<HubSpotSettings['deals'], 'currencyProperty' | 'marginProperty' | 'marginShareProperty'>,
): readonly Slot[] {
  const sale = { object, stream: 'transactions' } as const;
  return [
    {
      ...sale,
      path: [object, 'currencyProperty'],
      meaning: 'the currency of the sale',
      standard: OWN_CURRENCY[object],
      unlike: OWN.currency,
      kinds: ['choice', 'text'],
      hints: CURRENCY,
      chosen: settings.currencyProperty,
    },
    {
      ...sale,
      path: [object, 'marginProperty'],
      meaning: 'what the sale leaves after its costs',
      unlike: A_SHARE,
      kinds: ['money', 'number'],
      hints: MARGIN,
      chosen: settings.marginProperty,
    },
    {
      ...sale,
      path: [object, 'marginShareProperty'],
      meaning: 'what the sale leaves, as a share of its amount',
      kinds: ['percent'],
      hints: MARGIN,
      chosen: settings.marginShareProperty,
    },
  ];
}
