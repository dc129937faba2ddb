import { mkdir } from 'node:fs/promises';
import { setImmediate as immediate } from 'node:timers/promises';
import { Mutex, PGlite } from '@electric-sql/pglite';
import type { Database, Sql } from '../../ports/database.ts';
import { lockFolder } from '../folder-lock.ts';
import { preparedQueries } from './pglite-statements.ts';
import { PARSERS } from './values.ts';

/** Serialisers that send parameters as text, as `pg` does, so that both drivers take the same values. */
const SERIALIZERS = { 20: String, 1082: String, 1184: String };
/** Bytes come as hexadecimal text, which PGlite reads a pair at a time. */
const BYTES = { 17: (text: string) => Buffer.from(text.slice('\\x'.length), 'hex') };

/**
 * Whole pages in the log of writes guard against pages that a power cut left half written; without fsync there is no such guard anyway,
 * and they are most of what an event writes. A kill would have to fall between the two halves of 4 kB of a page that is just being written:
 * about a microsecond for each page of a checkpoint, one kill in several hundred thousand. https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-FULL-PAGE-WRITES
 *
 * What costs what is told as it is here: pages are in memory, and the processor is slow. As PostgreSQL has it by itself, a list of keys
 * would have most statements planned anew each time, which takes as long as running them.
 * https://www.postgresql.org/docs/current/runtime-config-query.html#RUNTIME-CONFIG-QUERY-CONSTANTS
 */
const SETTINGS = ['-c', 'full_page_writes=off', '-c', 'random_page_cost=1.1', '-c', 'cpu_operator_cost=0.02'];

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
      parsers: { ...PARSERS, ...BYTES },
      serializers: SERIALIZERS,
      startParams: [...PGlite.defaultStartParams, ...SETTINGS],
    });
    await pg.exec(`create schema if not exists ${schema}`);
    await pg.exec(`set search_path to ${schema}`);
    await pg.exec("set work_mem to '64MB'");
    // There is one session: whoever has a transaction has it alone.
    const session = new Mutex();
    const statements = preparedQueries(pg);
    const listeners = createListeners();
    const breathe = breather();
    const query: Sql['query'] = async (text, parameters) => {
      await breathe();
      return statements.query(text, parameters);
    };
    return {
      engine: 'pglite',
      schema,
      query: (text, parameters) => session.runExclusive(() => query(text, parameters)),
      notify: async (channel) => listeners.tell(channel),
      transaction: async (work) => {
        const told = new Set<string>();
        const sql: Sql = {
          query,
          notify: async (channel) => {
            told.add(channel);
          },
        };
        const result = await session.runExclusive(() => transaction(sql, statements.begin, work));
        for (const channel of told) listeners.tell(channel);
        return result;
      },
      ...turns(),
      listen: listeners.listen,
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

async function transaction<T>(sql: Sql, begin: () => Promise<void>, work: (sql: Sql) => Promise<T>): Promise<T> {
  await begin();
  try {
    const result = await work(sql);
    await sql.query('commit');
    return result;
  } catch (error) {
    await sql.query('rollback');
    throw error;
  }
}

/** Whoever listens is in this process: nobody else has the store. */
function createListeners(): Pick<Database, 'listen'> & { tell: (channel: string) => void } {
  const waking = new Map<string, Set<() => void>>();
  return {
    tell: (channel) => {
      // After whatever tells of it has gone on.
      for (const wake of waking.get(channel) ?? []) queueMicrotask(wake);
    },
    listen: async (channel, wake) => {
      // A name of its own: one function may be told of twice.
      const told = () => wake();
      const together = waking.get(channel) ?? new Set();
      waking.set(channel, together.add(told));
      return async () => {
        together.delete(told);
      };
    },
  };
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
