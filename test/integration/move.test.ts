import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { cycle } from '../../core/pipeline/cycle.ts';
import type { Database } from '../../core/ports/database.ts';
import { moveStore } from '../../core/store/move.ts';
import { openStore } from '../../core/store/open.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { emptyTables, openTempStore, type TempStore } from '../support/store.ts';

const asOf = calendarDay('2026-03-01');
const clock = fakeClock('2026-03-01T08:00:00Z');
const crm = fakeConnector('crm');
let server: PostgresServer;
let source: TempStore;
let target: Database;

const workspaceOf = (database: Database) => ({
  name: 'test',
  database,
  connectors: [crm],
  playbooks: [],
  timeZone: 'UTC',
  currency: 'USD',
  clock,
});

beforeAll(async () => {
  server = await startPostgres();
  if ('missing' in server) return;
  source = await openTempStore();
  crm.feed(...recordsOf(simulateBook({ seed: 3, customers: 60, asOf })));
  await cycle(workspaceOf(source.database), { asOf });
  target = await openStore({ databaseUrl: server.url, folder: '', workspace: `move_${process.pid}` });
}, 120_000);

afterAll(async () => {
  if ('missing' in server) return;
  await target.query(`drop schema ${target.schema} cascade`);
  await target.close();
  await source.close();
  await server.stop();
});

describe('moving a workspace to PostgreSQL', () => {
  test('is refused, and leaves the target as it was, where it is not empty', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    await target.query(`insert into settings (name, value) values ('mine', '1')`);
    await expect(moveStore(source.database, target)).rejects.toThrow(/not empty \(table settings\)/);
    expect(await target.query('select name from settings')).toEqual([{ name: 'mine' }]);
    await emptyTables(target);
  });

  test('moves nothing when a row arrives otherwise than it was sent', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    await target.query(
      `create function spoil() returns trigger language plpgsql as 'begin new.name = upper(new.name); return new; end'`,
    );
    await target.query('create trigger spoil before insert on customers for each row execute function spoil()');
    await expect(moveStore(source.database, target)).rejects.toThrow(/customers has 60 rows .* Nothing was moved/);
    expect(await target.query('select 1 as one from source_records')).toEqual([]);
    await target.query('drop trigger spoil on customers');
  });

  test('gives the same rows in every table, and the next cycle there has nothing to do', async ({ skip }) => {
    if ('missing' in server) return skip(server.missing);
    const tables = await moveStore(source.database, target);
    expect(Object.fromEntries(tables.map(({ table, rows }) => [table, rows]))).toMatchObject({
      customers: 60,
      scores: 60,
    });
    const scores = 'select customer_id, scored_at, score, stats from scores order by 1';
    expect(await target.query(scores)).toEqual(await source.database.query(scores));
    crm.feed();
    const again = await cycle(workspaceOf(target), { asOf });
    expect({ pulled: again.pulled, written: again.recordsWritten }).toEqual({ pulled: 0, written: 0 });
    const [seq] = await target.query<{ next: bigint }>(`select nextval('landed_seq') as next`);
    const [last] = await source.database.query<{ last: bigint }>('select last_value as last from landed_seq');
    expect(seq?.next).toBe((last?.last ?? 0n) + 1n);
  });
});
