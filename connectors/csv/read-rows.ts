import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { DataError } from '../../core/domain/errors.ts';
import { storableText } from '../../core/domain/storable.ts';
import { readPlain } from '../http/read-plain.ts';
import { readHeader } from './header.ts';
import type { ColumnName, Columns, CsvSettings } from './settings.ts';
import { fault, type Place } from './values.ts';

/** How a file is to be read. */
export interface FileFormat {
  path: string;
  columns: Columns;
  /** Columns without which a row says nothing. */
  needed: readonly ColumnName[];
  delimiter: string;
  encoding: CsvSettings['encoding'];
}

/** A row, or why it is none. */
export type Line = { line: number; row: Row } | { line: number; error: DataError; raw: string };

/** One row of a file. */
export interface Row {
  /** 1-based; of a row over several lines the last. */
  line: number;
  /** The cell of a column, trimmed; "" where the file has no such column. Throws DataError when its characters are broken. */
  cell(column: ColumnName): string;
  /** The same without a look at its characters. */
  peek(column: ColumnName): string;
  place(column: ColumnName): Place;
  /** The row as an object, for quarantine. */
  raw(): string;
}

/** A longer record is an unclosed quotation mark, not a row. */
const LONGEST_RECORD = 1_000_000;
/** Of what does not parse, so much is kept: it may be the rest of the file. */
const SHOWN_OF_RAW = 2_000;

/**
 * Reads a CSV file row by row as they are asked for, in flat memory. A row that does not parse is handed on as an error; the next goes
 * on.
 *
 * @throws DataError when the file cannot be read, is no CSV, or lacks a column: before the first row
 */
export async function* readRows(format: FileFormat): AsyncGenerator<Line> {
  const { path, columns } = format;
  const skipped: { line: number; error: DataError; raw: string }[] = [];
  const parser = parse({
    delimiter: format.delimiter,
    bom: true,
    // Files that were put together from several have several.
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    raw: true,
    relax_column_count: true,
    // A stray quotation mark belongs to its value. Taken for a fault, it would take the rows up to the next one with it.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_RECORD,
    on_skip: (error, raw) => {
      if (error?.code === 'CSV_MAX_RECORD_SIZE') parser.destroy(notClosed(path, Number(error['lines'] ?? 0)));
      else if (error) skipped.push(unparsable(error, raw ?? ''));
      return undefined;
    },
  });
  const text = Readable.from(decoded(format));
  text.once('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let names: readonly string[] = [];
  let header: ReturnType<typeof readHeader> | null = null;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === null) {
        names = record.map((cell) => storableText(cell.trim()));
        header = readHeader(path, names, columns, format.needed);
        continue;
      }
      // The parser is some rows ahead of us.
      while (skipped[0] && skipped[0].line <= info.lines) yield* skipped.splice(0, 1);
      yield toLine(record, info.lines, header, names, columns);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw notCsv(path, error instanceof Error ? error.message : 'an unknown fault');
  } finally {
    text.destroy();
    parser.destroy();
  }
  yield* skipped;
  if (header === null) throw notCsv(path, 'an empty file');
}

function toLine(
  record: readonly string[],
  line: number,
  header: ReturnType<typeof readHeader>,
  names: readonly string[],
  columns: Columns,
): Line {
  const raw = () =>
    JSON.stringify(
      Object.fromEntries(record.map((cell, index) => [names[index] || `column ${index + 1}`, storableText(cell)])),
    );
  if (record.length !== header.width) {
    const error = fault(
      { line, column: 'row' },
      `${header.width} cells as in the first line`,
      String(record.length),
      'put values that contain the delimiter in quotation marks',
    );
    return { line, error, raw: raw() };
  }
  const place = (column: ColumnName) => ({ line, column: columns[column] });
  const peek = (column: ColumnName) => storableText(record[header[column]] ?? '').trim();
  const cell = (column: ColumnName) => {
    const text = peek(column);
    if (!text.includes('\uFFFD')) return text;
    throw fault(
      place(column),
      'characters in the encoding of the settings',
      text,
      'set "encoding" to the file’s own, e.g. windows-1252',
    );
  };
  return { line, row: { line, cell, peek, place, raw } };
}

/** Text of a file without its byte order mark. */
async function* decoded({ path, encoding }: FileFormat): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let first = true;
  for await (const chunk of readPlain(path)) {
    const text = decoder.decode(chunk, { stream: true });
    if (first && text.includes('\0')) throw notCsv(path, 'bytes of zero');
    first = false;
    yield text;
  }
  yield decoder.decode();
}

function unparsable(error: CsvError, raw: string): { line: number; error: DataError; raw: string } {
  const line = Number(error['lines'] ?? 0);
  const mended = 'write a quotation mark inside a value twice, and close each';
  return {
    line,
    error: fault({ line, column: 'row' }, 'a row of CSV', error.code, mended),
    raw: storableText(raw.slice(0, SHOWN_OF_RAW)),
  };
}

/** What follows an open quotation mark is all one value, in which no row can be told from another. */
function notClosed(path: string, line: number): DataError {
  return new DataError({
    row: `${line} of ${path}, or some thousand before it`,
    field: 'row',
    expected: `a row of at most ${LONGEST_RECORD.toLocaleString('en')} characters`,
    found: 'a quotation mark that is opened and not closed',
    remedy: 'write a quotation mark inside a value twice, and close each',
  });
}

function notCsv(path: string, found: string): DataError {
  return new DataError({
    file: path,
    field: 'file',
    expected: 'a CSV file: lines of text, the first with the names of the columns',
    found,
    remedy: 'export it as CSV in UTF-8, or set "encoding" and "delimiter" to its own',
  });
}
