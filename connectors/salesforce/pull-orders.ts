import { mapOrder } from './mapping.ts';
import type { Organisation, PlainObject } from './object-source.ts';

/** Orders, where they are wanted and the organisation has them switched on. */
export async function orderObjects({ describer, settings, currency }: Organisation): Promise<readonly PlainObject[]> {
  if (!settings.readOrders || (await describer.shapeOf('Order')) === null) return [];
  return [orderObject(currency)];
}

/**
 * Activated Orders and reduction orders. Status is the organisation's own label: StatusCode decides.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_order.htm
 */
function orderObject(currency: string): PlainObject {
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
