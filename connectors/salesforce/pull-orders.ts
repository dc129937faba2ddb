import { mapOrder } from './mapping-sales.ts';
import type { PlainObject } from './object-source.ts';

/**
 * Activated Orders and reduction orders. Status is the organisation's own label: StatusCode decides.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_order.htm
 *
 * @param currency ISO 4217 code of an organisation with a single currency
 */
export function orderObject(currency: string): PlainObject {
  return {
    object: 'Order',
    of: 'transaction',
    needed: ['StatusCode', 'EffectiveDate', 'TotalAmount', 'AccountId'],
    optional: [
      'IsReductionOrder',
      'OriginalOrderId',
      'OriginalOrder.OpportunityId',
      'OpportunityId',
      'BillToContactId',
      'OrderReferenceNumber',
      'OrderNumber',
      'CurrencyIsoCode',
    ],
    wanted: "StatusCode = 'Activated'",
    map: (row) => mapOrder(row, currency),
  };
}
