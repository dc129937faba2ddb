import type { Json } from '../domain/json.ts';
import type { Sql } from '../ports/database.ts';
import { messagesOf, type Person, type PersonalRows, personalRows } from './person.ts';

/** Everything held on a person, by table; tables without a row are left out. */
export async function rowsOf(sql: Sql, person: Person): Promise<Readonly<Record<string, readonly Json[]>>> {
  const found: Record<string, readonly Json[]> = {};
  for (const { table, where, parameters } of await everywhere(sql, person)) {
    const rows = await sql.query<{ row: Json }>(
      `select to_jsonb(t) as row from ${table} t where ${where} order by to_jsonb(t)::text`,
      parameters,
    );
    if (rows.length > 0) found[table] = rows.map(({ row }) => row);
  }
  return found;
}

/** How many rows are held on a person, by table; tables without one are left out. */
export async function countsOf(sql: Sql, person: Person): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { table, where, parameters } of await everywhere(sql, person)) {
    const [row] = await sql.query<{ count: number }>(
      `select count(*)::int as count from ${table} where ${where}`,
      parameters,
    );
    if (row && row.count > 0) counts[table] = row.count;
  }
  return counts;
}

async function everywhere(sql: Sql, person: Person): Promise<readonly PersonalRows[]> {
  return [...(await personalRows(sql, person)), messagesOf(person)];
}
