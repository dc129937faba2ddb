import type { GroupColumn } from '../core/evaluation/churn.ts';
import { columnIndex, type TextTable } from './read-table.ts';
import { isMissingCell, isNumberCell } from './table-columns.ts';

/** More different numbers than this are put into bands, four of equal count. */
const MOST_NUMBERS = 8;
const BANDS = 4;
/** Texts beyond the most frequent ones are one group. */
const MOST_TEXTS = 12;

/** The group of each row by a column, learned from or not. Throws DataError where there is no such column. */
export function groupColumn(table: TextTable, name: string): GroupColumn {
  const index = columnIndex(table, name);
  const cells = table.rows.map(({ cells: row }) => row[index] ?? '');
  const present = cells.filter((cell) => !isMissingCell(cell));
  const distinct = new Set(present);
  const inBands = distinct.size > MOST_NUMBERS && present.every(isNumberCell);
  const groupOf = inBands ? bands(present.map(Number)) : frequent(present);
  return { name, groups: cells.map((cell) => (isMissingCell(cell) ? 'not known' : groupOf(cell))) };
}

function bands(numbers: readonly number[]): (cell: string) => string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const lows = Array.from({ length: BANDS }, (_, band) => sorted[Math.floor((band * sorted.length) / BANDS)] as number);
  const distinct = [...new Set(lows)];
  return (cell) => {
    const band = distinct.findLastIndex((low) => Number(cell) >= low);
    const next = distinct[band + 1];
    return next === undefined ? `${distinct[band]} or more` : `${distinct[band]} to below ${next}`;
  };
}

function frequent(texts: readonly string[]): (cell: string) => string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const kept = new Set(
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MOST_TEXTS)
      .map(([text]) => text),
  );
  return (cell) => (kept.has(cell) ? cell : 'others');
}
