import { DataError } from '../../core/domain/errors.ts';
import { type ColumnName, type Columns, columnsWith } from './settings.ts';

/** Where each column stands; -1 for one that the file does not have. */
export type Header = Readonly<Record<ColumnName, number>> & { readonly width: number };

const DEFAULTS = columnsWith({});

/**
 * Finds the columns in the first line of a file.
 *
 * @param needed columns without which a row says nothing
 * @throws DataError when one that is needed, or that somebody named, is not there
 */
export function readHeader(
  path: string,
  cells: readonly string[],
  columns: Columns,
  needed: readonly ColumnName[],
): Header {
  const names = cells.map((cell) => cell.trim());
  const places = Object.entries(columns).map(([column, name]) => [column, names.indexOf(name)] as const);
  const header = { ...(Object.fromEntries(places) as Record<ColumnName, number>), width: cells.length };
  for (const [column, name] of Object.entries(columns) as [ColumnName, string][]) {
    if (header[column] !== -1 || !(needed.includes(column) || name !== DEFAULTS[column])) continue;
    throw new DataError({
      row: `1 of ${path}`,
      field: name,
      expected: 'a column of this name in the first line',
      found: shown(names),
      remedy: remedyFor(column, names),
    });
  }
  return header;
}

function remedyFor(column: ColumnName, names: readonly string[]): string {
  const [only = ''] = names;
  const other = names.length === 1 && [';', '\t', '|', ','].find((delimiter) => only.includes(delimiter));
  if (other) return `set "delimiter" to ${JSON.stringify(other)}, which seems to be this file's`;
  return `rename the column, or say with "columns.${column}" which one it is`;
}

/** A file without a header shows its first customer here, so that only what looks like a name of a column is repeated. */
function shown(names: readonly string[]): string {
  return names
    .slice(0, 20)
    .map((name) => (/^\p{L}[\p{L}\p{N}_ ./-]{0,39}$/u.test(name) ? name : '...'))
    .join(', ');
}
