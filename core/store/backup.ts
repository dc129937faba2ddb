import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { StoreError } from '../domain/errors.ts';
import type { Database, Sql } from '../ports/database.ts';
import { firstFilled, insertPage, keepSequences, pagesOf, sequenceValues, tablesOf } from './whole-tables.ts';

/** First line of a backup. */
interface Header {
  staypower: 'backup';
  format: 1;
  /** Migrations that the store had run. */
  migrations: readonly { number: number; name: string; hash: string }[];
  sequences: Readonly<Record<string, string>>;
}

const FORMAT = 1;

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
    for await (const page of pagesOf(sql, table)) {
      yield `{"table":${JSON.stringify(table)},"rows":[${page.join(',')}]}\n`;
      onRows(table, page.length);
    }
  }
}

/**
 * Puts a backup into a workspace that is empty. All of it or nothing.
 *
 * @returns rows restored
 * @throws StoreError when the workspace is not empty, the file is no backup, or it was made by a newer version
 */
export async function restore(database: Database, path: string, onRows?: OnRows): Promise<number> {
  let rows = 0;
  const fill = async (sql: Sql, unpacked: AsyncIterable<Buffer>) => {
    let header: Header | null = null;
    for await (const line of linesIn(unpacked)) {
      if (header === null) {
        header = headerOf(line, path);
        await assertFits(sql, header);
        continue;
      }
      const { table, rows: page } = JSON.parse(line) as { table: string; rows: readonly unknown[] };
      if (!(await tablesOf(sql)).includes(table)) throw notABackup(path, `unknown table ${table}`);
      await insertPage(sql, table, JSON.stringify(page));
      rows += page.length;
      onRows?.(table, rows);
    }
    if (header === null) throw notABackup(path, 'it is empty');
    await keepSequences(sql, header.sequences);
  };
  try {
    // The file is opened once the transaction has begun, which may be late.
    await database.transaction((sql) =>
      pipeline(createReadStream(path), createGunzip(), (unpacked: AsyncIterable<Buffer>) => fill(sql, unpacked)),
    );
    return rows;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw notABackup(path, error instanceof Error ? error.message : String(error));
  }
}

/** Lines of a text that comes in pieces; an empty last one is none. */
async function* linesIn(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let begun = '';
  for await (const piece of pieces) {
    const lines = (begun + decoder.decode(piece, { stream: true })).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
  }
  begun += decoder.decode();
  if (begun !== '') yield begun;
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
  if ((await firstFilled(sql)) !== null) {
    throw new StoreError(
      'The workspace is not empty. Restore into a new one (--workspace NAME), or into an empty STAYPOWER_HOME or database.',
      { retry: 'never' },
    );
  }
}

function notABackup(path: string, why: string): StoreError {
  return new StoreError(`${path} cannot be restored: ${why}. Give a file written by "staypower backup".`, {
    retry: 'never',
  });
}
