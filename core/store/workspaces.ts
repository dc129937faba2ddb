import type { Sql } from '../ports/database.ts';

/** A workspace as it is listed. */
export interface WorkspaceEntry {
  name: string;
  customers: number;
  /** Records that carry values of ours, as far as is known. */
  carriers: number;
}

const PREFIX = 'ws_';

/** The workspaces of a database, by name. */
export async function listWorkspaces(sql: Sql): Promise<readonly WorkspaceEntry[]> {
  const schemas = await sql.query<{ schema: string }>(
    `select schemaname as schema from pg_tables where tablename = 'customer_records' and schemaname like 'ws\\_%' order by 1`,
  );
  const entries: WorkspaceEntry[] = [];
  for (const { schema } of schemas) {
    // Names come from the catalogue.
    const [row] = await sql.query<{ customers: number; carriers: number }>(
      `select (select count(*)::int from ${schema}.customers) as customers,
              (select count(*)::int from ${schema}.customer_records where written <> '{}') as carriers`,
    );
    entries.push({ name: schema.slice(PREFIX.length), customers: row?.customers ?? 0, carriers: row?.carriers ?? 0 });
  }
  return entries;
}

/** Drops a workspace with everything in it. */
export async function dropWorkspace(sql: Sql, entry: Pick<WorkspaceEntry, 'name'>): Promise<void> {
  await sql.query(`drop schema ${PREFIX}${entry.name} cascade`);
}
