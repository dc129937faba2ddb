import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../core/ports/database.ts';
import { openStore } from '../../core/store/open.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { testStore } from './test-store.ts';

let server: PostgresServer;
const opened = new Set<string>();
/** Apart from other runs on the same server. */
const run = `t${process.pid}_`;
const urlOf = () => ('url' in server ? server.url : '');

async function open(workspace: string, migrationsFolder?: string): Promise<Database> {
  opened.add(`ws_${run}${workspace}`);
  return openStore({ databaseUrl: urlOf(), folder: '', workspace: `${run}${workspace}` }, migrationsFolder);
}

async function dropSchemas(): Promise<void> {
  if (!('url' in server)) return;
  const database = await open('last');
  for (const schema of opened) await database.query(`drop schema if exists ${schema} cascade`);
  await database.close();
}

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  if (!('url' in server)) return;
  await dropSchemas();
  await server.stop();
});

testStore('PostgreSQL', async () => ('missing' in server ? server : { open, close: async () => undefined }));

describe('PostgreSQL shared by processes', () => {
  it('is opened by several at once, and migrated by one of them', async ({ skip }) => {
    if ('missing' in server) skip(server.missing);
    const databases = await Promise.all(Array.from({ length: 6 }, () => open('race')));
    const numbers = await databases[0]?.query<{ number: number }>('select number from migrations order by number');
    expect(numbers?.map(({ number }) => number)).toEqual(numbers?.map((_, index) => index + 1));
    expect(numbers?.length).toBeGreaterThan(0);
    await Promise.all(databases.map((database) => database.close()));
  });

  it('keeps inserts of a single row prepared, and plans everything else for its values', async ({ skip }) => {
    if ('missing' in server) skip(server.missing);
    const database = await open('prepared');
    const prepared = await database.transaction(async (sql) => {
      for (const name of ['one', 'two', 'three']) {
        await sql.query('insert into settings (name, value) values ($1, $2::jsonb)', [name, '1']);
        await sql.query('select value from settings where name = $1', [name]);
      }
      return sql.query<{ statement: string; uses: number }>(
        `select statement, (generic_plans + custom_plans)::int as uses from pg_prepared_statements
         where statement like '%settings%' and statement not like '%pg_%'`,
      );
    });
    expect(prepared).toEqual([{ statement: 'insert into settings (name, value) values ($1, $2::jsonb)', uses: 3 }]);
    await database.close();
  });

  it('lets exclusive work of one wait for that of another, and wakes the other’s listener', async ({ skip }) => {
    if ('missing' in server) skip(server.missing);
    const [a, b] = await Promise.all([open('pair'), open('pair')]);
    const order: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const first = a.exclusive('x', async () => {
      order.push('a in');
      entered();
      await held;
      order.push('a out');
    });
    await inside;
    const second = b.exclusive('x', async () => {
      order.push('b in');
    });
    await b.exclusive('another name', async () => {
      order.push('b elsewhere');
    });
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['a in', 'b elsewhere', 'a out', 'b in']);

    await a.holding(['y', 'z'], async (held) => {
      expect(held).toEqual(['y', 'z']);
      expect(await b.holding(['w', 'z'], async (free) => free)).toEqual(['w']);
    });
    expect(await b.holding(['w', 'z'], async (free) => free)).toEqual(['w', 'z']);

    let stop: () => Promise<void> = async () => undefined;
    const heard = new Promise<void>((resolve, reject) => {
      b.listen('pair_channel', resolve).then((given) => {
        stop = given;
        return a.notify('pair_channel');
      }, reject);
    });
    await heard;
    // A listener whose connection the server ended opens another, and looks for what it did not hear.
    const missed = new Promise<void>((resolve, reject) => {
      b.listen('pair_channel', resolve).then(async (stopSecond) => {
        await a.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %pair_channel%' and pid <> pg_backend_pid()",
        );
        await missed.then(stopSecond);
      }, reject);
    });
    await missed;
    await stop();
    await Promise.all([a.close(), b.close()]);
  });
});
