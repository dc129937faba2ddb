import { lazy, useCallback, useMemo } from 'react';
import type { ListedCustomer } from '../../../webhooks/client/staypower-client.ts';
import { type Column, DataTable, type Order } from '../components/data-table.tsx';
import { Page } from '../components/page.tsx';
import { Band } from '../components/stat.tsx';
import { Empty, ErrorState, Loading } from '../components/states.tsx';
import { counted, money, NONE, percent, whole } from '../format.ts';
import { href, navigate, useLocation } from '../routing.ts';
import { bandName, SCORES, segmentName } from '../wording.ts';

/** Brings the charts along: the list does without. */
const CustomerPage = lazy(() => import('./customer.tsx'));

import { Filters } from './customers/filters.tsx';
import { type Filter, readListQuery, writeListQuery } from './customers/list-query.ts';
import { SavedViews } from './customers/saved-views.tsx';
import { useCustomerRows } from './customers/use-customer-rows.ts';

/** One customer where the address names one, else the list of all. */
export default function CustomersPage() {
  const { path } = useLocation();
  const customer = path[1];
  return customer === undefined ? <CustomerList /> : <CustomerPage key={customer} customer={customer} />;
}

function CustomerList() {
  const { query } = useLocation();
  const list = useMemo(() => readListQuery(query), [query]);
  const rows = useCustomerRows(list);
  const text = writeListQuery(list).toString();
  const setFilter = useCallback(
    (filter: Filter) => navigate(href(['customers'], writeListQuery({ ...list, filter })), { replace: true }),
    [list],
  );
  const setOrder = useCallback(
    (order: Order) => navigate(href(['customers'], writeListQuery({ ...list, order })), { replace: true }),
    [list],
  );
  return (
    <Page
      title="Customers"
      actions={
        <>
          <SavedViews query={text} />
          <a className="button" href={`v1/customers.csv?${text}`} download="customers.csv">
            Download CSV
          </a>
        </>
      }
    >
      <Filters filter={list.filter} onChange={setFilter} />
      <output className="hint">{rows.total === null ? 'Counting…' : counted(rows.total, 'customer')}</output>
      {rows.error ? (
        <ErrorState error={rows.error} onRetry={rows.retry} />
      ) : rows.total === 0 ? (
        <Empty title="No customer fits.">
          <p>Take a filter away, or search for another part of the name.</p>
        </Empty>
      ) : rows.isLoading ? (
        <Loading what="customers" />
      ) : (
        <DataTable
          // Another search or order begins at the top.
          key={text}
          label="Customers"
          columns={COLUMNS}
          rowCount={rows.rowCount}
          rowAt={rows.rowAt}
          order={list.order}
          onOrder={setOrder}
          onSight={rows.onSight}
        />
      )}
    </Page>
  );
}

const amount = (id: 'clv12m' | 'valueIfKept12m' | 'valueAtRisk'): Column<ListedCustomer> => ({
  id,
  title: SCORES[id].label,
  hint: SCORES[id].unit,
  widthRem: 9.5,
  isNumber: true,
  isSortable: true,
  cell: (row) => money(row[id], row.currency),
});

const COLUMNS: readonly Column<ListedCustomer>[] = [
  {
    id: 'name',
    title: 'Customer',
    widthRem: 11.5,
    isSortable: true,
    cell: (row) => <a href={href(['customers', row.customerId])}>{row.name ?? 'Without a name'}</a>,
  },
  {
    id: 'priority',
    title: SCORES.priority.label,
    hint: SCORES.priority.direction,
    widthRem: 7.5,
    isNumber: true,
    isSortable: true,
    cell: (row) => whole(row.priority),
  },
  {
    id: 'churnProbability',
    title: SCORES.churnProbability.label,
    hint: SCORES.churnProbability.direction,
    widthRem: 11,
    isNumber: true,
    isSortable: true,
    cell: (row) => (
      <>
        {percent(row.churnProbability)} <Band of="risk" band={row.churnBand} name={bandName(row.churnBand)} />
      </>
    ),
  },
  amount('valueAtRisk'),
  amount('valueIfKept12m'),
  amount('clv12m'),
  {
    id: 'engagement',
    title: SCORES.engagement.label,
    hint: SCORES.engagement.direction,
    widthRem: 8,
    isNumber: true,
    isSortable: true,
    cell: (row) => whole(row.engagement),
  },
  {
    id: 'segment',
    title: 'Segment',
    widthRem: 9,
    cell: (row) => (row.segment === null ? NONE : segmentName(row.segment)),
  },
];
