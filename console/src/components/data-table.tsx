import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { Scroll } from './scroll.tsx';

/** A column of a table. */
export interface Column<Row> {
  id: string;
  title: string;
  /** Unit and direction. */
  hint?: string;
  isNumber?: boolean;
  /** Whether the table can be put in its order. */
  isSortable?: boolean;
  cell: (row: Row) => ReactNode;
}

/** The order a table is in. */
export interface Order {
  by: string;
  descending: boolean;
}

/** Rows of one height, so that only those in sight need be in the page. Agrees with .row of style/parts.css. */
const ROW_PX = 44;
const ROWS_BEYOND = 8;
const FEATURES = tableFeatures({});

interface Placed<Row> {
  index: number;
  start: number;
  /** Undefined while it is on its way. */
  row: Row | undefined;
}

/**
 * A table of any length: only rows in sight are in the page, and `onSight` tells which those are, so that they can be fetched.
 * `rowAt` gives undefined for a row that is not there yet.
 */
export function DataTable<Row>({
  label,
  columns,
  rowCount,
  rowAt,
  order,
  onOrder,
  onSight,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rowCount: number;
  rowAt: (index: number) => Row | undefined;
  order?: Order;
  onOrder?: (order: Order) => void;
  onSight?: (first: number, last: number) => void;
}) {
  const scroll = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: ROWS_BEYOND,
  });
  const inSight = rows.getVirtualItems();
  const first = inSight[0];
  const last = inSight.at(-1);
  const firstIndex = first?.index ?? 0;
  const lastIndex = last?.index ?? 0;
  useEffect(() => onSight?.(firstIndex, lastIndex), [firstIndex, lastIndex, onSight]);
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof FEATURES, Placed<Row>>();
    return columns.map((column) =>
      helper.display({
        id: column.id,
        header: () => <Head column={column} order={order} onOrder={onOrder} />,
        cell: ({ row }) => (row.original.row === undefined ? '…' : column.cell(row.original.row)),
      }),
    );
  }, [columns, order, onOrder]);
  const data: Placed<Row>[] = inSight.map(({ index, start }) => ({ index, start, row: rowAt(index) }));
  const table = useTable({ features: FEATURES, columns: definitions, data, getRowId: ({ index }) => String(index) });
  const isNumber = new Set(columns.filter((column) => column.isNumber).map(({ id }) => id));
  const after = rows.getTotalSize() - (last?.end ?? 0);
  return (
    <Scroll label={label} className="table-wrap" ref={scroll}>
      <table className="data-table" aria-rowcount={rowCount + 1}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  {...(isNumber.has(header.id) && { className: 'number' })}
                  {...(order?.by === header.id && { 'aria-sort': order.descending ? 'descending' : 'ascending' })}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Spacer height={first?.start ?? 0} />
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} className="row" aria-rowindex={row.original.index + 2}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} {...(isNumber.has(cell.column.id) && { className: 'number' })}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
          <Spacer height={after} />
        </tbody>
      </table>
    </Scroll>
  );
}

/** Holds the place of rows that are not in the page. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row is not focusable, and this one holds nothing.
    <tr className="spacer" aria-hidden="true">
      <td style={{ height }} />
    </tr>
  );
}

function Head<Row>({
  column,
  order,
  onOrder,
}: {
  column: Column<Row>;
  order: Order | undefined;
  onOrder: ((order: Order) => void) | undefined;
}) {
  const hint = column.hint !== undefined && <span className="hint">{column.hint}</span>;
  if (!column.isSortable || !onOrder) {
    return (
      <>
        {column.title}
        {hint}
      </>
    );
  }
  const isOwn = order?.by === column.id;
  const descending = isOwn ? !order.descending : column.isNumber === true;
  return (
    <>
      <button type="button" onClick={() => onOrder({ by: column.id, descending })}>
        {column.title} <span aria-hidden="true">{isOwn ? (order.descending ? '▼' : '▲') : '↕'}</span>
      </button>
      {hint}
    </>
  );
}
