import { z } from 'zod';
import { formatMoney, parseMoney } from '../../core/domain/money.ts';
import { type MonthTotal, type SaleFigure, totalByMonth } from '../../core/domain/sale-figures.ts';
import type { SourceTotals } from '../../core/ports/source-totals.ts';
import { currencyOf } from './mapping-sales.ts';
import type { Organisation } from './object-source.ts';
import { opportunityObject } from './pull-opportunities.ts';
import { query, queryMore, queryRows, type Row } from './soql.ts';

/** No currency has more. */
const MOST_MINOR_DIGITS = 4;
const OBJECTS = { accounts: 'Account', contacts: 'Contact' } as const;

/** Sales of one object: where its day, its amount and its currency stand, and which rows they are. */
interface SaleObject {
  object: 'Opportunity' | 'Order';
  dayField: string;
  amountField: string;
  wanted: string;
  /** Null: all of them are in the organisation's one currency. */
  currencyField: string | null;
}

/**
 * Counts and sums by aggregate SOQL. In a multi-currency organisation SUM gives the corporate currency whatever the record's, so that
 * sums are made from the rows there.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_querying_currency_fields.htm
 */
export function createTotals(organisation: Organisation): SourceTotals {
  const { client } = organisation;
  return {
    count: async (stream) =>
      (await query(client, `SELECT COUNT() FROM ${OBJECTS[stream]}`, { resource: 'query' })).total,
    ids: async function* (stream) {
      let page = await query(client, `SELECT Id FROM ${OBJECTS[stream]} ORDER BY Id`, { resource: 'query' });
      for (;;) {
        yield page.rows.map((row) => String(row['Id']));
        if (page.nextUrl === null) return;
        page = await queryMore(client, page.nextUrl);
      }
    },
    salesByMonth: async () => {
      const all = await saleObjects(organisation);
      return (await Promise.all(all.map((each) => monthsOf(organisation, each)))).flat();
    },
    salesOf: async (month) => {
      if (month === null) return [];
      const all = await saleObjects(organisation);
      return (await Promise.all(all.map((each) => rowsOf(organisation, each, within(each, month))))).flat();
    },
  };
}

async function saleObjects(organisation: Organisation): Promise<readonly SaleObject[]> {
  const { describer, settings } = organisation;
  const [opportunity, order] = await Promise.all([describer.shapeOf('Opportunity'), describer.shapeOf('Order')]);
  const wanted = opportunityObject(organisation).wanted ?? 'IsWon = true';
  const won: SaleObject = {
    object: 'Opportunity',
    dayField: 'CloseDate',
    amountField: settings.amountField,
    wanted,
    currencyField: settings.currencyField ?? (opportunity?.has('CurrencyIsoCode') ? 'CurrencyIsoCode' : null),
  };
  if (!settings.readOrders || order === null) return [won];
  const conditions = [
    "StatusCode = 'Activated'",
    ...(order.has('IsReductionOrder') ? ['IsReductionOrder = false'] : []),
    // One that was made from an opportunity is that opportunity's sale.
    ...(order.has('OpportunityId') ? ['OpportunityId = null'] : []),
  ];
  return [
    won,
    {
      object: 'Order',
      dayField: 'EffectiveDate',
      amountField: 'TotalAmount',
      wanted: conditions.join(' AND '),
      currencyField: order.has('CurrencyIsoCode') ? 'CurrencyIsoCode' : null,
    },
  ];
}

const group = z.object({ y: z.number().nullable(), m: z.number().nullable(), n: z.number(), s: z.number().nullable() });

async function monthsOf(organisation: Organisation, sale: SaleObject): Promise<readonly MonthTotal[]> {
  const { object, dayField, amountField, wanted } = sale;
  if (sale.currencyField !== null) return totalByMonth(await rowsOf(organisation, sale, wanted));
  const rows = await queryRows(
    organisation.client,
    `SELECT CALENDAR_YEAR(${dayField}) y, CALENDAR_MONTH(${dayField}) m, COUNT(Id) n, SUM(${amountField}) s FROM ${object} WHERE ${wanted} GROUP BY CALENDAR_YEAR(${dayField}), CALENDAR_MONTH(${dayField})`,
    { resource: 'query' },
  );
  const { currency } = organisation;
  return rows.map((row) => {
    const { y, m, n, s } = group.parse(row);
    return {
      month: y === null || m === null ? null : `${y}-${String(m).padStart(2, '0')}`,
      currency,
      count: n,
      // A sum of binary fractions may end in many digits.
      amount: formatMoney(parseMoney((s ?? 0).toFixed(MOST_MINOR_DIGITS), currency)),
    };
  });
}

async function rowsOf(organisation: Organisation, sale: SaleObject, where: string): Promise<readonly SaleFigure[]> {
  const { object, dayField, amountField, currencyField } = sale;
  const fields = ['Id', dayField, amountField, ...(currencyField === null ? [] : [currencyField])];
  const rows = await queryRows(organisation.client, `SELECT ${fields.join(', ')} FROM ${object} WHERE ${where}`, {
    resource: 'query',
  });
  return rows.map((row: Row) => ({
    externalId: String(row['Id']),
    month: typeof row[dayField] === 'string' ? row[dayField].slice(0, 7) : null,
    amount: row[amountField] == null ? null : String(row[amountField]),
    currency: (currencyField === null ? '' : currencyOf(row[currencyField])) || organisation.currency,
  }));
}

function within({ dayField, wanted }: SaleObject, month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
  return `${wanted} AND ${dayField} >= ${month}-01 AND ${dayField} <= ${last}`;
}
