import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useRef } from 'react';
import { Scroll } from './scroll.tsx';

/** A column of a table. */
export interface Column<Row> {
  id: string;
  title: string;
  /** Unit and direction. */
  hint?: string;
  /** What its widest cell takes. Where there is more room, columns share it. */
  widthRem: number;
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
const ROWS_BEYOND = 6;

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
    // Drawn with the next frame instead of within the scroll event.
    useFlushSync: false,
  });
  const inSight = rows.getVirtualItems();
  const first = inSight[0];
  const last = inSight.at(-1);
  const firstIndex = first?.index ?? 0;
  const lastIndex = last?.index ?? 0;
  useEffect(() => onSight?.(firstIndex, lastIndex), [firstIndex, lastIndex, onSight]);
  const after = rows.getTotalSize() - (last?.end ?? 0);
  return (
    <Scroll label={label} className="table-wrap" ref={scroll}>
      <table className="data-table" aria-rowcount={rowCount + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                style={{ width: `${column.widthRem}rem` }}
                {...(column.isNumber && { className: 'number' })}
                {...(order?.by === column.id && { 'aria-sort': order.descending ? 'descending' : 'ascending' })}
              >
                <Head column={column} order={order} onOrder={onOrder} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={first?.start ?? 0} />
          {inSight.map(({ index }) => (
            <TableRow key={index} index={index} row={rowAt(index)} columns={columns} />
          ))}
          <Spacer height={after} />
        </tbody>
      </table>
    </Scroll>
  );
}

/** Drawn again when its row or the columns are others, not when the table is scrolled. */
const TableRow = memo(function TableRow<Row>({
  index,
  row,
  columns,
}: {
  index: number;
  /** Undefined while it is on its way. */
  row: Row | undefined;
  columns: readonly Column<Row>[];
}) {
  return (
    <tr className="row" aria-rowindex={index + 2}>
      {columns.map((column) => (
        <td key={column.id} {...(column.isNumber && { className: 'number' })}>
          {row === undefined ? '…' : column.cell(row)}
        </td>
      ))}
    </tr>
  );
}) as <Row>(props: { index: number; row: Row | undefined; columns: readonly Column<Row>[] }) => ReactNode;

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
