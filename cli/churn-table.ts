import { calendarDay, dayNumber } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import type { GroupColumn, SnapshotOf } from '../core/evaluation/churn.ts';
import { sensitiveKind } from '../core/evaluation/sensitive-columns.ts';
import type { FeatureSpec, TreeRow } from '../core/models/trees/table.ts';
import { groupColumn } from './group-column.ts';
import { columnIndex, type TextTable } from './read-table.ts';
import { describeColumns, isMissingCell, isNumberCell, readCell } from './table-columns.ts';

/** What `evaluate churn` reads from a file. */
export interface ChurnTable {
  rows: readonly TreeRow[];
  features: readonly FeatureSpec[];
  /** The fold of each row, when a file gives them. */
  folds?: readonly number[];
  /** Of each row, where rows are customers on days. */
  snapshots?: readonly SnapshotOf[];
  /** By each column asked for. */
  groupBy?: readonly GroupColumn[];
  /** What the reader should know of how the file was understood. */
  notes: readonly string[];
}

/** Which column holds the outcome, and its value where the customer left. */
export interface ChurnColumns {
  label: string;
  positive: string;
  /** Leaves out columns that describe persons, as the product does; they are named either way. */
  withoutSensitive?: boolean;
  /** Columns whose groups are to be compared. */
  by?: readonly string[];
  /** Where rows are customers on days: the columns that say whose, when, and when the customer left (empty: still here). */
  snapshot?: { customer: string; day: string; leftOn: string } | undefined;
}

/**
 * Understands a table of customers whose outcome is known.
 *
 * @param foldTable one line for each row of the table, in its order or by a column `row` (0-based), with a column `fold`. One for each row that is
 * left when exact copies are dropped drops them. Where it has a column `y` of 0 and 1, that must be the outcome.
 * @throws DataError naming line and column of what cannot be used
 */
export function churnTable(table: TextTable, columns: ChurnColumns, foldTable?: TextTable): ChurnTable {
  const labelAt = columnIndex(table, columns.label);
  const notes: string[] = [];
  const kept = foldTable ? fitting(table, foldTable, notes) : table;
  const labels = outcomes(kept, labelAt, columns, notes);
  const { snapshot } = columns;
  const snapshotAt = snapshot
    ? [snapshot.customer, snapshot.day, snapshot.leftOn].map((name) => columnIndex(kept, name))
    : [];
  const sensitive = sensitiveColumns(kept, columns.withoutSensitive ?? false);
  notes.push(...sensitive.notes);
  const apart = new Set([labelAt, ...snapshotAt, ...sensitive.indices]);
  const candidates = [...kept.header.keys()].filter((index) => !apart.has(index));
  const described = describeColumns(kept, candidates);
  notes.push(...described.notes);
  if (described.columns.length === 0) {
    throw new DataError({
      field: 'columns',
      expected: 'at least one column to learn from, beside the outcome',
      found: 'none',
      remedy: 'add what was known of the customers before the outcome',
    });
  }
  const rows = kept.rows.map(
    ({ line, cells }, row): TreeRow => ({
      values: described.columns.map(({ index, name, kind }) =>
        readCell({ line, field: name, text: cells[index] ?? '' }, kind),
      ),
      label: labels[row] as number,
    }),
  );
  return {
    rows,
    features: described.columns.map(({ name, kind }) => ({ name, kind })),
    ...(snapshot && { snapshots: snapshotsOf(kept, snapshotAt, snapshot) }),
    ...(columns.by && columns.by.length > 0 && { groupBy: columns.by.map((name) => groupColumn(kept, name)) }),
    ...(foldTable && { folds: foldsOf(foldTable, labels) }),
    notes,
  };
}

/** Columns to leave out because they describe persons: names always, all others on request. */
function sensitiveColumns(
  { header }: TextTable,
  withoutSensitive: boolean,
): { indices: readonly number[]; notes: readonly string[] } {
  const found = header.flatMap((name, index) => {
    const kind = sensitiveKind(name);
    return kind === null ? [] : [{ index, name, kind, leftOut: withoutSensitive || kind === 'name' }];
  });
  return {
    indices: found.filter(({ leftOut }) => leftOut).map(({ index }) => index),
    notes: found.map(({ name, kind, leftOut }) =>
      leftOut
        ? `Column "${name}" tells of persons (${kind}) and was left out.`
        : `Column "${name}" tells of persons (${kind}): scores on records never use such fields. --without-sensitive measures without it, --by "${name}" compares its groups.`,
    ),
  };
}

function outcomes(
  { rows }: TextTable,
  labelAt: number,
  { label, positive }: ChurnColumns,
  notes: string[],
): readonly number[] {
  const texts = rows.map(({ line, cells }) => {
    const text = cells[labelAt] ?? '';
    if (!isMissingCell(text)) return text;
    throw new DataError({
      row: line,
      field: label,
      expected: 'an outcome',
      found: text,
      remedy: 'leave out customers whose outcome is not known',
    });
  });
  const values = [...new Set(texts)].sort();
  if (!values.includes(positive)) {
    throw new DataError({
      field: '--positive',
      expected: `one of the outcomes in column "${label}": ${values.slice(0, 10).join(', ')}${values.length > 10 ? ', ...' : ''}`,
      found: positive,
      remedy: 'name the one that stands where a customer left',
    });
  }
  if (values.length > 2) {
    notes.push(`Column "${label}" has ${values.length} values: all but "${positive}" count as staying.`);
  }
  return texts.map((text) => (text === positive ? 1 : 0));
}

function snapshotsOf(
  { rows }: TextTable,
  [customerAt = 0, dayAt = 0, leftAt = 0]: readonly number[],
  names: NonNullable<ChurnColumns['snapshot']>,
): readonly SnapshotOf[] {
  const day = (line: number, field: string, text: string) => {
    try {
      return dayNumber(calendarDay(text));
    } catch {
      throw new DataError({
        row: line,
        field,
        expected: 'a day as YYYY-MM-DD',
        found: text,
        remedy: 'write the day, or leave it empty for a customer who is still here',
      });
    }
  };
  return rows.map(({ line, cells }) => {
    const left = cells[leftAt] ?? '';
    return {
      customer: cells[customerAt] ?? '',
      day: day(line, names.day, cells[dayAt] ?? ''),
      leftOn: isMissingCell(left) ? null : day(line, names.leftOn, left),
    };
  });
}

/** The table that the folds are of: as it is, or with exact copies dropped. */
function fitting(table: TextTable, foldTable: TextTable, notes: string[]): TextTable {
  if (foldTable.rows.length === table.rows.length) return table;
  const distinct = new Map<string, TextTable['rows'][number]>();
  for (const row of table.rows) {
    const key = JSON.stringify(row.cells);
    if (!distinct.has(key)) distinct.set(key, row);
  }
  if (foldTable.rows.length !== distinct.size) {
    throw new DataError({
      field: '--folds',
      expected: `${table.rows.length} rows as in the table, or ${distinct.size} as without exact copies`,
      found: String(foldTable.rows.length),
      remedy: 'name the folds of this table',
    });
  }
  notes.push(
    `${table.rows.length - distinct.size} exact copies of other rows were dropped, as the file of folds has ${distinct.size} rows.`,
  );
  return { header: table.header, rows: [...distinct.values()] };
}

function foldsOf(table: TextTable, labels: readonly number[]): readonly number[] {
  const foldAt = columnIndex(table, 'fold');
  const rowAt = table.header.indexOf('row');
  const labelAt = table.header.indexOf('y');
  const folds = new Array<number>(labels.length).fill(-1);
  for (const [position, { line, cells }] of table.rows.entries()) {
    const row = rowAt < 0 ? position : Number(cells[rowAt]);
    const expect = (good: boolean, field: string, expected: string, found: string | undefined) => {
      if (good) return;
      throw new DataError({ row: line, field, expected, found: found ?? '', remedy: 'name the folds of this table' });
    };
    expect(folds[row] === -1, 'row', `a row from 0 to ${labels.length - 1}, each once`, cells[rowAt]);
    expect(isNumberCell(cells[foldAt] ?? ''), 'fold', 'a number', cells[foldAt]);
    expect(labelAt < 0 || Number(cells[labelAt]) === labels[row], 'y', `the outcome of row ${row}`, cells[labelAt]);
    folds[row] = Number(cells[foldAt]);
  }
  return folds;
}
