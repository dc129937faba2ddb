import { DataError } from '../core/domain/errors.ts';
import type { Covariate } from '../core/models/survival/covariates.ts';
import type { CovariateValue, SurvivalRow } from '../core/models/survival/survival-row.ts';
import { columnIndex, type TextTable } from './read-table.ts';

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

const MISSING: ReadonlySet<string> = new Set(['', 'na', 'nan', 'null', 'none']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const CAME: ReadonlySet<string> = new Set(['1', '1.0', 'true', 'yes']);
const NOT_YET: ReadonlySet<string> = new Set(['0', '0.0', 'false', 'no']);

/**
 * Understands a table: a column whose cells are numbers for the most part is one of numbers, any other a category. Columns in which
 * every row says something else are names, not categories, and are left out.
 *
 * @throws DataError naming line and column of a duration, event or number that cannot be read
 */
export function survivalTable(table: TextTable, columns: SurvivalColumns): SurvivalTable {
  const durationAt = columnIndex(table, columns.duration);
  const eventAt = columnIndex(table, columns.event);
  const asked = columns.covariates?.map((name) => columnIndex(table, name));
  const candidates = asked ?? [...table.header.keys()].filter((index) => index !== durationAt && index !== eventAt);
  const notes: string[] = [];
  const kept: { index: number; covariate: Covariate }[] = [];
  for (const index of candidates) {
    const covariate = describe(table, index);
    const present = table.rows.filter(({ cells }) => !isMissing(cells[index] ?? '')).length;
    if (present === 0) notes.push(`Column "${covariate.name}" is empty and was left out.`);
    else if (covariate.kind === 'category' && covariate.levels.length === present && present > 1) {
      notes.push(`Column "${covariate.name}" has another text in every row, as names have, and was left out.`);
    } else kept.push({ index, covariate });
  }
  const rows = table.rows.map(({ line, cells }): SurvivalRow => {
    const place = (field: string, index: number) => ({ line, field, text: cells[index] ?? '' });
    return {
      duration: durationOf(place(columns.duration, durationAt)),
      event: eventOf(place(columns.event, eventAt)),
      values: kept.map(({ index, covariate }) => covariateOf(place(covariate.name, index), covariate)),
    };
  });
  notes.push(
    ...missingNotes(
      rows,
      kept.map(({ covariate }) => covariate.name),
    ),
  );
  return { rows, covariates: kept.map(({ covariate }) => covariate), notes };
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

function describe({ header, rows }: TextTable, index: number): Covariate {
  const name = header[index] ?? '';
  const present = rows.map(({ cells }) => cells[index] ?? '').filter((cell) => !isMissing(cell));
  const numbers = present.filter((cell) => NUMBER.test(cell)).length;
  if (numbers * 2 >= present.length) return { name, kind: 'number' };
  return { name, kind: 'category', levels: [...new Set(present)].sort() };
}

interface Place {
  line: number;
  field: string;
  text: string;
}

function durationOf({ line, field, text }: Place): number {
  if (NUMBER.test(text) && Number(text) >= 0) return Number(text);
  throw new DataError({
    row: line,
    field,
    expected: 'a time of zero or more, as a number with a decimal point',
    found: text,
    remedy: 'count from the start of this customer to the event or to the last day they were seen',
  });
}

function eventOf({ line, field, text }: Place): boolean {
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

function covariateOf({ line, field, text }: Place, covariate: Covariate): CovariateValue {
  if (isMissing(text)) return null;
  if (covariate.kind === 'category') return text;
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return Number(text);
  throw new DataError({
    row: line,
    field,
    expected: 'a number with a decimal point, as in most rows of this column',
    found: text,
    remedy: 'write a number, or leave the cell empty where it is not known',
  });
}

function isMissing(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}
