import { VendorError } from '../../core/domain/errors.ts';
import { readBulkQuery, startBulkQuery } from './bulk-query.ts';
import type { SalesforceClient } from './client.ts';
import type { ReadPosition } from './cursor.ts';
import type { ObjectShape } from './describe.ts';
import { instantOf, type QueryPage, query, queryMore, type Row } from './soql.ts';

/** Which rows of which object are wanted. */
export interface ReadPlan {
  object: string;
  shape: ObjectShape;
  /** Fields to select, beside Id, IsDeleted and SystemModstamp. */
  fields: readonly string[];
  /** Rows that a first load wants, as a SOQL condition; null = all. Later reads take every changed row, to see what fell out. */
  wanted: string | null;
  /** Subquery to select in later reads; null = none. */
  children: string | null;
  /** Rows above which the rest is read by Bulk 2.0. */
  bulkReadRows: number;
}

/** Some rows and where the next ones begin; null = those were the last. */
export interface RowBatch {
  rows: readonly Row[];
  next: ReadPosition | null;
  /** Rows of this read in all. */
  total: number;
}

/** The beginning of a read. */
export const START: ReadPosition = { after: null, bulk: null };

/**
 * Reads an object from a position to its end: everything when `since` is null, else what changed at or after that instant. The answer
 * is paged by Salesforce (one call for 2,000 rows); when it turns out to be long, the rest comes by Bulk. Each batch tells where to go
 * on after a crash: by the last row's keys, because the page's own address may be gone by then. There is no upper end: a row that
 * changes during the read is met again by the next one.
 */
export async function* readRows(
  client: SalesforceClient,
  plan: ReadPlan,
  since: string | null,
  from: ReadPosition,
): AsyncGenerator<RowBatch> {
  if (from.bulk) {
    try {
      yield* readBulk(client, plan, from.after, from.bulk);
      return;
    } catch (error) {
      // A job that is gone after its seven days, or that Salesforce gave up, is no place to go on from: the rest is asked for again.
      if (!(error instanceof VendorError) || (error.status !== 404 && !error.vendorCode.startsWith('BULK_')))
        throw error;
    }
  }
  let after = from.after;
  let page: QueryPage = await query(client, soqlOf(plan, since, after, true));
  const { total } = page;
  const canBulk = since === null || plan.children === null;
  for (;;) {
    const last = page.rows.at(-1);
    if (last !== undefined) after = keysOf(last);
    if (page.nextUrl !== null && canBulk && page.total > plan.bulkReadRows) {
      // The job is made before its rows are given out: a crash then finds it in the cursor.
      const bulk = await startBulkQuery(client, soqlOf(plan, since, after, false));
      yield { rows: page.rows, next: { after, bulk }, total };
      yield* readBulk(client, plan, after, bulk, total);
      return;
    }
    yield { rows: page.rows, next: page.nextUrl === null ? null : { after, bulk: null }, total };
    if (page.nextUrl === null) return;
    page = await nextPage(client, page.nextUrl, () => soqlOf(plan, since, after, true));
  }
}

async function* readBulk(
  client: SalesforceClient,
  plan: ReadPlan,
  after: ReadPosition['after'],
  bulk: NonNullable<ReadPosition['bulk']>,
  total = 0,
): AsyncGenerator<RowBatch> {
  for await (const { rows, next } of readBulkQuery(client, bulk, plan.shape)) {
    yield { rows, next: next === null ? null : { after, bulk: next }, total };
  }
}

/** The next page by its address; when Salesforce has dropped it meanwhile, the same rows by the keys. */
async function nextPage(client: SalesforceClient, nextUrl: string, soql: () => string): Promise<QueryPage> {
  try {
    return await queryMore(client, nextUrl);
  } catch (error) {
    if (error instanceof VendorError && error.vendorCode === 'INVALID_QUERY_LOCATOR') return query(client, soql());
    throw error;
  }
}

function soqlOf(plan: ReadPlan, since: string | null, after: ReadPosition['after'], ordered: boolean): string {
  const select = ['Id', 'IsDeleted', 'SystemModstamp', ...plan.fields];
  if (since === null) {
    const where = ['IsDeleted = false', plan.wanted, after && `Id > '${after.id}'`].filter((term) => term !== null);
    return `SELECT ${select.join(', ')} FROM ${plan.object} WHERE ${where.join(' AND ')}${ordered ? ' ORDER BY Id' : ''}`;
  }
  if (plan.children !== null) select.push(plan.children);
  const where = after
    ? `(SystemModstamp > ${after.modstamp} OR (SystemModstamp = ${after.modstamp} AND Id > '${after.id}'))`
    : `SystemModstamp >= ${since}`;
  return `SELECT ${select.join(', ')} FROM ${plan.object} WHERE ${where}${ordered ? ' ORDER BY SystemModstamp, Id' : ''}`;
}

function keysOf(row: Row): NonNullable<ReadPosition['after']> {
  return { id: String(row['Id']), modstamp: instantOf(String(row['SystemModstamp'])) };
}
