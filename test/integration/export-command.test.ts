import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { simulateBook } from '../support/book.ts';
import { staypower } from '../support/command.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const CUSTOMERS = 60;
const home = mkdtempSync(join(tmpdir(), 'staypower-export-'));
const book = simulateBook({ seed: 3, customers: CUSTOMERS, asOf: AS_OF });
const sales = book.flatMap(({ id, orders }) => orders.map(({ day, amount }) => ({ id, day, amount })));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function exported(args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await staypower(['export', ...args, '--json'], { home });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('export refuses a workspace in which nobody is scored, and leaves no file', async () => {
  writeFileSync(
    join(home, 'staypower.yaml'),
    'workspace: shop\nconnections:\n  - vendor: csv\n    settings:\n      transactions: { file: orders.csv }\n',
  );
  const { code, stderr } = await staypower(['export', '--output', 'customers.csv'], { home });
  expect(code).toBe(1);
  expect(stderr).toContain('staypower run');
  expect(readdirSync(home).filter((name) => name.startsWith('customers'))).toEqual([]);
}, 300_000);

test('run does a day once, says so the second time, and then reads nothing; another day is done', async () => {
  const lines = sales.map(({ id, day, amount }) => `${id},${day},${amount}`);
  writeFileSync(join(home, 'orders.csv'), ['customer_id,date,amount', ...lines].join('\n'));
  const run = async (...args: readonly string[]) => {
    const { code, stdout } = await staypower(['run', ...args, '--json'], { home });
    return { code, answer: JSON.parse(stdout) as Record<string, unknown> };
  };
  const first = await run('--date', AS_OF);
  expect(first).toMatchObject({ code: 0, answer: { alreadyRun: false, scored: CUSTOMERS, asOf: AS_OF } });
  appendFileSync(join(home, 'orders.csv'), '\nnew,2026-05-30,10.00');
  expect(await run('--date', AS_OF)).toEqual({ code: 0, answer: { ...first.answer, alreadyRun: true } });
  expect((await run('--date', '2026-06-02')).answer).toMatchObject({ alreadyRun: false, customers: CUSTOMERS + 1 });
  // A scheduler that makes up for missed days takes nothing back.
  expect(await run('--date', '2026-05-31')).toEqual({
    code: 0,
    answer: { asOf: '2026-05-31', alreadyRun: false, coveredBy: '2026-06-02' },
  });
}, 300_000);

test('training by a schedule says what it waits for, with an exit code that has it tried again', async () => {
  const train = ['train', '--promote-if-better', '--as-of', '2999-01-01'];
  const { code, stdout } = await staypower([...train, '--json'], { home });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ promoted: false, because: 'not-read', unread: [{ connectionId: 'csv' }] });
  expect((await staypower(train, { home })).stdout).toMatch(/"csv" was last read on .*staypower sync/);
}, 300_000);

test('export writes every customer once, and the same again in the place of the file before', async () => {
  const file = join(home, 'customers.csv');
  writeFileSync(file, 'of yesterday');
  const rows = CUSTOMERS + 1;
  expect(await exported(['--output', file])).toEqual({ file, table: 'customers', format: 'csv', rows });
  const first = readFileSync(file, 'utf8');
  const read = parse<Record<string, string>>(first, { columns: true });
  expect(new Set(read.map((row) => row['customer_id'])).size).toBe(rows);
  expect(read.filter((row) => row['lifecycle'] !== 'prospect' && row['clv_12m'] === '')).toEqual([]);
  await exported(['--output', file]);
  expect(readFileSync(file, 'utf8')).toBe(first);
  expect(readdirSync(home).filter((name) => name.startsWith('customers'))).toEqual(['customers.csv']);
}, 300_000);

test('a Parquet file has the rows of the CSV file with their types, in the eyes of another library', async () => {
  const parquet = join(home, 'customers.parquet');
  await exported(['--output', parquet]);
  const read = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
  const csv = parse<Record<string, string>>(readFileSync(join(home, 'customers.csv'), 'utf8'), { columns: true });
  const asText = (value: unknown, name: string) => {
    if (value === null) return '';
    if (value instanceof Date)
      return name.endsWith('_at') || name === 'known_since' ? value.toISOString() : value.toISOString().slice(0, 10);
    return name === 'revenue' ? Number(value).toFixed(3) : String(value);
  };
  expect(
    read.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value, name)]))),
  ).toEqual(csv);
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(parquet));
  expect(metadata.schema.find(({ name }) => name === 'revenue')).toMatchObject({ converted_type: 'DECIMAL', scale: 3 });
  expect(metadata.schema.find(({ name }) => name === 'as_of')).toMatchObject({ converted_type: 'DATE' });
  expect(metadata.key_value_metadata).toContainEqual({
    key: 'column.churn_probability',
    value: expect.stringContaining('0 to 1'),
  });
}, 300_000);

test('sales come out as they went in, and a table that is not there is named with those that are', async () => {
  const file = join(home, 'sales.parquet');
  expect(await exported(['--table', 'transactions', '--output', file])).toMatchObject({ rows: sales.length + 1 });
  const read = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
  expect(read.map((row) => Number(row['amount']).toFixed(2)).sort()).toEqual(
    [...sales.map(({ amount }) => amount), '10.00'].sort(),
  );
  const refused = await staypower(['export', '--table', 'sales', '--output', file], { home });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/transactions.*--list/) });
  const { tables } = await exported(['--list']);
  expect(tables).toContainEqual(expect.objectContaining({ name: 'transactions' }));
}, 300_000);
