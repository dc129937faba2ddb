import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import { csvCell } from '../../core/domain/csv-cell.ts';
import type { Book, CustomerFilter, ListedCustomer } from '../../core/ports/book.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { given } from './book.ts';
import { downloadCustomers } from './contract/book.ts';

const ROWS_PER_READ = 5_000;

const COLUMNS = [
  'customerId',
  'name',
  'currency',
  'clv12m',
  'valueIfKept12m',
  'valueAtRisk',
  'churnProbability',
  'churnBand',
  'valueBand',
  'engagement',
  'priority',
  'segment',
  'lifecycle',
  'asOf',
] as const satisfies readonly (keyof ListedCustomer)[];

/** GET /customers.csv: a list as it is shown, as a file (RFC 4180), sent while it is read. */
export function customersCsvRoutes(book: Pick<Book, 'list'>, logger: Logger): Router {
  const router = Router();
  router[downloadCustomers.method](downloadCustomers.path, async (req: Request, res: Response) => {
    const query = downloadCustomers.query?.safeParse(req.query);
    if (!query?.success) {
      res.status(400).json({ error: { code: 'bad-request', message: 'The query is not one of /customer-list.' } });
      return;
    }
    const { order, direction, ...filter } = query.data;
    res.type('text/csv').attachment('customers.csv');
    try {
      const descending = direction === 'descending';
      await pipeline(Readable.from(customersCsv(book, given(filter), { order, descending })), res);
    } catch (error) {
      // Whoever stopped the download did so on purpose.
      if (!res.destroyed) logger.warn({ error: error instanceof Error ? error.message : '' }, 'a download ended early');
    }
  });
  return router;
}

/** Lines of the file, the heads of its columns first; read in parts, so that a large list takes no more memory. */
async function* customersCsv(
  book: Pick<Book, 'list'>,
  filter: CustomerFilter,
  order: Pick<Parameters<Book['list']>[1], 'order' | 'descending'>,
): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for (let offset = 0; ; offset += ROWS_PER_READ) {
    const rows = await book.list(filter, { ...order, offset, limit: ROWS_PER_READ });
    yield rows.map((row) => `${COLUMNS.map((column) => csvCell(row[column])).join(',')}\r\n`).join('');
    if (rows.length < ROWS_PER_READ) return;
  }
}
