import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { readPlain } from '../connectors/http/read-plain.ts';
import { DataError } from '../core/domain/errors.ts';

/** A table of a file, as text. */
export interface TextTable {
  header: readonly string[];
  /** `line` is the 1-based line of the file on which the row ends; cells are trimmed, one per column of the header. */
  rows: readonly { line: number; cells: readonly string[] }[];
}

/**
 * Reads a whole CSV file (gzip allowed) whose first line names the columns.
 *
 * @throws DataError when it cannot be read, two columns have one name, a row has more or fewer cells than the header, or there is no row
 */
export async function readTable(path: string): Promise<TextTable> {
  const records: { record: string[]; info: { lines: number } }[] = [];
  const parser = parse({ bom: true, trim: true, info: true, skip_empty_lines: true, relax_column_count: true });
  const bytes = Readable.from(readPlain(path));
  bytes.once('error', (error) => parser.destroy(error));
  try {
    for await (const each of bytes.pipe(parser)) records.push(each);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const { code, lines } = error as CsvError & { lines?: number };
    throw new DataError({
      ...(lines === undefined ? { file: path } : { row: `${lines} of ${path}` }),
      field: 'file',
      expected: 'a CSV file in UTF-8 with commas',
      found: code,
      remedy: 'write a quotation mark inside a value twice, and close each',
    });
  }
  const [first, ...rest] = records;
  if (!first || rest.length === 0) {
    throw new DataError({
      file: path,
      field: 'file',
      expected: 'a first line with the names of the columns, and at least one row',
      found: first ? 'the first line alone' : 'nothing',
      remedy: 'choose another file',
    });
  }
  const header = first.record;
  const twice = header.find((name, column) => header.indexOf(name) !== column);
  if (twice !== undefined) {
    throw new DataError({
      row: 1,
      field: twice,
      expected: 'another name for each column',
      found: 'the same name twice',
      remedy: 'rename one of them',
    });
  }
  for (const { record, info } of rest) {
    if (record.length === header.length) continue;
    throw new DataError({
      row: info.lines,
      field: 'row',
      expected: `${header.length} cells as in the first line`,
      found: String(record.length),
      remedy: 'put values that contain a comma in quotation marks',
    });
  }
  return { header, rows: rest.map(({ record, info }) => ({ line: info.lines, cells: record })) };
}

/** Index of a column. Throws DataError naming the columns there are. */
export function columnIndex({ header }: TextTable, name: string): number {
  const index = header.indexOf(name);
  if (index >= 0) return index;
  throw new DataError({
    row: 1,
    field: name,
    expected: 'a column of this name in the first line',
    found: shown(header),
    remedy: 'write the name as it stands there',
  });
}

/** A file without a header shows its first customer here, so that only what looks like the name of a column is repeated. */
function shown(header: readonly string[]): string {
  return header
    .slice(0, 40)
    .map((name) => (/^\p{L}[\p{L}\p{N}_ ./-]{0,39}$/u.test(name) ? name : '...'))
    .join(', ');
}
