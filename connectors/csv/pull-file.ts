import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { DataError } from '../../core/domain/errors.ts';
import type { RejectedRecord, SourceRecord } from '../../core/domain/records.ts';
import { hashOf, stableJson } from '../../core/domain/stable-json.ts';
import type { Cursor, Page } from '../../core/ports/connector.ts';
import { dataError } from './mapping.ts';
import { type FileFormat, type Line, type Row, readRows } from './read-rows.ts';

/** Rows in one page, and so in one commit. */
const ROWS_PER_PAGE = 1_000;
/** When none of so many first rows can be read, the file is not what it was taken for, and nothing of it is landed. */
const HOPELESS_ROWS = 100;

/** How far a file was read, and which file it was. */
const cursorSchema = z.object({
  /** Hash of path, size, modification time and settings: another one means that the file is read from its beginning. */
  version: z.string(),
  /** The last line that was read. */
  line: z.number(),
  done: z.boolean(),
});

/**
 * Reads a file in pages from where the cursor stands. A file that did not change since costs a look at its size and time; one that did
 * is read again from its beginning, and what is in it as before is dropped by hash where it lands. What is no longer in the file is not
 * taken back: a CSV says what was, not what is gone.
 *
 * @param toRecords called for every row from the first on, also for those that an interrupted run has landed
 * @throws DataError before the first page when the file cannot be read, lacks a column, or has no readable row among its first 100
 */
export async function* pullFile(
  format: FileFormat,
  of: 'contact' | 'transaction',
  cursor: Cursor | null,
  toRecords: (row: Row) => readonly SourceRecord[],
): AsyncGenerator<Page> {
  const version = await versionOf(format);
  const before = cursorSchema.safeParse(cursor);
  const known = before.success && before.data.version === version ? before.data : null;
  const page = new PageBuilder(version);
  if (known?.done) {
    yield page.take(known.line, true);
    return;
  }
  let last = known?.line ?? 0;
  let readable = known !== null;
  for await (const line of readRows(format)) {
    const read = readLine(line, format, of, toRecords);
    if (line.line <= (known?.line ?? 0)) continue;
    page.add(read);
    last = line.line;
    readable ||= 'records' in read;
    if (!readable && page.rows === HOPELESS_ROWS && 'error' in read) throw hopeless(format.path, read.error);
    if (page.rows === ROWS_PER_PAGE) yield page.take(last, false);
  }
  yield page.take(last, true);
}

type Reading = { records: readonly SourceRecord[] } | { error: DataError; rejected: RejectedRecord };

function readLine(
  line: Line,
  { path }: FileFormat,
  of: 'contact' | 'transaction',
  toRecords: (row: Row) => readonly SourceRecord[],
): Reading {
  const nowhere = `line ${line.line} of ${path}`;
  if ('error' in line) return refused(line.error, nowhere, line.raw);
  const { row } = line;
  try {
    return { records: toRecords(row) };
  } catch (error) {
    // Under the id of the record where the row has one: when the row is mended, the record leaves quarantine by itself.
    const id = row.peek(of === 'contact' ? 'customerId' : 'orderId');
    return refused(dataError(error), id === '' ? nowhere : id, row.raw());
  }

  function refused(error: DataError, externalId: string, payload: string): Reading {
    const { field, expected, found, remedy } = error.fault;
    return {
      error,
      rejected: {
        of,
        externalId,
        field: `line ${line.line}, ${field}`,
        expected,
        found: found ?? 'nothing',
        remedy: `To mend it: ${remedy}. Then pull again: the other rows count once.`,
        payload,
      },
    };
  }
}

/** Collects a page; a record that is the same as one already in it (the customer of the row before) is left out. */
class PageBuilder {
  readonly #version: string;
  #records = new Map<string, SourceRecord>();
  #rejected: RejectedRecord[] = [];
  rows = 0;

  constructor(version: string) {
    this.#version = version;
  }

  add(reading: Reading): void {
    this.rows += 1;
    if ('rejected' in reading) this.#rejected.push(reading.rejected);
    else for (const record of reading.records) this.#records.set(stableJson(record), record);
  }

  take(line: number, done: boolean): Page {
    const page = {
      records: [...this.#records.values()],
      rejected: this.#rejected,
      cursor: { version: this.#version, line, done },
      total: null,
    };
    this.#records = new Map();
    this.#rejected = [];
    this.rows = 0;
    return page;
  }
}

async function versionOf({ path, columns, delimiter, encoding }: FileFormat): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError({
      file: path,
      field: 'file',
      expected: 'a file that can be read',
      found: error.code ?? 'an unknown fault',
      remedy: 'put it there, or correct the path in the settings (it is relative to the working folder)',
    });
  });
  return hashOf([path, size, mtimeMs, columns, delimiter, encoding]);
}

function hopeless(path: string, { fault }: DataError): DataError {
  return new DataError({
    ...fault,
    row: `${fault.row} of ${path}, as none of the first ${HOPELESS_ROWS} rows can be read`,
  });
}
