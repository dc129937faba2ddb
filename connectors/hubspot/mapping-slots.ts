import type { MappingSlot } from '../../core/ports/survey.ts';
import type { HubSpotSettings } from './settings.ts';

type Slot = Omit<MappingSlot, 'chosen' | 'several' | 'unlike'> & {
  chosen: string | null | readonly string[];
  unlike?: RegExp;
};

/** Money of a sale that is not what it was worth. */
const NOT_ITS_WORTH = /refund|tax|discount|shipping|cost|margin|home_currency|expected|forecast|projected|weighted/i;

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
