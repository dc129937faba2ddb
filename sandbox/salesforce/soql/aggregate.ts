import { notImplemented, SalesforceError } from '../errors.ts';
import type { Row, Value } from '../org/records.ts';
import type { Call } from './ast.ts';
import { malformed } from './errors.ts';
import type { Plan } from './plan.ts';
import { type Path, readerOf, resolvePath, type Scope } from './resolve.ts';

/** One group of an aggregate query. */
export interface AggregateResult {
  attributes: { type: 'AggregateResult' };
  [key: string]: unknown;
}

const MOST_GROUPS = 2_000;

/**
 * Groups of rows with their aggregates. A column is named by its alias, a grouped field by itself, anything else expr0, expr1 ...
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_groupby.htm
 *
 * @param manyCurrencies sums of a multi-currency organisation are in its corporate currency, whose rates the sandbox does not have
 * @throws SalesforceError 400 for a field that is neither grouped nor aggregated, or too many groups; 501 for such a sum
 */
export function aggregate(
  scope: Scope,
  plan: Plan,
  rows: readonly Row[],
  manyCurrencies: boolean,
): readonly AggregateResult[] {
  const { query, object } = plan;
  if (query.orderBy.length > 0 || query.offset > 0) throw notImplemented('ORDER BY or OFFSET of SOQL groups');
  const pathOf = (call: Call) => resolvePath(scope, query.text, object, query.alias, call.name);
  const textOf = (call: Call) => `${call.fn ?? ''}(${call.name.parts.join('.').toLowerCase()})`;
  const keys = query.groupBy.map((call) => ({
    text: textOf(call),
    read: keyReader(call, readerOf(scope, pathOf(call))),
  }));
  let unnamed = 0;
  const columns = query.items.map((item) => {
    if (item.kind === 'child') throw malformed(query.text, query.from.position, 'a subquery cannot be grouped');
    const call = item.kind === 'call' ? item.call : { fn: null, name: item.name };
    const path = pathOf(call);
    const key = keys.findIndex((each) => each.text === textOf(call));
    const isTotal = call.fn === 'COUNT' || call.fn === 'SUM';
    if (key === -1 && !isTotal) {
      throw malformed(query.text, call.name.position, `Field must be grouped or aggregated: ${path.field.name}`);
    }
    if (call.fn === 'SUM' && path.field.type === 'currency' && manyCurrencies) {
      throw notImplemented('aggregates of money in a multi-currency organisation');
    }
    const name = item.alias ?? (call.fn === null ? path.field.name : `expr${unnamed++}`);
    return { name, key, total: totalOf(call, path, scope) };
  });
  const groups = new Map<string, { values: readonly Value[]; rows: Row[] }>();
  // Without GROUP BY everything is one group, also nothing.
  if (keys.length === 0) groups.set('', { values: [], rows: [...rows] });
  else {
    for (const row of rows) {
      const values = keys.map((each) => each.read(row));
      const id = JSON.stringify(values);
      const group = groups.get(id) ?? { values, rows: [] };
      group.rows.push(row);
      groups.set(id, group);
    }
  }
  if (groups.size > MOST_GROUPS) {
    throw new SalesforceError(400, 'EXCEEDED_ID_LIMIT', 'Aggregate query does not support queryMore(), use LIMIT');
  }
  return [...groups.values()].map((group) => ({
    attributes: { type: 'AggregateResult' },
    ...Object.fromEntries(
      columns.map(({ name, key, total }) => [name, key === -1 ? total(group.rows) : (group.values[key] ?? null)]),
    ),
  }));
}

/** A date function of a value. Dates and datetimes are kept as text in UTC, which begins with year and month. */
function keyReader(call: Call, read: (row: Row) => Value): (row: Row) => Value {
  if (call.fn === null) return read;
  const [from, to] = call.fn === 'CALENDAR_YEAR' ? [0, 4] : [5, 7];
  return (row) => {
    const value = read(row);
    return typeof value === 'string' ? Number(value.slice(from, to)) : null;
  };
}

/** An aggregate over rows; empty values take no part, and a sum of nothing is null. Money is summed in cents, so that it adds up. */
function totalOf(call: Call, path: Path, scope: Scope): (rows: readonly Row[]) => Value {
  const read = readerOf(scope, path);
  return (rows) => {
    const values = rows.map(read).filter((value) => value !== null);
    if (call.fn === 'COUNT') return values.length;
    if (values.length === 0) return null;
    return values.reduce((sum: number, value) => sum + Math.round(Number(value) * 100), 0) / 100;
  };
}
