import { Router } from 'express';
import type { Book, CustomerFilter } from '../../core/ports/book.ts';
import { countCustomers, getOverview, searchCustomers } from './contract/book.ts';
import { serve } from './operation.ts';

/** GET /overview, /customer-list and /customer-count. */
export function bookRoutes(book: Book): Router {
  const router = Router();
  serve(router, getOverview, () => book.overview());
  serve(router, searchCustomers, async ({ query: { order, direction, offset, limit, ...filter } }) => ({
    customers: await book.list(given(filter), { order, descending: direction === 'descending', offset, limit }),
  }));
  serve(router, countCustomers, async ({ query }) => ({ customers: await book.count(given(query)) }));
  return router;
}

/** A filter without what was left out. */
export function given(filter: { [Key in keyof CustomerFilter]: CustomerFilter[Key] | undefined }): CustomerFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
