import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatedOrder, readTransactionsFile } from '../../connectors/csv/index.ts';
import { Occurrences } from '../../connectors/csv/occurrences.ts';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { DataError } from '../../core/domain/errors.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staypower-orders-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function collect(orders: AsyncIterable<DatedOrder>): Promise<readonly DatedOrder[]> {
  const all: DatedOrder[] = [];
  for await (const order of orders) all.push(order);
  return all;
}

async function ordersIn(content: string | Buffer, columns: Record<string, string> = {}) {
  const path = join(folder, 'orders.csv');
  await writeFile(path, content);
  return collect(readTransactionsFile(path, { columns }));
}

describe('orders of a file for an evaluation', () => {
  it('are refused at the first row that cannot be used, naming it', async () => {
    const faults: readonly (readonly [string, string])[] = [
      ['2,2026-13-01,5', 'row 3, field date'],
      ['2,2026-01-01,five', 'row 3, field amount'],
      ['2,2026-01-01,-1', 'row 3, field amount'],
      [' ,2026-01-01,1', 'row 3, field customer_id'],
      ['2,2026-01-01', 'row 3, field row'],
      ['2,"2026"-01-01,5', 'row 3, field date'],
    ];
    for (const [row, where] of faults) {
      const reading = ordersIn(`customer_id,date,amount\n1,2026-01-01,5\n${row}\n`);
      await expect(reading).rejects.toThrow(DataError);
      await expect(reading).rejects.toThrow(where);
    }
  });

  it('are refused from a day that is yet to come', async () => {
    const path = join(folder, 'planned.csv');
    await writeFile(path, 'customer_id,date,amount\n1,2026-01-01,5\n1,2026-01-02,5\n');
    const until = (today: string) => collect(readTransactionsFile(path, { today: calendarDay(today) }));
    expect(await until('2026-01-02')).toHaveLength(2);
    await expect(until('2026-01-01')).rejects.toThrow('row 3, field date: expected a day up to today, 2026-01-01');
  });

  it('are refused when there are none, or no column for them', async () => {
    await expect(ordersIn('customer_id,date,amount\n')).rejects.toThrow('at least one order');
    await expect(ordersIn('customer_id,date\n1,2026-01-01\n')).rejects.toThrow('amount');
    await expect(collect(readTransactionsFile(join(folder, 'absent.csv')))).rejects.toThrow('ENOENT');
  });

  it('are refused by the name of the file, not of a row, where all of it is at fault', async () => {
    const [orders, absent] = [join(folder, 'orders.csv'), join(folder, 'absent.csv')];
    const said = (error: unknown) => (error instanceof Error ? error.message : '');
    expect(await ordersIn('').catch(said)).toContain(`${orders}: expected a CSV file`);
    expect(await ordersIn('customer_id,date,amount\n').catch(said)).toContain(`${orders}: expected at least one order`);
    expect(await collect(readTransactionsFile(absent)).catch(said)).toContain(`${absent}: expected a file`);
  });

  it('come with day and number, zero orders included, gzip or not, under mapped columns', async () => {
    const expected = [
      { customerId: '0001', day: '1997-01-01', amount: 29.33 },
      { customerId: '0001', day: '1997-01-02', amount: 0 },
    ];
    expect(await ordersIn('customer_id,date,amount\n0001,1997-01-01,29.33\n0001,19970102,0\n')).toMatchObject(expected);
    const mapped = gzipSync('Id,Date,Price,more\n0001,1997-01-01,29.33,x\n0001,1997-01-02T23:59:59Z,0.00,\n');
    expect(await ordersIn(mapped, { customerId: 'Id', date: 'Date', amount: 'Price' })).toMatchObject(expected);
  });

  it('are all of CDNOW’s sample, its zero orders included', async ({ skip }) => {
    const path = resolve('../shared/data/cdnow_sample.csv');
    skip(!existsSync(path), 'the sample is not on this machine');
    const orders = await collect(readTransactionsFile(path));
    expect(orders).toHaveLength(6_919);
    expect(new Set(orders.map(({ customerId }) => customerId)).size).toBe(2_357);
    expect(orders.filter(({ amount }) => amount === 0).length).toBeGreaterThan(0);
  });
});

describe('occurrences of equal rows', () => {
  it('are counted through every growth of the table', () => {
    const seen = new Occurrences();
    const counts = new Map<string, number>();
    for (let index = 0; index < 60_000; index++) {
      const text = `row ${(index * 7_919) % 23_456}`;
      expect(seen.next(text)).toBe(counts.get(text) ?? 0);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  });
});
