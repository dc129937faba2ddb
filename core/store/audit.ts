import type { Sql } from '../ports/database.ts';

/** Notes in the audit log who did what. Details hold counts, codes and ids of ours and of vendors' accounts. */
export async function audit(
  sql: Sql,
  at: string,
  actor: string,
  action: string,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  await sql.query('insert into audit_log (at, actor, action, detail) values ($1, $2, $3, $4::jsonb)', [
    at,
    actor,
    action,
    JSON.stringify(detail),
  ]);
}
