import type { CustomerOrder } from '../domain/customer-order.ts';
import type { Book, CustomerFilter, ListedCustomer } from '../ports/book.ts';
import type { Database, Sql } from '../ports/database.ts';
import { findCustomer } from './find-customer.ts';

/** What each order sorts by, and who has a value in it: as the index of that order says it. */
const ORDERS: Readonly<Record<CustomerOrder, { by: string; has: string }>> = {
  priority: column('priority'),
  name: { by: 'lower(c.name)', has: 'c.name is not null' },
  clv12m: column('clv_12m'),
  valueIfKept12m: column('value_if_kept_12m'),
  valueAtRisk: column('value_at_risk'),
  churnProbability: column('churn_probability'),
  engagement: column('engagement'),
};

function column(name: string): { by: string; has: string } {
  return { by: `s.${name}`, has: `s.${name} is not null` };
}

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
      return countOf(database, await conditions(database, filter), 'true');
    },
    list: async (filter, { order, descending, offset, limit }) => {
      const where = await conditions(database, filter);
      const { by, has } = ORDERS[order];
      const joins = order === 'name' ? NAMES : where.joins;
      const way = descending ? 'desc' : 'asc';
      // In one direction throughout, so that an index serves both by being read forwards or backwards.
      const valued = { condition: has, sort: `${by} ${way}, s.customer_id ${way}` };
      const rows = await rowsOf(database, { ...where, joins }, { ...valued, offset, limit });
      if (rows.length === limit) return rows.map(listed);
      // Who has no value in what it is ordered by comes last.
      const before =
        rows.length > 0 || offset === 0 ? offset : await countOf(database, { ...where, joins }, valued.condition);
      const valueless = { condition: `not (${has})`, sort: 's.customer_id' };
      const page = { offset: Math.max(offset - before, 0), limit: limit - rows.length };
      return [...rows, ...(await rowsOf(database, { ...where, joins }, { ...valueless, ...page }))].map(listed);
    },
  };
}

/** What narrows the list, as SQL. */
interface Where {
  joins: string;
  text: string;
  parameters: readonly unknown[];
}

async function countOf(sql: Sql, { joins, text, parameters }: Where, condition: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from scores s ${joins} where ${text} and ${condition}`,
    parameters,
  );
  return row?.count ?? 0;
}

/** A stretch of those for whom a condition holds. The documents are read of the rows that it gives alone. */
function rowsOf(
  sql: Sql,
  { joins, text, parameters }: Where,
  { condition, sort, offset, limit }: { condition: string; sort: string; offset: number; limit: number },
): Promise<Row[]> {
  return sql.query<Row>(
    `select s.customer_id, n.name, s.score->>'currency' as currency, s.as_of, s.scored_at, s.lifecycle, s.churn_band, s.value_band,
       s.segment, s.clv_12m, s.value_if_kept_12m, s.churn_probability, s.value_at_risk, s.engagement, s.priority
     from (select s.customer_id, row_number() over (order by ${sort}) as place
           from scores s ${joins} where ${text} and ${condition}
           order by ${sort} offset $${parameters.length + 1} limit $${parameters.length + 2}) p
     join scores s on s.customer_id = p.customer_id join customers n on n.customer_id = p.customer_id
     order by p.place`,
    [...parameters, offset, limit],
  );
}

const NAMES = 'join customers c on c.customer_id = s.customer_id';

async function conditions(
  database: Database,
  { text, churnBand, valueBand, lifecycle, segment }: CustomerFilter,
): Promise<Where> {
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
    parts.push(`(c.name ilike $${parameters.length - 1} or c.customer_id = $${parameters.length}::uuid)`);
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
