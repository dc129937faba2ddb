import { notFound, notImplemented, SalesforceError } from '../errors.ts';
import { makeId } from '../ids.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/records.ts';
import { aggregate } from '../soql/aggregate.ts';
import { parseSoql } from '../soql/parser.ts';
import { isAggregate, type Plan, planQuery, runPlan } from '../soql/plan.ts';
import { type RenderedRecord, renderRow } from '../soql/render.ts';
import type { Scope } from '../soql/resolve.ts';
import { type Call, textOf } from './call.ts';
import { queryOperation } from './operations.ts';
import { dataScope, toolingScope } from './scope.ts';

/** Snapshot of an answer longer than a page: the ids in order, and the query to render them by. */
interface Locator {
  id: string;
  userId: string;
  soql: string;
  withDeleted: boolean;
  pageRows: number;
  ids: readonly string[];
}

const MAX_PAGE = 2000;
const MIN_PAGE = 200;
/** Open locators of one user; the oldest goes when there are more. */
const OPEN_LOCATORS = 10;

const locators = (org: Org) => org.kernel.table<Locator>('salesforce.locators');

/** GET /query and /queryAll. */
export function answerQuery(call: Call, withDeleted: boolean): void {
  const soql = textOf(call.req.query.q);
  if (soql === '') throw new SalesforceError(400, 'MALFORMED_QUERY', 'A query string has to be specified');
  const scope = dataScope(call.org, call.userId);
  const plan = planQuery(scope, parseSoql(soql));
  const rows = runPlan(scope, plan, withDeleted);
  if (plan.query.isCount) {
    call.say({ operation: queryOperation(plan), object: plan.object.name, ids: [] });
    call.res.json({ totalSize: rows.length, done: true, records: [] });
    return;
  }
  if (isAggregate(plan.query)) {
    const records = aggregate(scope, plan, rows, call.org.settings.corporateCurrency !== null);
    call.say({ operation: queryOperation(plan), object: plan.object.name, ids: [] });
    call.res.json({ totalSize: records.length, done: true, records });
    return;
  }
  const pageRows = pageRowsOf(call, plan);
  const { records, next } = renderPage(scope, plan, rows, 0, pageRows, call.basePath, withDeleted);
  call.say({
    operation: queryOperation(plan),
    object: plan.object.name,
    ids: rows.slice(0, next).map((row) => row.Id),
  });
  if (next >= rows.length) {
    call.res.json({ totalSize: rows.length, done: true, records });
    return;
  }
  const locator = keepLocator(call, { soql, withDeleted, pageRows, ids: rows.map((row) => row.Id) });
  const nextRecordsUrl = `${call.basePath}/query/${locator.id}-${next}`;
  call.res.json({ totalSize: rows.length, done: false, nextRecordsUrl, records });
}

/** GET /query/{locator}-{offset}; it goes on with a queryAll too. */
export function answerQueryMore(call: Call): void {
  const [id = '', at = ''] = textOf(call.req.params.locator).split('-');
  const locator = locators(call.org).get(id);
  const offset = Number(at);
  if (locator === undefined || locator.userId !== call.userId || !/^\d+$/.test(at) || offset > locator.ids.length) {
    throw new SalesforceError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  const scope = dataScope(call.org, call.userId);
  const plan = planQuery(scope, parseSoql(locator.soql));
  const { records, next } = renderPage(
    scope,
    plan,
    rowsOf(scope, plan, locator.ids, offset, locator.pageRows),
    0,
    locator.pageRows,
    call.basePath,
    locator.withDeleted,
  );
  const end = offset + next;
  call.say({ operation: queryOperation(plan), object: plan.object.name, ids: locator.ids.slice(offset, end) });
  const totalSize = locator.ids.length;
  if (end >= totalSize) call.res.json({ totalSize, done: true, records });
  else call.res.json({ totalSize, done: false, nextRecordsUrl: `${call.basePath}/query/${id}-${end}`, records });
}

/** GET /tooling/query. */
export function answerToolingQuery(call: Call): void {
  const soql = textOf(call.req.query.q);
  const scope = toolingScope(call.org, call.userId);
  const plan = planQuery(scope, parseSoql(soql));
  if (isAggregate(plan.query)) throw notImplemented('aggregates in a Tooling query');
  const rows = runPlan(scope, plan, false);
  const asksFullName = plan.columns.some((column) => column.kind === 'field' && column.path.field.name === 'FullName');
  if (asksFullName && rows.length > 1) {
    throw new SalesforceError(
      400,
      'MALFORMED_QUERY',
      `When retrieving results with Metadata or FullName fields, the query qualificaton must specify no more than one row for retrieval. Result size: ${rows.length}`,
    );
  }
  if (plan.query.isCount) {
    call.res.json({
      size: rows.length,
      totalSize: rows.length,
      done: true,
      queryLocator: null,
      entityTypeName: null,
      records: [],
    });
    return;
  }
  const records = rows.map((row) => renderRow(scope, plan, row, `${call.basePath}/tooling`, false));
  call.res.json({
    size: records.length,
    totalSize: records.length,
    done: true,
    queryLocator: null,
    entityTypeName: plan.object.name,
    records,
  });
}

/** A row purged since the snapshot is left out; a deleted one stays, as the snapshot is of before. */
function rowsOf(scope: Scope, plan: Plan, ids: readonly string[], offset: number, count: number): Row[] {
  return ids
    .slice(offset, offset + count)
    .map((id) => scope.row(plan.object, id))
    .filter((row) => row !== undefined);
}

/** Renders rows until the page is full; children of a subquery fill it too, so that a page may hold fewer parents. */
function renderPage(
  scope: Scope,
  plan: Plan,
  rows: readonly Row[],
  from: number,
  pageRows: number,
  basePath: string,
  withDeleted: boolean,
): { records: RenderedRecord[]; next: number } {
  const hasChildren = plan.columns.some((column) => column.kind === 'child');
  const records: RenderedRecord[] = [];
  let weight = 0;
  let next = from;
  while (next < rows.length && weight < pageRows) {
    const row = rows[next];
    if (row === undefined) break;
    const record = renderRow(scope, plan, row, basePath, withDeleted);
    records.push(record);
    weight += 1 + (hasChildren ? countChildren(record) : 0);
    next += 1;
  }
  return { records, next };
}

function countChildren(record: RenderedRecord): number {
  let count = 0;
  for (const value of Object.values(record)) {
    const list = value as { totalSize?: unknown } | null;
    if (typeof list === 'object' && typeof list?.totalSize === 'number') count += list.totalSize;
  }
  return count;
}

/** Header `Sforce-Query-Options: batchSize=n` (200 to 2,000); two long texts of the org's own cut a page to 200. */
function pageRowsOf(call: Call, plan: Plan): number {
  const { queryPageRows } = call.org.settings;
  if (queryPageRows !== null) return queryPageRows;
  const asked = Number(
    /batchSize\s*=\s*(\d+)/i.exec(textOf(call.req.headers['sforce-query-options']))?.[1] ?? MAX_PAGE,
  );
  const longTexts = plan.columns.filter(
    (column) =>
      column.kind === 'field' &&
      column.path.field.custom &&
      column.path.field.type === 'textarea' &&
      column.path.field.length > 255,
  );
  return longTexts.length >= 2 ? MIN_PAGE : Math.min(MAX_PAGE, Math.max(MIN_PAGE, asked));
}

function keepLocator(call: Call, what: Omit<Locator, 'id' | 'userId'>): Locator {
  const table = locators(call.org);
  const id = makeId('0r8', call.org.kernel.nextNumber('salesforce.id.0r8'));
  const locator = { ...what, id, userId: call.userId };
  table.set(id, locator);
  const own = [...table.values()].filter((other) => other.userId === call.userId);
  for (const old of own.slice(0, Math.max(0, own.length - OPEN_LOCATORS))) table.delete(old.id);
  return locator;
}

/** 404 for an object that is not there. */
export function objectOf(call: Call) {
  const object = call.org.model.object(textOf(call.req.params.object));
  if (object === undefined) throw notFound();
  return object;
}
