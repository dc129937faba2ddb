import { DataError } from '../core/domain/errors.ts';
import type { Covariate } from '../core/models/survival/covariates.ts';
import type { SurvivalRow } from '../core/models/survival/survival-row.ts';
import { columnIndex, type TextTable } from './read-table.ts';
import { type Cell, describeColumns, isNumberCell, readCell } from './table-columns.ts';

/** What `evaluate survival` reads from a file. */
export interface SurvivalTable {
  rows: readonly SurvivalRow[];
  covariates: readonly Covariate[];
  /** What the reader should know of how the file was understood. */
  notes: readonly string[];
}

/** Which columns hold what; without `covariates` all that are not the duration or the event. */
export interface SurvivalColumns {
  duration: string;
  event: string;
  covariates?: readonly string[] | undefined;
}

const CAME: ReadonlySet<string> = new Set(['1', '1.0', 'true', 'yes']);
const NOT_YET: ReadonlySet<string> = new Set(['0', '0.0', 'false', 'no']);

/**
 * Understands a table (table-columns.ts).
 *
 * @throws DataError naming line and column of a duration, event or number that cannot be read
 */
export function survivalTable(table: TextTable, columns: SurvivalColumns): SurvivalTable {
  const durationAt = columnIndex(table, columns.duration);
  const eventAt = columnIndex(table, columns.event);
  const asked = columns.covariates?.map((name) => columnIndex(table, name));
  const candidates = asked ?? [...table.header.keys()].filter((index) => index !== durationAt && index !== eventAt);
  const { columns: kept, notes: leftOut } = describeColumns(table, candidates);
  const covariates = kept.map(
    ({ name, kind, levels }): Covariate => (kind === 'number' ? { name, kind } : { name, kind, levels }),
  );
  const rows = table.rows.map(({ line, cells }): SurvivalRow => {
    const place = (field: string, index: number) => ({ line, field, text: cells[index] ?? '' });
    return {
      duration: durationOf(place(columns.duration, durationAt)),
      event: eventOf(place(columns.event, eventAt)),
      values: kept.map(({ index, name, kind }) => readCell(place(name, index), kind)),
    };
  });
  const gaps = missingNotes(
    rows,
    covariates.map(({ name }) => name),
  );
  return { rows, covariates, notes: [...leftOut, ...gaps] };
}

function missingNotes(rows: readonly SurvivalRow[], names: readonly string[]): readonly string[] {
  const incomplete = rows.filter(({ values }) => values.includes(null)).length;
  if (incomplete === 0) return [];
  const gaps = names.flatMap((name, index) => {
    const missing = rows.filter(({ values }) => values[index] === null).length;
    return missing === 0 ? [] : [`${name} ${missing}`];
  });
  return [
    `${incomplete} of ${rows.length} rows lack a value (${gaps.join(', ')}): they serve Kaplan-Meier alone. Leave out the columns with most gaps by naming the others with --covariates.`,
  ];
}

function durationOf({ line, field, text }: Cell): number {
  if (isNumberCell(text) && Number(text) >= 0) return Number(text);
  throw new DataError({
    row: line,
    field,
    expected: 'a time of zero or more, as a number with a decimal point',
    found: text,
    remedy: 'count from the start of this customer to the event or to the last day they were seen',
  });
}

function eventOf({ line, field, text }: Cell): boolean {
  const word = text.toLowerCase();
  if (CAME.has(word)) return true;
  if (NOT_YET.has(word)) return false;
  throw new DataError({
    row: line,
    field,
    expected: '1, true or yes where the event came; 0, false or no where it had not come by then',
    found: text,
    remedy: 'write one of these',
  });
}
