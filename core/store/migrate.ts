import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../domain/errors.ts';
import type { Database } from '../ports/database.ts';

/** The folder of the product's migrations. */
export const MIGRATIONS_FOLDER = join(import.meta.dirname, 'migrations');

interface Migration {
  number: number;
  name: string;
  hash: string;
  statements: readonly string[];
}

/** Splits a migration into statements: they end with a semicolon at the end of a line. Comment lines are left out. */
export function splitStatements(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Brings a schema up to date: runs each numbered file once, in order, each in a transaction of its own together with its record.
 * Forward only. Throws StoreError for a schema newer than this program, and for a file that was changed after it ran.
 */
export async function migrate(database: Database, folder: string = MIGRATIONS_FOLDER): Promise<void> {
  const known = await readMigrations(folder);
  await database.transaction(async (sql) => {
    // IF NOT EXISTS alone fails when two processes create the table at the same moment.
    await sql.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || '/migrate', 0))");
    await sql.query(
      'create table if not exists migrations (number integer not null primary key, name text not null, hash text not null)',
    );
  });
  const done = await database.query<{ number: number; name: string; hash: string }>(
    'select * from migrations order by number',
  );
  for (const row of done) {
    const migration = known.find((candidate) => candidate.number === row.number);
    if (!migration) {
      throw new StoreError(
        `The store has migration ${row.number} (${row.name}), which this version does not know. Update Staypower, or restore a backup made by this version.`,
        { retry: 'never' },
      );
    }
    if (migration.hash !== row.hash) {
      throw new StoreError(
        `Migration ${row.number} (${row.name}) was changed after it ran. Undo the change and add a new file.`,
        {
          retry: 'never',
        },
      );
    }
  }
  for (const migration of known.filter((candidate) => !done.some((row) => row.number === candidate.number))) {
    await database.transaction(async (sql) => {
      // Of two processes that start at once, one migrates and the other waits here and then finds it done.
      await sql.query('lock table migrations in exclusive mode');
      const [ran] = await sql.query('select 1 from migrations where number = $1', [migration.number]);
      if (ran) return;
      for (const statement of migration.statements) await sql.query(statement);
      await sql.query('insert into migrations (number, name, hash) values ($1, $2, $3)', [
        migration.number,
        migration.name,
        migration.hash,
      ]);
    });
  }
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((name) => /^\d{3}-.*\.sql$/.test(name)).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      return {
        number: Number(file.slice(0, 3)),
        name: file.slice(4, -4),
        hash: createHash('sha256').update(text).digest('hex'),
        statements: splitStatements(text),
      };
    }),
  );
}
