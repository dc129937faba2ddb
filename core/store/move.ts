import { StoreError } from '../domain/errors.ts';
import type { Database, Sql } from '../ports/database.ts';
import { firstFilled, insertPage, keepSequences, pagesOf, sequenceValues, tablesOf } from './whole-tables.ts';

/** What a table came to in both stores. */
export interface MovedTable {
  table: string;
  rows: number;
  /** Sum over the rows of 60 bits of each one's MD5: the same for the same rows in any order. */
  hash: string;
}

/**
 * Copies a workspace from one store into another that is empty: one moment of the one, one commit in the other, and that only when every
 * table has the same number of rows and the same hash in both. Nothing is taken away from the first; a move that failed is repeated.
 *
 * @throws StoreError when the target is not empty, its schema is another, or what arrived is not what was sent
 */
export function moveStore(
  source: Database,
  target: Database,
  onRows?: (table: string, rows: number) => void,
): Promise<readonly MovedTable[]> {
  return source.transaction(async (from) => {
    await from.query('set transaction isolation level repeatable read, read only');
    return target.transaction(async (to) => {
      // Instants as text depend on it.
      for (const sql of [from, to]) await sql.query("set local time zone 'UTC'");
      await assertFits(from, to);
      const moved: MovedTable[] = [];
      let rows = 0;
      for (const table of await tablesOf(from)) {
        for await (const page of pagesOf(from, table)) {
          await insertPage(to, table, `[${page.join(',')}]`);
          rows += page.length;
          onRows?.(table, rows);
        }
        const [sent, arrived] = [await summaryOf(from, table), await summaryOf(to, table)];
        if (sent.rows !== arrived.rows || sent.hash !== arrived.hash) {
          throw new StoreError(
            `${table} has ${sent.rows} rows (hash ${sent.hash}) and would have ${arrived.rows} (hash ${arrived.hash}) after the move. Nothing was moved; report this with the versions of both stores.`,
            { retry: 'never' },
          );
        }
        moved.push(sent);
      }
      await keepSequences(to, await sequenceValues(from));
      return moved;
    });
  });
}

async function assertFits(from: Sql, to: Sql): Promise<void> {
  const filled = await firstFilled(to);
  if (filled !== null) {
    throw new StoreError(
      `The workspace on the target is not empty (table ${filled}). If an earlier move ended there, set DATABASE_URL and go on; else choose another database.`,
      { retry: 'never' },
    );
  }
  const versions = (sql: Sql) => sql.query('select number, hash from migrations order by number');
  if (JSON.stringify(await versions(from)) !== JSON.stringify(await versions(to))) {
    throw new StoreError('The two stores have different schemas. Open both with this version of Staypower first.', {
      retry: 'never',
    });
  }
}

async function summaryOf(sql: Sql, table: string): Promise<MovedTable> {
  const [row] = await sql.query<{ rows: number; hash: string }>(
    `select count(*)::int as rows,
            coalesce(sum(('x' || substr(md5(to_jsonb(t)::text), 1, 15))::bit(60)::bigint), 0)::text as hash from ${table} t`,
  );
  return { table, rows: row?.rows ?? 0, hash: row?.hash ?? '0' };
}
