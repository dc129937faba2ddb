import type { CustomerOrder } from '../domain/customer-order.ts';
import type { Book, CustomerFilter, ListedCustomer } from '../ports/book.ts';
import type { Database } from '../ports/database.ts';
import { findCustomer } from './find-customer.ts';

const VALUE_AT_RISK = "case when s.lifecycle = 'active' then s.churn_probability * s.value_if_kept_12m end";

/** What each order sorts by. */
const COLUMNS: Readonly<Record<CustomerOrder, string>> = {
  priority: 's.priority',
  name: 'lower(c.name)',
  clv12m: 's.clv_12m',
  valueIfKept12m: 's.value_if_kept_12m',
  valueAtRisk: VALUE_AT_RISK,
  churnProbability: 's.churn_probability',
  engagement: 's.engagement',
};

interface Row {
  customer_id: string;
  name: string | null;
  currency: string;
  as_of: string;
  scored_at: string;
  lifecycle: string;
  churn_band: string | null;
  value_band: string | null;
  segment: string | null;
  clv_12m: number | null;
  value_if_kept_12m: number | null;
  churn_probability: number | null;
  value_at_risk: number | null;
  engagement: number;
  priority: number;
}

/** Lists of the book. They read the narrow columns of all scores, and the documents of the rows shown. */
export function createBookList(database: Database): Pick<Book, 'count' | 'list'> {
  return {
    count: async (filter) => {
      const where = await conditions(database, filter);
      const [row] = await database.query<{ count: number }>(
        `select count(*)::int as count from scores s ${where.joins} where ${where.text}`,
        where.parameters,
      );
      return row?.count ?? 0;
    },
    list: async (filter, { order, descending, offset, limit }) => {
      const where = await conditions(database, filter);
      const column = COLUMNS[order];
      const way = descending ? 'desc' : 'asc';
      const joins = order === 'name' && where.joins === '' ? NAMES : where.joins;
      const rows = await database.query<Row>(
        `select s.customer_id, n.name, s.score->>'currency' as currency, s.as_of, s.scored_at, s.lifecycle, s.churn_band, s.value_band,
           s.segment, s.clv_12m, s.value_if_kept_12m, s.churn_probability, ${VALUE_AT_RISK} as value_at_risk, s.engagement, s.priority
         from (select s.customer_id, row_number() over (order by ${column} ${way} nulls last, s.customer_id) as place
               from scores s ${joins} where ${where.text}
               order by ${column} ${way} nulls last, s.customer_id
               offset $${where.parameters.length + 1} limit $${where.parameters.length + 2}) p
         join scores s on s.customer_id = p.customer_id join customers n on n.customer_id = p.customer_id
         order by p.place`,
        [...where.parameters, offset, limit],
      );
      return rows.map(listed);
    },
  };
}

const NAMES = 'join customers c on c.customer_id = s.customer_id';

async function conditions(
  database: Database,
  { text, churnBand, valueBand, lifecycle, segment }: CustomerFilter,
): Promise<{ joins: string; text: string; parameters: readonly unknown[] }> {
  const parts: string[] = [];
  const parameters: unknown[] = [];
  const equal = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    parameters.push(value);
    parts.push(`${column} = $${parameters.length}`);
  };
  equal('s.churn_band', churnBand);
  equal('s.value_band', valueBand);
  equal('s.lifecycle', lifecycle);
  equal('s.segment', segment);
  const searched = text?.trim() ?? '';
  if (searched !== '') {
    const found = await findCustomer(database, searched);
    parameters.push(`%${searched.replace(/[\\%_]/g, '\\$&')}%`, found);
    parts.push(`(c.name ilike $${parameters.length - 1} or s.customer_id = $${parameters.length}::uuid)`);
  }
  return {
    joins: searched === '' ? '' : NAMES,
    text: parts.length === 0 ? 'true' : parts.join(' and '),
    parameters,
  };
}

function listed(row: Row): ListedCustomer {
  return {
    customerId: row.customer_id,
    name: row.name,
    currency: row.currency,
    clv12m: money(row.clv_12m),
    valueIfKept12m: money(row.value_if_kept_12m),
    valueAtRisk: money(row.value_at_risk),
    churnProbability: row.churn_probability,
    churnBand: row.churn_band,
    valueBand: row.value_band,
    segment: row.segment,
    engagement: row.engagement,
    priority: row.priority,
    lifecycle: row.lifecycle,
    asOf: row.as_of,
    scoredAt: row.scored_at,
  };
}

function money(value: number | null): string | null {
  return value === null ? null : value.toFixed(2);
}
