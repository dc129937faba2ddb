import type { MappingSlot } from '../../core/ports/survey.ts';
import { mappingSlotsOf, NOT_ITS_WORTH, SLOT_WORDS, type StatedSlot } from '../http/slot-words.ts';
import { OWN_OWNER } from './mapping.ts';
import { OWN_CURRENCY } from './mapping-transactions.ts';
import type { HubSpotSettings } from './settings.ts';

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
  const slots: readonly StatedSlot[] = [
    {
      ...sale,
      ...SLOT_WORDS.amount,
      path: ['deals', 'amountProperty'],
      kinds: ['money', 'number'],
      chosen: deals.amountProperty,
    },
    ...saleSlots('deals', deals),
    {
      ...sale,
      ...SLOT_WORDS.orderReference,
      path: ['deals', 'orderReferenceProperty'],
      kinds: ['text', 'number'],
      chosen: deals.orderReferenceProperty,
    },
    {
      ...sale,
      ...SLOT_WORDS.refundAmount,
      path: ['deals', 'refund', 'amountProperty'],
      kinds: ['money', 'number'],
      chosen: deals.refund?.amountProperty ?? null,
    },
    {
      ...sale,
      ...SLOT_WORDS.refundDate,
      path: ['deals', 'refund', 'dateProperty'],
      kinds: ['day', 'instant'],
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
      ...SLOT_WORDS.owner,
      path: ['ownerProperty'],
      standard: OWN_OWNER,
      unlike: OWN.owner,
      kinds: ['reference'],
      chosen: settings.ownerProperty,
    },
    {
      ...person,
      ...SLOT_WORDS.doNotContact,
      path: ['doNotContactProperties'],
      kinds: ['flag', 'choice'],
      chosen: doNotContactProperties,
    },
    {
      ...person,
      ...SLOT_WORDS.contractStart,
      path: ['contract', 'startProperty'],
      kinds: ['day', 'instant'],
      chosen: settings.contract?.startProperty ?? null,
    },
    {
      ...person,
      ...SLOT_WORDS.contractEnd,
      path: ['contract', 'endProperty'],
      kinds: ['day', 'instant'],
      chosen: settings.contract?.endProperty ?? null,
    },
    {
      ...person,
      ...SLOT_WORDS.contractCancelled,
      path: ['contract', 'cancelledProperty'],
      kinds: ['day', 'instant'],
      chosen: settings.contract?.cancelledProperty ?? null,
    },
    {
      ...person,
      ...SLOT_WORDS.contractValue,
      path: ['contract', 'annualValueProperty'],
      kinds: ['money', 'number'],
      chosen: settings.contract?.annualValueProperty ?? null,
    },
  ];
  return mappingSlotsOf(slots);
}

function orderSlots(orders: NonNullable<HubSpotSettings['orders']>): readonly StatedSlot[] {
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
): readonly StatedSlot[] {
  const sale = { object, stream: 'transactions' } as const;
  return [
    {
      ...sale,
      ...SLOT_WORDS.currency,
      path: [object, 'currencyProperty'],
      standard: OWN_CURRENCY[object],
      unlike: OWN.currency,
      kinds: ['choice', 'text'],
      chosen: settings.currencyProperty,
    },
    {
      ...sale,
      ...SLOT_WORDS.margin,
      path: [object, 'marginProperty'],
      kinds: ['money', 'number'],
      chosen: settings.marginProperty,
    },
    {
      ...sale,
      ...SLOT_WORDS.marginShare,
      path: [object, 'marginShareProperty'],
      kinds: ['percent'],
      chosen: settings.marginShareProperty,
    },
  ];
}
