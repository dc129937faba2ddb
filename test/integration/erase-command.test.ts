import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { staypower } from '../support/command.ts';

const home = mkdtempSync(join(tmpdir(), 'staypower-erase-'));
const ADA = 'ada@people.example';
const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await staypower([...args, '--json'], { home });
  if (stdout === '') throw new Error(`expected JSON of ${args.join(' ')}, got: ${stderr}`);
  return { code, json: JSON.parse(stdout), stderr };
};

const rows = [`1,${ADA},2026-01-05,10.00`, '2,eve@people.example,2026-02-05,20.00'];
/** Imports the rows so far: a file that is as before would not be read again. */
function importOrders() {
  writeFileSync(join(home, 'orders.csv'), ['customer_id,email,date,amount', ...rows, ''].join('\n'));
  return run('import', join(home, 'orders.csv'));
}

beforeAll(async () => {
  expect((await importOrders()).code).toBe(0);
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('a person is exported, erased with a receipt that stands for them alone, kept out of the next import, and let in again', async () => {
  expect((await run('erase', 'nobody@people.example')).json.error.code).toBe('data');
  // What was imported and not yet recognised is found as well.
  const dry = await run('erase', ADA, '--dry-run');
  expect(dry.json.rows.source_records).toBe(2);
  const held = await run('export-person', ADA);
  expect(JSON.stringify(held.json.tables)).toContain(ADA);
  expect(JSON.stringify(held.json.tables)).not.toContain('eve@people.example');

  const receiptFile = join(home, 'receipt.json');
  const erased = await run('erase', ADA, '--out', receiptFile);
  expect([erased.code, erased.json.receipt.removed.source_records]).toEqual([0, 2]);
  expect(readFileSync(receiptFile, 'utf8') + erased.stderr).not.toContain(ADA);

  expect((await run('erase', '--verify', receiptFile, '--email', ADA)).json.valid).toBe(true);
  expect((await run('erase', '--verify', receiptFile, '--email', 'eve@people.example')).code).toBe(1);
  writeFileSync(receiptFile, readFileSync(receiptFile, 'utf8').replace('"operator"', '"somebody"'));
  expect((await run('erase', '--verify', receiptFile)).json.error.message).toContain('signature');

  rows.push('2,eve@people.example,2026-03-05,20.00');
  await importOrders();
  expect((await run('erase', ADA, '--dry-run')).json.error.code).toBe('data');
  expect((await run('erase', ADA, '--readmit')).json).toEqual({ readmitted: 1 });
  rows.push('2,eve@people.example,2026-04-05,20.00');
  await importOrders();
  expect((await run('erase', ADA, '--dry-run')).json.rows.source_records).toBe(2);
}, 300_000);
