import type { ObjectReader } from './mapping.ts';
import {
  dealDeletions,
  isWon,
  orderDeletions,
  saleOfOrder,
  saleProperties,
  salesOfDeal,
} from './mapping-transactions.ts';
import type { HubSpotSettings } from './settings.ts';

/** How sales are read: deals, and order objects where the settings ask for them. */
export function transactionReaders(settings: HubSpotSettings, currency: string): readonly ObjectReader[] {
  return [
    dealReader(settings, currency),
    ...(settings.orders === null ? [] : [orderReader(settings.orders, currency)]),
  ];
}

function dealReader(settings: HubSpotSettings, currency: string): ObjectReader {
  const { refund } = settings.deals;
  return {
    object: 'deals',
    optional: false,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: [
      ...new Set([
        ...saleProperties('deals', settings.deals),
        'closedate',
        'dealstage',
        'hs_is_closed_won',
        'hs_merged_object_ids',
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
  return {
    object: 'orders',
    optional: false,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: [
      ...new Set([...saleProperties('orders', settings), settings.dateProperty, 'hs_createdate', 'hs_pipeline_stage']),
    ],
    associations: ['contacts', 'companies'],
    needsLinks: () => true,
    translate: (order, links, known) => saleOfOrder(order, links, known, { settings, currency }),
    deletions: (id) => orderDeletions(id),
  };
}
