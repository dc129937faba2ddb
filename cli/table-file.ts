import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { csvCell } from '../core/domain/csv-cell.ts';
import type { ReportColumn, ReportRow } from '../core/store/report-tables.ts';
import { writeParquet } from './parquet-file.ts';

/** Formats that a table is written in, each by the ending of the file. */
export const TABLE_FORMATS = ['csv', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/**
 * Writes a table to a file beside the one that is there, and puts it in its place once it is whole: a reader never finds half of it.
 *
 * @returns rows written
 */
export async function writeTable(
  file: string,
  format: TableFormat,
  columns: readonly ReportColumn[],
  pages: AsyncIterable<readonly ReportRow[]>,
): Promise<number> {
  const part = `${file}.part`;
  let rows = 0;
  async function* counted() {
    for await (const page of pages) {
      rows += page.length;
      yield page;
    }
  }
  try {
    if (format === 'parquet') await writeParquet(part, columns, counted());
    else await pipeline(Readable.from(csvLines(columns, counted())), createWriteStream(part));
    await rename(part, file);
    return rows;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function* csvLines(
  columns: readonly ReportColumn[],
  pages: AsyncIterable<readonly ReportRow[]>,
): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => name).join(',')}\r\n`;
  for await (const page of pages) {
    yield page.map((row) => `${columns.map(({ name }) => csvCell(row[name] ?? null)).join(',')}\r\n`).join('');
  }
}
