import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, expect, test } from 'vitest';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { simulateBook } from '../support/book.ts';
import { staypower } from '../support/command.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const CUSTOMERS = 60;
const home = mkdtempSync(join(tmpdir(), 'staypower-export-'));
const file = join(home, 'scores.csv');
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('export refuses a workspace in which nobody is scored, and leaves no file', async () => {
  writeFileSync(
    join(home, 'staypower.yaml'),
    'workspace: shop\nconnections:\n  - vendor: csv\n    settings:\n      transactions: { file: orders.csv }\n',
  );
  const { code, stderr } = await staypower(['export', '--output', file], { home });
  expect(code).not.toBe(0);
  expect(stderr).toContain('staypower run');
  expect(readdirSync(home).filter((name) => name.startsWith('scores'))).toEqual([]);
}, 60_000);

test('export writes every customer once, and the same again in the place of the file before', async () => {
  const lines = simulateBook({ seed: 3, customers: CUSTOMERS, asOf: AS_OF }).flatMap(({ id, orders }) =>
    orders.map(({ day, amount }) => `${id},${day},${amount}`),
  );
  writeFileSync(join(home, 'orders.csv'), ['customer_id,date,amount', ...lines].join('\n'));
  expect((await staypower(['run', '--as-of', AS_OF], { home })).code).toBe(0);
  writeFileSync(file, 'of yesterday');
  const { stdout, code } = await staypower(['export', '--output', file, '--json'], { home });
  expect({ code, answer: JSON.parse(stdout) as unknown }).toEqual({ code: 0, answer: { file, customers: CUSTOMERS } });
  const first = readFileSync(file, 'utf8');
  const rows = parse<Record<string, string>>(first, { columns: true });
  expect(new Set(rows.map((row) => row['customerId'])).size).toBe(CUSTOMERS);
  expect(rows.every((row) => row['asOf'] === AS_OF)).toBe(true);
  expect((await staypower(['export', '--output', file], { home })).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(first);
  expect(readdirSync(home).filter((name) => name.startsWith('scores'))).toEqual(['scores.csv']);
}, 60_000);
