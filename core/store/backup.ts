import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { StoreError } from '../domain/errors.ts';
import type { Database, Sql } from '../ports/database.ts';

/** First line of a backup. */
interface Header {
  staypower: 'backup';
  format: 1;
  /** Migrations that the store had run. */
  migrations: readonly { number: number; name: string; hash: string }[];
  sequences: Readonly<Record<string, string>>;
}

const FORMAT = 1;
const ROWS_PER_READ = 2_000;

/** Tells how far a backup or restore is. */
export type OnRows = (table: string, rows: number) => void;

/**
 * Writes all of a workspace to one file: gzipped JSON lines, the same from either store, so that it can be restored into either.
 * One consistent moment; the file appears under its name only when it is complete.
 *
 * @returns rows written
 */
export async function backup(database: Database, path: string, onRows?: OnRows): Promise<number> {
  const partial = `${path}.part`;
  let rows = 0;
  try {
    await database.transaction(async (sql) => {
      await sql.query('set transaction isolation level repeatable read, read only');
      const lines = linesOf(sql, (table, count) => {
        rows += count;
        onRows?.(table, rows);
      });
      await pipeline(Readable.from(lines), createGzip(), createWriteStream(partial, { mode: 0o600 }));
    });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return rows;
}

async function* linesOf(sql: Sql, onRows: OnRows): AsyncGenerator<string> {
  const header: Header = {
    staypower: 'backup',
    format: FORMAT,
    migrations: await sql.query('select number, name, hash from migrations order by number'),
    sequences: await sequenceValues(sql),
  };
  yield `${JSON.stringify(header)}\n`;
  for (const table of await tablesOf(sql)) {
    await sql.query(`declare backup_rows no scroll cursor for select to_jsonb(t)::text as row from ${table} t`);
    for (;;) {
      const page = await sql.query<{ row: string }>(`fetch ${ROWS_PER_READ} from backup_rows`);
      if (page.length === 0) break;
      yield `{"table":${JSON.stringify(table)},"rows":[${page.map(({ row }) => row).join(',')}]}\n`;
      onRows(table, page.length);
    }
    await sql.query('close backup_rows');
  }
}

/**
 * Puts a backup into a workspace that is empty. All of it or nothing.
 *
 * @returns rows restored
 * @throws StoreError when the workspace is not empty, the file is no backup, or it was made by a newer version
 */
export async function restore(database: Database, path: string, onRows?: OnRows): Promise<number> {
  const input = createReadStream(path);
  const lines = createInterface({ input: input.pipe(createGunzip()), crlfDelay: Number.POSITIVE_INFINITY });
  let rows = 0;
  try {
    // An error of the file itself reaches the loop below only through the iterator.
    const failed = new Promise<never>((_, reject) => input.once('error', reject));
    failed.catch(() => undefined);
    await Promise.race([
      failed,
      database.transaction(async (sql) => {
        let header: Header | null = null;
        for await (const line of lines) {
          if (header === null) {
            header = headerOf(line, path);
            await assertFits(sql, header);
            continue;
          }
          const { table, rows: page } = JSON.parse(line) as { table: string; rows: readonly unknown[] };
          if (!(await tablesOf(sql)).includes(table)) throw notABackup(path, `unknown table ${table}`);
          const columns = await columnsOf(sql, table);
          await sql.query(
            `insert into ${table} (${columns}) overriding system value
             select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
            [JSON.stringify(page)],
          );
          rows += page.length;
          onRows?.(table, rows);
        }
        if (header === null) throw notABackup(path, 'it is empty');
        for (const [name, value] of Object.entries(header.sequences)) {
          await sql.query('select setval($1::regclass, $2::bigint)', [name, value]);
        }
      }),
    ]);
    return rows;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw notABackup(path, error instanceof Error ? error.message : String(error));
  } finally {
    lines.close();
    input.destroy();
  }
}

function headerOf(line: string, path: string): Header {
  const header = JSON.parse(line) as Partial<Header>;
  if (header.staypower !== 'backup') throw notABackup(path, 'its first line is not that of a backup');
  if (header.format !== FORMAT) {
    throw new StoreError(
      `${path} has format ${header.format}; this version reads format ${FORMAT}. Update Staypower.`,
      {
        retry: 'never',
      },
    );
  }
  return header as Header;
}

async function assertFits(sql: Sql, header: Header): Promise<void> {
  const known = await sql.query<{ number: number }>('select number from migrations');
  const newer = header.migrations.find(({ number }) => !known.some((each) => each.number === number));
  if (newer) {
    throw new StoreError(
      `The backup has migration ${newer.number} (${newer.name}), which this version does not know. Update Staypower, then restore.`,
      { retry: 'never' },
    );
  }
  for (const table of await tablesOf(sql)) {
    const [row] = await sql.query(`select 1 from ${table} limit 1`);
    if (row) {
      throw new StoreError(
        'The workspace is not empty. Restore into a new one (--workspace NAME), or into an empty STAYPOWER_HOME or database.',
        { retry: 'never' },
      );
    }
  }
}

/** Tables of the workspace but for the list of migrations, which the store keeps itself. Names come from the catalogue. */
async function tablesOf(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'migrations' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** Columns of a table that can be given, as a list in SQL: generated ones follow from the others. */
async function columnsOf(sql: Sql, table: string): Promise<string> {
  const rows = await sql.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name).join(', ');
}

async function sequenceValues(sql: Sql): Promise<Record<string, string>> {
  const rows = await sql.query<{ name: string; value: bigint | null }>(
    `select sequencename as name, last_value as value from pg_sequences where schemaname = current_schema() and last_value is not null`,
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, String(value)]));
}

function notABackup(path: string, why: string): StoreError {
  return new StoreError(`${path} cannot be restored: ${why}. Give a file written by "staypower backup".`, {
    retry: 'never',
  });
}
