import { ConfigError } from '../domain/errors.ts';
import type { Database } from '../ports/database.ts';
import { openPglite } from './drivers/pglite.ts';
import { openPostgres } from './drivers/postgres.ts';
import { MIGRATIONS_FOLDER, migrate } from './migrate.ts';

/** Where a workspace's store is. */
export interface StoreLocation {
  /** A PostgreSQL server; null uses the embedded store in `folder`. */
  databaseUrl: string | null;
  folder: string;
  /** Lower-case name; the schema is "ws_" plus this. */
  workspace: string;
}

/**
 * Opens a workspace's store and brings its schema up to date.
 *
 * @throws ConfigError for a workspace name that cannot name a schema; StoreError when the store is held or too new
 */
export async function openStore(location: StoreLocation, migrationsFolder = MIGRATIONS_FOLDER): Promise<Database> {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(location.workspace)) {
    throw new ConfigError([
      {
        path: 'workspace',
        expected: 'a lower-case name of letters, digits and underscores',
        found: location.workspace,
        remedy: 'Choose another name, e.g. "default".',
      },
    ]);
  }
  const database = await openSchema(location, `ws_${location.workspace}`);
  try {
    await migrate(database, migrationsFolder);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens a store outside of any workspace: to see which there are, and to drop one. Nothing is migrated.
 *
 * @throws StoreError when the store is held
 */
export function openWhole(location: Pick<StoreLocation, 'databaseUrl' | 'folder'>): Promise<Database> {
  return openSchema(location, 'public');
}

function openSchema(location: Pick<StoreLocation, 'databaseUrl' | 'folder'>, schema: string): Promise<Database> {
  return location.databaseUrl ? openPostgres(location.databaseUrl, schema) : openPglite(location.folder, schema);
}
