import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import type { ValueReport } from '../../core/scores/value-report.ts';
import { simulateBook } from '../support/book.ts';
import { staypower } from '../support/command.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const home = mkdtempSync(join(tmpdir(), 'staypower-train-'));
const train = (asOf: CalendarDay, ...args: readonly string[]) =>
  staypower(['train', '--as-of', asOf, ...args], { home });

beforeAll(async () => {
  const lines = simulateBook({ seed: 3, customers: 700, asOf: AS_OF }).flatMap(({ id, orders }) =>
    orders.map(({ day, amount }) => `${id},${day},${amount}`),
  );
  writeFileSync(join(home, 'orders.csv'), ['customer_id,date,amount', ...lines].join('\n'));
  writeFileSync(
    join(home, 'staypower.yaml'),
    'workspace: shop\nconnections:\n  - vendor: csv\n    settings:\n      transactions: { file: orders.csv }\n',
  );
  const pulled = await staypower(['sync', '--as-of', AS_OF], { home });
  expect(pulled.stderr + pulled.stdout).toMatch(/700 customers/);
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('staypower train', () => {
  test('says how the value model was chosen: the winner beside the losers and the naive rows', async () => {
    const { value } = JSON.parse((await train(AS_OF, '--json')).stdout) as { value: ValueReport };
    expect(value).toMatchObject({ chosenBy: 'backtest', fittedTo: 700, buyers: 700, judgedOn: 700 });
    expect(value.backtest.map(({ kind }) => kind)).toContain('naive');

    const { stdout, code } = await train(AS_OF);
    expect(code).toBe(0);
    expect(stdout).toContain(`Value is told by ${value.chosen}, fitted to 700 customers with a purchase.`);
    expect(stdout).toContain(`${value.chosen} *`);
    for (const name of ['bg-nbd', 'ensemble', 'rate-so-far (naive)']) expect(stdout).toContain(`\n${name}`);
  });

  test('says in a young book that the likeliest model had to do', async () => {
    const { stdout } = await train(addDays(AS_OF, -640));
    expect(stdout).toMatch(/Value is told by [a-z-]+, fitted to \d+ customers with a purchase\.\n/);
    expect(stdout).toMatch(/Note: The value model is the likeliest/);
  });
});
