import type { ObjectReader } from './mapping.ts';
import { dealDeletions, isWon, orderDeletions, saleOfOrder, salesOfDeal } from './mapping-transactions.ts';
import type { HubSpotSettings } from './settings.ts';

/** How sales are read: deals, and order objects where the settings ask for them. */
export function transactionReaders(settings: HubSpotSettings, currency: string): readonly ObjectReader[] {
  return [
    dealReader(settings, currency),
    ...(settings.orders === null ? [] : [orderReader(settings.orders, currency)]),
  ];
}

function dealReader(settings: HubSpotSettings, currency: string): ObjectReader {
  const { amountProperty, orderReferenceProperty, refund } = settings.deals;
  return {
    object: 'deals',
    optional: false,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: [
      ...new Set([
        amountProperty,
        'closedate',
        'dealstage',
        'hs_is_closed_won',
        'deal_currency_code',
        'hs_merged_object_ids',
        ...(orderReferenceProperty === null ? [] : [orderReferenceProperty]),
        ...(refund === null ? [] : [refund.amountProperty, refund.dateProperty]),
      ]),
    ],
    associations: ['contacts', 'companies'],
    needsLinks: (deal) => isWon(deal, settings),
    translate: (deal, links, known) => salesOfDeal(deal, links, known, { settings, currency }),
    deletions: (id) => dealDeletions(id, settings),
  };
}

function orderReader(settings: NonNullable<HubSpotSettings['orders']>, currency: string): ObjectReader {
  const { amountProperty, dateProperty, orderReferenceProperty } = settings;
  return {
    object: 'orders',
    optional: false,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: [
      ...new Set([
        amountProperty,
        dateProperty,
        'hs_createdate',
        'hs_currency_code',
        'hs_pipeline_stage',
        ...(orderReferenceProperty === null ? [] : [orderReferenceProperty]),
      ]),
    ],
    associations: ['contacts', 'companies'],
    needsLinks: () => true,
    translate: (order, links, known) => saleOfOrder(order, links, known, { settings, currency }),
    deletions: (id) => orderDeletions(id),
  };
}
