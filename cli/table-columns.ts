import { DataError } from '../core/domain/errors.ts';
import type { TextTable } from './read-table.ts';

/** What a column of a file holds. */
export interface TableColumn {
  /** Place in the header. */
  index: number;
  name: string;
  kind: 'number' | 'category';
  /** Of a category, in order of their characters; empty for a number. */
  levels: readonly string[];
}

/** One cell, with what an error must name. */
export interface Cell {
  line: number;
  field: string;
  text: string;
}

const MISSING: ReadonlySet<string> = new Set(['', 'na', 'nan', 'null', 'none']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** A category of more levels than this, with fewer rows a level than that, is a name. */
const MANY_LEVELS = 50;
const ROWS_A_LEVEL = 20;

/**
 * Understands columns to learn from: one whose cells are numbers for the most part is one of numbers, any other a category. What
 * names customers instead of telling of them is left out, and so is an empty column.
 *
 * @returns the columns kept, and a sentence for each that was not
 */
export function describeColumns(
  table: TextTable,
  indices: readonly number[],
): { columns: readonly TableColumn[]; notes: readonly string[] } {
  const notes: string[] = [];
  const columns = indices.flatMap((index) => {
    const column = describe(table, index);
    const reason = reasonAgainst(table, column);
    if (reason === null) return [column];
    notes.push(`Column "${column.name}" ${reason}, and was left out.`);
    return [];
  });
  return { columns, notes };
}

/** The value of a cell; null where it says nothing. Throws DataError for text in a column of numbers. */
export function readCell({ line, field, text }: Cell, kind: TableColumn['kind']): number | string | null {
  if (isMissingCell(text)) return null;
  if (kind === 'category') return text;
  if (isNumberCell(text)) return Number(text);
  throw new DataError({
    row: line,
    field,
    expected: 'a number with a decimal point, as in most rows of this column',
    found: text,
    remedy: 'write a number, or leave the cell empty where it is not known',
  });
}

/** Whether a cell says that nothing is known. */
export function isMissingCell(text: string): boolean {
  return MISSING.has(text.toLowerCase());
}

/** Whether a cell is a finite number with a decimal point. */
export function isNumberCell(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text));
}

function describe({ header, rows }: TextTable, index: number): TableColumn {
  const name = header[index] ?? '';
  const present = rows.map(({ cells }) => cells[index] ?? '').filter((cell) => !isMissingCell(cell));
  const numbers = present.filter((cell) => NUMBER.test(cell)).length;
  if (numbers * 2 >= present.length) return { index, name, kind: 'number', levels: [] };
  return { index, name, kind: 'category', levels: [...new Set(present)].sort() };
}

/** Why a column is not learned from; null when it is. */
function reasonAgainst({ rows }: TextTable, { index, name, kind, levels }: TableColumn): string | null {
  const present = rows.map(({ cells }) => cells[index] ?? '').filter((cell) => !isMissingCell(cell));
  if (present.length === 0) return 'is empty';
  if (present.length === 1) return null;
  if (kind === 'number') {
    const numbering = /(^|[^a-z])(id|no|number|index|row)$|I[dD]$|Number$|^Unnamed: 0$/;
    const distinct = new Set(present).size === present.length && present.every((cell) => /^\d+$/.test(cell));
    return distinct && numbering.test(name) ? 'numbers the rows' : null;
  }
  if (levels.length === present.length) return 'has another text in every row, as names have';
  return levels.length > MANY_LEVELS && present.length < ROWS_A_LEVEL * levels.length
    ? `has ${levels.length} texts in ${present.length} rows, as names have`
    : null;
}
