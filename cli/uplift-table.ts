import { DataError } from '../core/domain/errors.ts';
import type { FeatureSpec, TreeValue } from '../core/models/trees/table.ts';
import type { TrialRow } from '../core/planning/uplift-learners.ts';
import { columnIndex, type TextTable } from './read-table.ts';
import { describeColumns, isNumberCell, readCell, type TableColumn } from './table-columns.ts';

/** Which columns of a file hold the trial. */
export interface UpliftColumns {
  /** Who got what, and the two values of it that are compared; rows with another are left out. */
  arm: string;
  treated: string;
  control: string;
  /** 0 or 1. */
  outcome: string;
  /** Known only after the treatment. */
  leaveOut: readonly string[];
  /** A number that rises with time, such as a week or a timestamp. */
  time?: string | undefined;
}

/** What `evaluate uplift` reads from a file. */
export interface UpliftTable {
  rows: readonly TrialRow[];
  features: readonly FeatureSpec[];
  times?: readonly number[];
  notes: readonly string[];
}

/** Understands the table of a randomised trial. Throws DataError naming line and column of what cannot be used. */
export function upliftTable(table: TextTable, columns: UpliftColumns): UpliftTable {
  const armAt = columnIndex(table, columns.arm);
  const outcomeAt = columnIndex(table, columns.outcome);
  const timeAt = columns.time === undefined ? undefined : columnIndex(table, columns.time);
  const apart = new Set([armAt, outcomeAt, timeAt, ...columns.leaveOut.map((name) => columnIndex(table, name))]);
  const kept = {
    header: table.header,
    rows: table.rows.filter(({ cells }) => cells[armAt] === columns.treated || cells[armAt] === columns.control),
  };
  for (const option of ['treated', 'control'] as const) {
    if (kept.rows.some(({ cells }) => cells[armAt] === columns[option])) continue;
    const values = [...new Set(table.rows.map(({ cells }) => cells[armAt] ?? ''))].sort();
    throw new DataError({
      field: `--${option}`,
      expected: `one of the values in column "${columns.arm}": ${values.slice(0, 10).join(', ')}${values.length > 10 ? ', ...' : ''}`,
      found: columns[option],
      remedy: 'write it as it stands there',
    });
  }
  const notes: string[] = [];
  const others = table.rows.length - kept.rows.length;
  if (others > 0) notes.push(`Rows of other arms, left out: ${others}.`);
  const described = describeColumns(
    kept,
    [...kept.header.keys()].filter((index) => !apart.has(index)),
  );
  notes.push(...described.notes);
  const outcomes = kept.rows.map(({ line, cells }) => outcomeOf(line, columns.outcome, cells[outcomeAt] ?? ''));
  const values = kept.rows.map(({ line, cells }) =>
    described.columns.map(({ index, name, kind }) => readCell({ line, field: name, text: cells[index] ?? '' }, kind)),
  );
  const known = described.columns
    .map((column, at) => ({ column, at }))
    .filter(({ column, at }) => {
      if (!saysTheOutcome(values, at, outcomes)) return true;
      notes.push(
        `Column "${column.name}" is the same wherever the outcome is 0: it came after the treatment, and was left out.`,
      );
      return false;
    });
  if (known.length === 0) {
    throw new DataError({
      field: 'columns',
      expected: 'at least one column that was known before the treatment',
      found: 'none',
      remedy: 'add what was known of the customers then',
    });
  }
  return {
    rows: kept.rows.map(
      ({ cells }, row): TrialRow => ({
        values: known.map(({ at }) => values[row]?.[at]),
        treated: cells[armAt] === columns.treated,
        outcome: outcomes[row] as 0 | 1,
      }),
    ),
    features: known.map(({ column: { name, kind } }: { column: TableColumn }) => ({ name, kind })),
    ...(timeAt !== undefined && {
      times: kept.rows.map(({ line, cells }) => timeOf(line, columns.time ?? '', cells[timeAt] ?? '')),
    }),
    notes,
  };
}

function outcomeOf(line: number, field: string, text: string): 0 | 1 {
  if (text === '1' || text === '0') return text === '1' ? 1 : 0;
  throw new DataError({
    row: line,
    field,
    expected: '0 or 1',
    found: text,
    remedy: 'write 1 where it happened, else 0',
  });
}

function timeOf(line: number, field: string, text: string): number {
  const time = isNumberCell(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw new DataError({
    row: line,
    field,
    expected: 'a number or a day as YYYY-MM-DD',
    found: text,
    remedy: 'leave out rows whose time is not known',
  });
}

/** What varies only where the outcome came was written down with it. */
function saysTheOutcome(values: readonly (readonly TreeValue[])[], at: number, outcomes: readonly number[]): boolean {
  const of = (outcome: 0 | 1) => new Set(values.flatMap((row, i) => (outcomes[i] === outcome ? [row[at]] : [])));
  return of(0).size === 1 && of(1).size > 1;
}
