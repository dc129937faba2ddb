import type { RecordKind } from '../domain/records.ts';
import type { Sql } from '../ports/database.ts';

/**
 * Whether records of a kind wait to be taken up: a look that costs a third of a turn in which nothing is found. Who lands something
 * after it sees to it himself.
 */
export async function isPending(sql: Sql, kind: RecordKind): Promise<boolean> {
  const rows = await sql.query('select 1 as one from source_records where kind = $1 and pending limit 1', [kind]);
  return rows.length > 0;
}
