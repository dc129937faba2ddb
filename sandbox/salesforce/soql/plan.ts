import { notImplemented, SalesforceError } from '../errors.ts';
import type { ObjectType } from '../model/field.ts';
import type { Row, Value } from '../org/records.ts';
import type { OrderTerm, Query } from './ast.ts';
import { malformed, noSuchObject, queryError } from './errors.ts';
import { candidateIds, compilePredicate, type Predicate } from './predicate.ts';
import { type Path, readerOf, resolvePath, type Scope } from './resolve.ts';

/** A child subquery, ready to run. */
export interface ChildPlan {
  relationship: string;
  lookup: string;
  plan: Plan;
}

/** A query checked against the model, ready to run. Columns stay in the order of the text. */
export interface Plan {
  query: Query;
  object: ObjectType;
  columns: readonly ({ kind: 'field'; path: Path } | { kind: 'child'; child: ChildPlan })[];
  predicate: Predicate | null;
  order: readonly { read: (row: Row) => Value; descending: boolean; nullsFirst: boolean }[];
}

/**
 * Checks a parsed query: objects, fields as the user sees them, types of the values.
 * @throws SalesforceError INVALID_TYPE, INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR, MALFORMED_QUERY.
 */
export function planQuery(scope: Scope, query: Query): Plan {
  const [name = ''] = query.from.parts;
  const object = query.from.parts.length === 1 ? scope.objectNamed(name) : undefined;
  if (object === undefined) throw noSuchObject(query.text, query.from.position, query.from.parts.join('.'));
  return planOn(scope, query, object);
}

function planOn(scope: Scope, query: Query, object: ObjectType): Plan {
  const seen = new Set<string>();
  const columns = (isAggregate(query) ? [] : query.items).map((item) => {
    if (item.kind === 'call') throw malformed(query.text, item.call.name.position, 'a function needs GROUP BY');
    if (item.kind === 'child') return { kind: 'child' as const, child: planChild(scope, object, item.query) };
    if (item.alias !== null) {
      throw malformed(query.text, item.name.position, 'only aggregate expressions use field aliasing');
    }
    const path = resolvePath(scope, query.text, object, query.alias, item.name);
    const key = [...path.steps.map((step) => step.relationship), path.field.name].join('.');
    if (seen.has(key))
      throw queryError(query.text, item.name.position, 'INVALID_FIELD', `duplicate field selected: ${key}`);
    seen.add(key);
    return { kind: 'field' as const, path };
  });
  return {
    query,
    object,
    columns,
    predicate: query.where === null ? null : compilePredicate(scope, query, object, query.where),
    order: query.orderBy.map((term) => orderOn(scope, query, object, term)),
  };
}

function planChild(scope: Scope, parent: ObjectType, query: Query): ChildPlan {
  const [name = ''] = query.from.parts;
  const relation = parent.children.find((child) => child.relationshipName.toLowerCase() === name.toLowerCase());
  const object = relation === undefined ? undefined : scope.objectNamed(relation.object);
  if (relation === undefined || object === undefined) {
    throw queryError(
      query.text,
      query.from.position,
      'INVALID_TYPE',
      `Didn't understand relationship '${name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  }
  if (query.isCount) throw malformed(query.text, query.from.position, 'COUNT() is not allowed in a subquery');
  if (isAggregate(query)) throw malformed(query.text, query.from.position, 'a subquery cannot be aggregated');
  if (query.offset > 0) throw notImplemented('OFFSET in a SOQL subquery');
  return { relationship: relation.relationshipName, lookup: relation.field, plan: planOn(scope, query, object) };
}

function orderOn(scope: Scope, query: Query, object: ObjectType, term: OrderTerm): Plan['order'][number] {
  const path = resolvePath(scope, query.text, object, query.alias, term.name);
  if (!path.field.sortable) {
    throw queryError(
      query.text,
      term.name.position,
      'INVALID_FIELD',
      `field '${path.field.name}' can not be sorted in a query call`,
    );
  }
  const read = readerOf(scope, path);
  const foldsCase = path.field.type !== 'id' && path.field.type !== 'reference';
  return {
    read: foldsCase ? (row) => lower(read(row)) : read,
    descending: term.descending,
    nullsFirst: term.nullsFirst,
  };
}

function lower(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** The matching rows, sorted and cut. `withDeleted` is queryAll. */
export function runPlan(scope: Scope, plan: Plan, withDeleted: boolean): Row[] {
  const ids = candidateIds(scope, plan.query, plan.object);
  return select(plan, withDeleted, ids === null ? scope.rows(plan.object) : rowsOf(scope, plan.object, ids));
}

/** The matching children of one record. */
export function runChild(scope: Scope, child: ChildPlan, parentId: string, withDeleted: boolean): Row[] {
  const { object } = child.plan;
  const ids = scope.idsWhere(object, child.lookup, parentId);
  return select(child.plan, withDeleted, rowsOf(scope, object, ids));
}

function* rowsOf(scope: Scope, object: ObjectType, ids: readonly string[]): Generator<Row> {
  for (const id of ids) {
    const row = scope.row(object, id);
    if (row !== undefined) yield row;
  }
}

function select(plan: Plan, withDeleted: boolean, rows: Iterable<Row>): Row[] {
  const { predicate, order, query } = plan;
  const found: Row[] = [];
  const enough = query.limit !== null && order.length === 0 ? query.limit + query.offset : Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (found.length >= enough) break;
    if ((withDeleted || row.IsDeleted !== true) && (predicate === null || predicate(row))) found.push(row);
  }
  const sorted = order.length === 0 ? found : sortRows(found, order);
  if (query.limit === null && query.offset === 0) return sorted;
  return sorted.slice(query.offset, query.limit === null ? undefined : query.offset + query.limit);
}

function sortRows(rows: readonly Row[], order: Plan['order']): Row[] {
  const keyed = rows.map((row) => ({ row, keys: order.map((term) => term.read(row)) }));
  keyed.sort((a, b) => {
    for (let i = 0; i < order.length; i++) {
      const x = a.keys[i] ?? null;
      const y = b.keys[i] ?? null;
      if (x === y) continue;
      const { descending = false, nullsFirst = true } = order[i] ?? {};
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1;
      return x < y !== descending ? -1 : 1;
    }
    return 0;
  });
  return keyed.map((entry) => entry.row);
}

/** True for a query that answers groups instead of records. */
export function isAggregate(query: Query): boolean {
  return query.groupBy.length > 0 || query.items.some((item) => item.kind === 'call');
}

/** Refuses what Bulk queries do not have: COUNT(), aggregates, OFFSET and subqueries. */
export function checkBulkPlan(plan: Plan): void {
  const has = (what: string) => new SalesforceError(400, 'API_ERROR', `Bulk API queries do not support ${what}`);
  if (plan.query.isCount) throw has('COUNT()');
  if (isAggregate(plan.query)) throw has('aggregate functions or GROUP BY');
  if (plan.query.offset > 0) throw has('OFFSET');
  if (plan.columns.some((column) => column.kind === 'child')) throw has('nested queries');
}
