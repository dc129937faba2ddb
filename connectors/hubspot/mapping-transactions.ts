import { z } from 'zod';
import type { StatedMargin } from '../../core/domain/margin.ts';
import type { DeletionRecord, SourceRecord } from '../../core/domain/records.ts';
import { readRecord } from '../http/read-record.ts';
import { deletion, filled, type Links, mergedIds, primaryOf, type Translation } from './mapping.ts';
import type { CrmObject } from './replies.ts';
import type { HubSpotSettings } from './settings.ts';

type OrderSettings = NonNullable<HubSpotSettings['orders']>;
type SaleSettings = HubSpotSettings['deals'] | OrderSettings;

/** HubSpot's own properties with the currency of a sale. */
export const OWN_CURRENCY = { deals: 'deal_currency_code', orders: 'hs_currency_code' } as const;

/** The property that holds the currency of a sale. */
export function currencyProperty(object: 'deals' | 'orders', settings: SaleSettings): string {
  return settings.currencyProperty ?? OWN_CURRENCY[object];
}

/** Properties that are read of a deal as of an order. */
export function saleProperties(object: 'deals' | 'orders', settings: SaleSettings): readonly string[] {
  const { amountProperty, orderReferenceProperty, marginProperty, marginShareProperty } = settings;
  const chosen = [orderReferenceProperty, marginProperty, marginShareProperty].filter((name) => name !== null);
  return [amountProperty, currencyProperty(object, settings), ...chosen];
}

const amount = z
  .string('an amount')
  .trim()
  .regex(/^\d+(\.\d+)?$/, 'an amount of zero or more, as a decimal number');
const instant = z.string('a date').refine((text) => !Number.isNaN(Date.parse(text)), 'an ISO 8601 date');

/** External ids carry the object type: a deal and an order may have the same number. */
const dealId = (id: string) => `deal-${id}`;
const refundId = (id: string) => `deal-${id}-refund`;
const orderId = (id: string) => `order-${id}`;

/** Whether a deal is a sale. */
export function isWon(deal: CrmObject, settings: HubSpotSettings): boolean {
  const { wonStages } = settings.deals;
  return wonStages.length > 0
    ? wonStages.includes(filled(deal.properties['dealstage']))
    : deal.properties['hs_is_closed_won'] === 'true';
}

/** A won deal is an order, with a refund where one is kept on it; any other deal is nothing (any more). */
export function salesOfDeal(
  deal: CrmObject,
  links: Links,
  known: boolean,
  context: { settings: HubSpotSettings; currency: string },
): Translation {
  const { settings } = context;
  const merged = mergedIds(deal).flatMap((id) => dealDeletions(id, settings));
  const gone = known ? [...dealDeletions(deal.id, settings), ...merged] : [];
  if (!isWon(deal, settings)) return { records: gone, rejected: [] };
  const { amountProperty, orderReferenceProperty } = settings.deals;
  const reading = readRecord(z.object({ [amountProperty]: amount, closedate: instant }), deal.properties, {
    of: 'transaction',
    externalId: dealId(deal.id),
    remedy: 'Give the deal an amount of zero or more and a close date in HubSpot; it is read again once it is changed.',
  });
  // A sale that lost its amount is no longer what we have on record.
  if (!reading.ok) return { records: gone, rejected: [reading.rejected] };
  const sale = {
    kind: 'transaction',
    externalId: dealId(deal.id),
    transactionKind: 'order',
    occurredAt: reading.value['closedate'] ?? '',
    amount: reading.value[amountProperty] ?? null,
    currency: currencyOf('deals', deal, settings.deals) || context.currency,
    contactExternalId: primaryOf(links.contacts),
    accountExternalId: primaryOf(links.companies),
    orderReference: orderReferenceProperty === null ? null : filled(deal.properties[orderReferenceProperty]) || null,
    refersTo: null,
  } as const;
  const back = refundOf(deal, sale, known, settings);
  const order = { ...sale, ...marginOf(deal, settings.deals) };
  return { records: [order, ...back.records, ...(known ? merged : [])], rejected: back.rejected };
}

/** What disappears with a deal. */
export function dealDeletions(id: string, settings: HubSpotSettings): readonly DeletionRecord[] {
  return [
    deletion('transaction', dealId(id)),
    ...(settings.deals.refund === null ? [] : [deletion('transaction', refundId(id))]),
  ];
}

/** An order object is an order unless its stage says that it was cancelled. */
export function saleOfOrder(
  order: CrmObject,
  links: Links,
  known: boolean,
  context: { settings: OrderSettings; currency: string },
): Translation {
  const { amountProperty, dateProperty, orderReferenceProperty, cancelledStages } = context.settings;
  const { properties } = order;
  const gone = known ? orderDeletions(order.id) : [];
  if (cancelledStages.includes(filled(properties['hs_pipeline_stage']))) return { records: gone, rejected: [] };
  const placedAt = filled(properties[dateProperty]) || (properties['hs_createdate'] ?? order.createdAt);
  const reading = readRecord(
    z.object({ [amountProperty]: amount, placedAt: instant }),
    { ...properties, placedAt },
    {
      of: 'transaction',
      externalId: orderId(order.id),
      remedy: `Give the order an amount in ${amountProperty} in HubSpot, or name the property that holds it in the settings.`,
    },
  );
  if (!reading.ok) return { records: gone, rejected: [reading.rejected] };
  return {
    records: [
      {
        kind: 'transaction',
        externalId: orderId(order.id),
        transactionKind: 'order',
        occurredAt: reading.value['placedAt'] ?? '',
        amount: reading.value[amountProperty] ?? null,
        currency: currencyOf('orders', order, context.settings) || context.currency,
        contactExternalId: primaryOf(links.contacts),
        accountExternalId: primaryOf(links.companies),
        orderReference: orderReferenceProperty === null ? null : filled(properties[orderReferenceProperty]) || null,
        refersTo: null,
        ...marginOf(order, context.settings),
      },
    ],
    rejected: [],
  };
}

/** What disappears with an order object. */
export function orderDeletions(id: string): readonly DeletionRecord[] {
  return [deletion('transaction', orderId(id))];
}

function currencyOf(object: 'deals' | 'orders', { properties }: CrmObject, settings: SaleSettings): string {
  return filled(properties[currencyProperty(object, settings)]).toUpperCase();
}

/** What the sale leaves, where one of the properties for it is filled. */
function marginOf(
  { properties }: CrmObject,
  { marginProperty, marginShareProperty }: SaleSettings,
): { margin?: StatedMargin } {
  const amount = marginProperty === null ? '' : filled(properties[marginProperty]);
  if (amount !== '') return { margin: { amount } };
  const share = marginShareProperty === null ? '' : filled(properties[marginShareProperty]);
  return share === '' ? {} : { margin: { share } };
}

/** What was paid back of a sale; a refund that was taken off the deal again is deleted. */
function refundOf(
  deal: CrmObject,
  sale: Extract<SourceRecord, { kind: 'transaction' }>,
  known: boolean,
  settings: HubSpotSettings,
): Translation {
  const { refund } = settings.deals;
  if (refund === null) return { records: [], rejected: [] };
  const externalId = refundId(deal.id);
  const gone = known ? [deletion('transaction', externalId)] : [];
  const given = filled(deal.properties[refund.amountProperty]);
  if (given === '' || Number(given) === 0) return { records: gone, rejected: [] };
  const reading = readRecord(
    z.object({ [refund.amountProperty]: amount, [refund.dateProperty]: instant }),
    deal.properties,
    {
      of: 'transaction',
      externalId,
      remedy: 'Give the deal both the amount paid back and its date in HubSpot; it is read again once it is changed.',
    },
  );
  if (!reading.ok) return { records: gone, rejected: [reading.rejected] };
  return {
    records: [
      {
        ...sale,
        externalId,
        transactionKind: 'refund',
        occurredAt: reading.value[refund.dateProperty] ?? '',
        amount: reading.value[refund.amountProperty] ?? null,
        orderReference: null,
        refersTo: sale.externalId,
      },
    ],
    rejected: [],
  };
}
