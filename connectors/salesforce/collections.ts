import { z } from 'zod';
import { VendorError } from '../../core/domain/errors.ts';
import type { WriteResult } from '../../core/domain/fields.ts';
import type { Lane } from '../../core/ports/connector.ts';
import { PRIORITY } from '../http/limiter.ts';
import type { SalesforceClient } from './client.ts';
import { rowFailure } from './errors.ts';

/** Rows of one call. https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-update.html */
export const COLLECTION_ROWS = 200;

/** One result per row, in order; a row that failed has no id. */
export const collectionReply = z.array(
  z.object({
    id: z.string().nullish(),
    success: z.boolean(),
    errors: z
      .array(z.object({ statusCode: z.string(), message: z.string().catch('') }))
      .nullish()
      .transform((errors) => errors ?? []),
  }),
);

/** A record to write: its type, its id when it is to be updated, and its fields. */
export interface CollectionRecord {
  attributes: { type: string };
  id?: string;
  [field: string]: unknown;
}

/**
 * Creates (POST) or updates (PATCH) up to 200 records, each by itself: one that fails takes no other with it. One result per record,
 * in order. Duplicate rules that only warn do not stop it.
 */
export async function writeCollection(
  client: SalesforceClient,
  method: 'POST' | 'PATCH',
  records: readonly CollectionRecord[],
  lane: Lane = 'batch',
): Promise<readonly WriteResult[]> {
  const { body } = await client.call({
    method,
    path: '/composite/sobjects',
    headers: { 'sforce-duplicate-rule-header': 'allowSave=true' },
    body: { allOrNone: false, records },
    priority: PRIORITY[lane],
  });
  const reply = collectionReply.safeParse(body);
  if (!reply.success || reply.data.length !== records.length) {
    throw new VendorError(
      `Salesforce: expected ${records.length} results of a collection, found ${reply.success ? reply.data.length : 'another body'}. Try again.`,
      { retry: 'later', status: 200 },
    );
  }
  return reply.data.map(({ success, errors: [error] }) =>
    success ? { status: 'written' } : rowFailure(error?.statusCode ?? '', error?.message ?? ''),
  );
}
