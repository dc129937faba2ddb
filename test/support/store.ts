import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, Sql } from '../../core/ports/database.ts';
import { openStore } from '../../core/store/open.ts';

/** A store of its own that goes away when it is closed. */
export interface TempStore {
  database: Database;
  folder: string;
  close(): Promise<void>;
}

/** Opens an embedded store in a new folder under the system's temporary folder: an empty one, or a copy of a closed one of the workspace. */
export async function openTempStore(workspace = 'test', copied: string | null = null): Promise<TempStore> {
  const folder = await mkdtemp(join(tmpdir(), 'staypower-test-'));
  if (copied !== null) await cp(copied, folder, { recursive: true });
  const database = await openStore({ databaseUrl: null, folder, workspace });
  return {
    database,
    folder,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Empties a workspace: what is a new database to a test, without the second that opening one takes. */
export async function emptyTables(sql: Sql): Promise<void> {
  const tables = await sql.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'migrations'`,
  );
  await sql.query(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity`);
  await sql.query("select setval('landed_seq', 1, false), setval('inbox_seq', 1, false)");
}
