import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ReportColumn, ReportColumnType, ReportRow } from '../core/store/report-tables.ts';

/** Rows of a row group: what a reader takes at a time, and what is held in memory while writing. */
const ROWS_PER_GROUP = 50_000;
/** Digits behind the point of `money`. */
const MONEY_DIGITS = 3;

type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type Value = ReportRow[string];

/** How each type stands in the file, and how a value gets there. */
const TYPES: Readonly<Record<ReportColumnType, { element: Omit<Element, 'name'>; encode: (value: Value) => unknown }>> =
  {
    text: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, encode: (value) => value },
    boolean: { element: { type: 'BOOLEAN' }, encode: (value) => value },
    integer: { element: { type: 'INT32' }, encode: (value) => value },
    double: { element: { type: 'DOUBLE' }, encode: (value) => value },
    money: {
      element: { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: MONEY_DIGITS },
      // As text it has all its digits, with the point always in the same place.
      encode: (value) => BigInt(String(value).replace('.', '')),
    },
    day: { element: { type: 'INT32', converted_type: 'DATE' }, encode: (value) => new Date(`${value}T00:00:00Z`) },
    instant: {
      element: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
      encode: (value) => new Date(String(value)),
    },
  };

/** Writes a table as a Parquet file (compressed with Snappy), row group by row group; each column says what it holds in the file's metadata. */
export async function writeParquet(
  file: string,
  columns: readonly ReportColumn[],
  pages: AsyncIterable<readonly ReportRow[]>,
): Promise<void> {
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }): Element => ({ name, repetition_type: 'OPTIONAL', ...TYPES[type].element })),
    ],
    createdBy: 'staypower',
    kvMetadata: columns.map(({ name, description }) => ({ key: `column.${name}`, value: description })),
  });
  let group: ReportRow[] = [];
  const write = async () => {
    const columnData = columns.map(({ name, type }) => ({
      name,
      data: group.map((row) => {
        const value = row[name] ?? null;
        return value === null ? null : TYPES[type].encode(value);
      }),
    }));
    await writer.write({ columnData, rowGroupSize: ROWS_PER_GROUP });
    group = [];
  };
  for await (const page of pages) {
    group.push(...page);
    if (group.length >= ROWS_PER_GROUP) await write();
  }
  if (group.length > 0) await write();
  await writer.finish();
}
