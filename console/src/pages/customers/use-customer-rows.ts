import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { ListedCustomer } from '../../../../webhooks/client/staypower-client.ts';
import { useClient } from '../../session/session-context.ts';
import type { ListQuery } from './list-query.ts';

const ROWS_PER_PAGE = 100;

/** The rows of a list that are in sight, fetched by the hundred and kept. */
export function useCustomerRows({ filter, order }: ListQuery) {
  const client = useClient();
  // Pages and not rows: the list is rendered again when another page comes into sight, not at every step of the scroll.
  const [{ firstPage, lastPage }, setPages] = useState({ firstPage: 0, lastPage: 0 });
  const onSight = useCallback((first: number, last: number) => {
    const sight = { firstPage: Math.floor(first / ROWS_PER_PAGE), lastPage: Math.floor(last / ROWS_PER_PAGE) };
    setPages((before) => (before.firstPage === sight.firstPage && before.lastPage === sight.lastPage ? before : sight));
  }, []);
  const count = useQuery({
    queryKey: ['customers', 'count', filter],
    queryFn: () => client.countCustomers(filter),
    placeholderData: keepPreviousData,
  });
  const pages = useQueries({
    queries: Array.from({ length: lastPage - firstPage + 1 }, (_, index) => ({
      queryKey: ['customers', 'page', filter, order, firstPage + index],
      queryFn: () =>
        client.searchCustomers({
          ...filter,
          order: order.by,
          direction: order.descending ? ('descending' as const) : ('ascending' as const),
          offset: (firstPage + index) * ROWS_PER_PAGE,
          limit: ROWS_PER_PAGE,
        }),
    })),
  });
  const rowAt = (index: number): ListedCustomer | undefined =>
    pages[Math.floor(index / ROWS_PER_PAGE) - firstPage]?.data?.customers[index % ROWS_PER_PAGE];
  const known = firstPage * ROWS_PER_PAGE + pages.reduce((sum, page) => sum + (page.data?.customers.length ?? 0), 0);
  return {
    // The first rows are shown before the count is there.
    rowCount: count.data?.customers ?? known,
    total: count.data?.customers ?? null,
    rowAt,
    onSight,
    error: count.error ?? pages.find((page) => page.error)?.error ?? null,
    isLoading: known === 0 && pages.some((page) => page.isPending),
    retry: () => {
      void count.refetch();
      for (const page of pages) void page.refetch();
    },
  };
}
