import { mkdir } from 'node:fs/promises';
import { setImmediate as immediate } from 'node:timers/promises';
import { Mutex, PGlite } from '@electric-sql/pglite';
import type { Database, Sql } from '../../ports/database.ts';
import { lockFolder } from '../folder-lock.ts';
import { preparedQueries } from './pglite-statements.ts';
import { PARSERS } from './values.ts';

/** Serialisers that send parameters as text, as `pg` does, so that both drivers take the same values. */
const SERIALIZERS = { 20: String, 1082: String, 1184: String };

/**
 * Whole pages in the log of writes guard against pages that a power cut left half written; without fsync there is no such guard anyway,
 * and they are most of what an event writes. A kill would have to fall between the two halves of 4 kB of a page that is just being written:
 * about a microsecond for each page of a checkpoint, one kill in several hundred thousand. https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-FULL-PAGE-WRITES
 */
const SETTINGS = ['-c', 'full_page_writes=off'];

/**
 * Opens the embedded store in a folder: one process, safe against a crash of the process but not of the power (PGlite runs
 * without fsync). For trial and small books; production uses PostgreSQL.
 *
 * @throws StoreError when another live process holds the folder
 */
export async function openPglite(folder: string, schema: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder);
  try {
    const pg = await PGlite.create(`${folder}/data`, {
      parsers: PARSERS,
      serializers: SERIALIZERS,
      startParams: [...PGlite.defaultStartParams, ...SETTINGS],
    });
    await pg.exec(`create schema if not exists ${schema}`);
    await pg.exec(`set search_path to ${schema}`);
    await pg.exec("set work_mem to '64MB'");
    // There is one session: whoever has a transaction has it alone.
    const session = new Mutex();
    const statements = preparedQueries(pg);
    const breathe = breather();
    const sql: Sql = {
      query: async (text, parameters) => {
        await breathe();
        return statements.query(text, parameters);
      },
    };
    return {
      engine: 'pglite',
      schema,
      query: (text, parameters) => session.runExclusive(() => sql.query(text, parameters)),
      transaction: (work) => session.runExclusive(() => transaction(sql, statements.begin, work)),
      ...turns(),
      listen: async (channel, wake) => {
        const unlisten = await session.runExclusive(() => pg.listen(channel, wake));
        return () => session.runExclusive(() => unlisten());
      },
      close: () =>
        session.runExclusive(async () => {
          await pg.close();
          await lock.release();
        }),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function transaction<T>(sql: Sql, begin: () => void, work: (sql: Sql) => Promise<T>): Promise<T> {
  begin();
  try {
    const result = await work(sql);
    await sql.query('commit');
    return result;
  } catch (error) {
    await sql.query('rollback');
    throw error;
  }
}

/** Queries go on for so long before whoever else waits for the process has a turn. */
const BREATHE_EVERY_MS = 5;

/**
 * The embedded server answers without ever leaving the process: a batch, which is one query after another, would keep timers and
 * sockets waiting until it ends. Lets them have a turn now and then.
 */
function breather(): () => Promise<void> | undefined {
  let next = 0;
  return () => {
    const now = performance.now();
    if (now < next) return undefined;
    return immediate().then(() => {
      next = performance.now() + BREATHE_EVERY_MS;
    });
  };
}

/** The store is this process's alone, so that waiting for the work before is all it takes. */
function turns(): Pick<Database, 'exclusive' | 'holding'> {
  const last = new Map<string, Promise<unknown>>();
  const exclusive: Database['exclusive'] = (name, work) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, turn);
    const forget = () => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  };
  return {
    exclusive,
    holding: async (names, work) => {
      const held = names.filter((name) => !last.has(name));
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      for (const name of held) void exclusive(name, () => ended);
      try {
        return await work(held);
      } finally {
        end();
      }
    },
  };
}
