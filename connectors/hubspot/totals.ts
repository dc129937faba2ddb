import { monthOf, type SaleFigure, totalByMonth } from '../../core/domain/sale-figures.ts';
import type { SourceTotals } from '../../core/ports/source-totals.ts';
import type { ConnectorContext } from '../http/context.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import { type Filter, wonDeals } from './discover.ts';
import { filled, type ObjectName } from './mapping.ts';
import { currencyProperty } from './mapping-transactions.ts';
import { type CrmObject, pageSchema } from './replies.ts';
import type { HubSpotSettings } from './settings.ts';

const OBJECTS = { accounts: 'companies', contacts: 'contacts' } as const;
const SEARCH_ROWS = 200;
const DAY_MS = 86_400_000;

/** Sales of one object: how they are searched and what a row says. */
interface SaleObject {
  object: ObjectName;
  filters: readonly Filter[];
  properties: readonly string[];
  /** What is filtered by month. */
  dateProperty: string;
  figureOf(row: CrmObject): SaleFigure;
}

/** Counts by search totals; search cannot add up, so that sums are made from the rows it finds, 200 a call. */
export function createTotals(
  client: HubSpotClient,
  settings: HubSpotSettings,
  context: Pick<ConnectorContext, 'currency' | 'timeZone'>,
): SourceTotals {
  const sales = saleObjects(settings, context);
  return {
    count: async (stream) => (await searchPage(client, OBJECTS[stream], [], [], '0', 1)).total ?? 0,
    ids: async function* (stream) {
      for await (const rows of searchAll(client, OBJECTS[stream], [], [])) yield rows.map((row) => row.id);
    },
    salesByMonth: async () => {
      const figures: SaleFigure[] = [];
      for (const { object, filters, properties, figureOf } of sales) {
        for await (const rows of searchAll(client, object, filters, properties)) figures.push(...rows.map(figureOf));
      }
      return totalByMonth(figures);
    },
    salesOf: async (month) => {
      const figures: SaleFigure[] = [];
      for (const { object, filters, properties, dateProperty, figureOf } of sales) {
        const inMonth = [...filters, monthFilter(dateProperty, month)];
        for await (const rows of searchAll(client, object, inMonth, properties)) figures.push(...rows.map(figureOf));
      }
      return figures.filter((figure) => figure.month === month);
    },
  };
}

function saleObjects(
  settings: HubSpotSettings,
  { currency, timeZone }: Pick<ConnectorContext, 'currency' | 'timeZone'>,
): readonly SaleObject[] {
  const { deals, orders } = settings;
  const figure = (externalId: string, at: string, amount: string, code: string): SaleFigure => ({
    externalId,
    month: monthOf(at, timeZone),
    amount: amount || null,
    currency: code.toUpperCase() || currency,
  });
  const won: SaleObject = {
    object: 'deals',
    filters: wonDeals(settings),
    properties: [deals.amountProperty, 'closedate', currencyProperty('deals', deals)],
    dateProperty: 'closedate',
    figureOf: ({ id, properties }) =>
      figure(
        `deal-${id}`,
        filled(properties['closedate']),
        filled(properties[deals.amountProperty]),
        filled(properties[currencyProperty('deals', deals)]),
      ),
  };
  if (orders === null) return [won];
  const { amountProperty, dateProperty, cancelledStages } = orders;
  const cancelled = { propertyName: 'hs_pipeline_stage', operator: 'NOT_IN', values: cancelledStages };
  return [
    won,
    {
      object: 'orders',
      filters: cancelledStages.length === 0 ? [] : [cancelled],
      properties: [amountProperty, dateProperty, 'hs_createdate', currencyProperty('orders', orders)],
      dateProperty,
      figureOf: ({ id, properties, createdAt }) =>
        figure(
          `order-${id}`,
          filled(properties[dateProperty]) || filled(properties['hs_createdate']) || (createdAt ?? ''),
          filled(properties[amountProperty]),
          filled(properties[currencyProperty('orders', orders)]),
        ),
    },
  ];
}

/** A month with a day to either side, since HubSpot's days are not the workspace's. */
function monthFilter(propertyName: string, month: string | null): Filter {
  if (month === null) return { propertyName, operator: 'NOT_HAS_PROPERTY' };
  const [year = 0, number = 1] = month.split('-').map(Number);
  return {
    propertyName,
    operator: 'BETWEEN',
    value: String(Date.UTC(year, number - 1, 1) - DAY_MS),
    highValue: String(Date.UTC(year, number, 1) + DAY_MS),
  };
}

/** All rows in the order of ids and by them: paging by offset ends at 10,000. */
async function* searchAll(
  client: HubSpotClient,
  object: ObjectName,
  filters: readonly Filter[],
  properties: readonly string[],
): AsyncGenerator<readonly CrmObject[]> {
  for (let lastId = '0'; ; ) {
    const page = await searchPage(client, object, filters, properties, lastId, SEARCH_ROWS);
    if (page.results.length > 0) yield page.results;
    const last = page.results.at(-1);
    if (last === undefined || (page.total ?? 0) <= page.results.length) return;
    lastId = last.id;
  }
}

async function searchPage(
  client: HubSpotClient,
  object: ObjectName,
  filters: readonly Filter[],
  properties: readonly string[],
  lastId: string,
  limit: number,
) {
  return client.call({
    method: 'POST',
    path: `/crm/objects/${API_VERSION}/${object}/search`,
    kind: 'search',
    body: {
      filterGroups: [{ filters: [...filters, { propertyName: 'hs_object_id', operator: 'GT', value: lastId }] }],
      sorts: ['hs_object_id'],
      properties,
      limit,
      after: '0',
    },
    reply: pageSchema,
  });
}
