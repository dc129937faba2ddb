import { z } from 'zod';
import { VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';

/** A record as a query answers it; fields of a parent stand under their path, as in a Bulk result ("Parent.ContactId"). */
export type Row = Readonly<Record<string, unknown>>;

/** One page of a query. */
export interface QueryPage {
  rows: readonly Row[];
  /** Rows of the whole query. */
  total: number;
  /** Where the next page is; null on the last. Pages may be shorter than asked for: only this tells. */
  nextUrl: string | null;
}

/** A reply of /query. https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query.html */
export const queryReply = z.object({
  totalSize: z.number(),
  done: z.boolean(),
  nextRecordsUrl: z.string().nullish(),
  records: z.array(z.looseObject({})),
});

/** Ids of one `IN (…)`: the query travels in the address, which may have 16,384 bytes. */
export const IDS_PER_QUERY = 400;

/** A text as a SOQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** `field IN ('a', 'b')`; at least one value. */
export function within(field: string, values: readonly string[]): string {
  return `${field} IN (${values.map(quoted).join(',')})`;
}

/**
 * An instant of a reply ("2026-05-01T07:25:37.000+0000") in the only common form that SOQL takes, which ends in Z. Throws VendorError
 * for anything that is no instant.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 */
export function instantOf(text: string): string {
  if (!isInstant(text)) {
    throw new VendorError(`Salesforce: expected an instant, found ${JSON.stringify(text)}.`, {
      retry: 'never',
      status: 200,
    });
  }
  return new Date(withColon(text)).toISOString();
}

/** True for an instant as Salesforce writes it, by REST or in a Bulk result. */
export function isInstant(text: string): boolean {
  return !Number.isNaN(Date.parse(withColon(text)));
}

function withColon(text: string): string {
  return text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}

/**
 * Asks for the first page of a query, deleted and archived records among them (queryAll) unless told otherwise.
 * jsforce's own paging stops without a word at 10,000 rows: not used.
 */
export async function query(
  client: SalesforceClient,
  soql: string,
  options: { resource?: 'query' | 'queryAll' | 'tooling/query'; priority?: number } = {},
): Promise<QueryPage> {
  return page(client, `/${options.resource ?? 'queryAll'}?q=${encodeURIComponent(soql)}`, options.priority);
}

/** Asks for a later page by the address that the page before gave. */
export async function queryMore(client: SalesforceClient, nextUrl: string): Promise<QueryPage> {
  return page(client, nextUrl);
}

/** Every row of a query that is known to be small (permissions, states, some ids). */
export async function queryRows(
  client: SalesforceClient,
  soql: string,
  options: { resource?: 'query' | 'queryAll' | 'tooling/query'; priority?: number } = {},
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let next: QueryPage | null = await query(client, soql, options); next; ) {
    rows.push(...next.rows);
    next = next.nextUrl === null ? null : await queryMore(client, next.nextUrl);
  }
  return rows;
}

async function page(client: SalesforceClient, path: string, priority = 5): Promise<QueryPage> {
  const { body } = await client.call({ method: 'GET', path, priority });
  const reply = queryReply.safeParse(body);
  if (!reply.success) {
    throw new VendorError('Salesforce: expected the page of a query, found another body. Try again.', {
      retry: 'later',
      status: 200,
    });
  }
  const { records, totalSize, done, nextRecordsUrl } = reply.data;
  return { rows: records.map(flattened), total: totalSize, nextUrl: done ? null : (nextRecordsUrl ?? null) };
}

/** Parents become paths; child lists stay as they are. */
function flattened(record: Readonly<Record<string, unknown>>): Row {
  const row: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (name === 'attributes') continue;
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !('records' in value)) {
      for (const [inner, innerValue] of Object.entries(flattened(value as Record<string, unknown>))) {
        row[`${name}.${inner}`] = innerValue;
      }
    } else row[name] = value;
  }
  return row;
}
