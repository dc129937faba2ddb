import pg from 'pg';
import type { Database, Sql } from '../../ports/database.ts';
import { createHolds } from './postgres-holds.ts';
import { listenFor } from './postgres-listen.ts';
import { PARSERS } from './values.ts';

/**
 * Applied to every connection before its first query. A page at random costs little more than the next one on today's disks (PostgreSQL's
 * own default is for turning ones): else a queue of which the statistics know little is sorted as a whole to have its first rows.
 * https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-RANDOM-PAGE-COST
 */
const SETTINGS = '-c random_page_cost=1.1';

/** Opens a workspace's schema on a PostgreSQL server. Many processes may share it. */
export async function openPostgres(databaseUrl: string, schema: string): Promise<Database> {
  const options: pg.PoolConfig = {
    connectionString: databaseUrl,
    max: 8,
    options: `-c search_path=${schema} ${SETTINGS}`,
    types: { getTypeParser: parserOf } as pg.CustomTypesConfig,
  };
  const pool = new pg.Pool(options);
  // A connection that the server closes is replaced, whether it was idle or in the middle of a transaction, which then fails; without
  // a listener it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await createSchema(pool, schema);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const holds = createHolds(options, schema);
  const runner = (client: pg.Pool | pg.PoolClient): Sql => ({
    query: async <Row extends object>(text: string, parameters: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>({ text, values: [...parameters], ...named(text) })).rows,
    notify: async (channel) => {
      await client.query('select pg_notify($1, $2)', [channel, '']);
    },
  });
  return {
    engine: 'postgres',
    schema,
    ...runner(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const result = await work(runner(client));
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        // A connection that cannot even roll back is thrown away with whatever it had begun.
        await client.query('rollback').then(
          () => client.release(),
          (failure: Error) => client.release(failure),
        );
        throw error;
      }
    },
    exclusive: async (name, work) => {
      // A session's advisory lock on a connection of its own: it ends with the process, so that nothing waits for the dead.
      const client = new pg.Client(options);
      client.on('error', () => undefined);
      await client.connect();
      try {
        await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`${schema}/${name}`]);
        return await work();
      } finally {
        await client.end();
      }
    },
    listen: (channel, wake) => listenFor(options, channel, wake),
    holding: holds.holding,
    close: async () => {
      await holds.close();
      await pool.end();
    },
  };
}

/** PostgreSQL's IF NOT EXISTS is no protection against another process that creates the same at the same moment; a lock is. */
async function createSchema(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${schema}/create`]);
    await client.query(`create schema if not exists ${schema}`);
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Inserts of a single row: the texts are few and short, and their one plan fits all values. */
const SINGLE_ROW = /^\s*insert into \w+ \([^)]*\)\s+values\b/;
const names = new Map<string, string>();

/**
 * The name under which a connection keeps a statement prepared: parsing and planning an insert costs more than its execution. Other
 * statements are planned for their values, as PostgreSQL does for those without a name.
 */
function named(text: string): { name?: string } {
  if (!SINGLE_ROW.test(text)) return {};
  const name = names.get(text) ?? `insert-${names.size + 1}`;
  names.set(text, name);
  return { name };
}

function parserOf(oid: number, format?: string): unknown {
  const parser = PARSERS[oid];
  return parser && format !== 'binary' ? parser : pg.types.getTypeParser(oid, format as 'text');
}
