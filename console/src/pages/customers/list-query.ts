import type { StaypowerClient } from '../../../../webhooks/client/staypower-client.ts';
import type { Order } from '../../components/data-table.tsx';

type SearchQuery = NonNullable<Parameters<StaypowerClient['searchCustomers']>[0]>;

/** What the list is narrowed to. */
export type Filter = Pick<SearchQuery, 'text' | 'churnBand' | 'valueBand' | 'lifecycle' | 'segment'>;

/** What the address says of a list; what it leaves out is usual. */
export interface ListQuery {
  filter: Filter;
  order: Order & { by: NonNullable<SearchQuery['order']> };
}

const FILTERS = ['text', 'churnBand', 'valueBand', 'lifecycle', 'segment'] as const;
const USUAL_ORDER = 'priority';

/** Reads an address. The server refuses what it does not know, and says so. */
export function readListQuery(query: URLSearchParams): ListQuery {
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = query.get(name) ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  return {
    filter,
    order: {
      by: (query.get('order') ?? USUAL_ORDER) as ListQuery['order']['by'],
      descending: query.get('direction') !== 'ascending',
    },
  };
}

/** The address of a list. */
export function writeListQuery({ filter, order }: { filter: Filter; order: Order }): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filter[name];
    if (value !== undefined && value !== '') query.set(name, value);
  }
  if (order.by !== USUAL_ORDER) query.set('order', order.by);
  if (!order.descending) query.set('direction', 'ascending');
  return query;
}
