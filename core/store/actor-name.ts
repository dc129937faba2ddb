import type { Sql } from '../ports/database.ts';

/** Who an actor of the audit log is: a person who still has an account by name, everybody else as they are. */
export async function actorName(sql: Sql, actor: string): Promise<string> {
  const [row] = await sql.query<{ name: string }>(`select name from console_users where 'user:' || user_id = $1`, [
    actor,
  ]);
  return row?.name ?? actor;
}
