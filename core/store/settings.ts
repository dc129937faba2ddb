import type { Json } from '../domain/json.ts';
import type { Sql } from '../ports/database.ts';

/** A value that a workspace remembers; null when it was never set. */
export async function readSetting<Value extends Json>(sql: Sql, name: string): Promise<Value | null> {
  const [row] = await sql.query<{ value: Value }>('select value from settings where name = $1', [name]);
  return row ? row.value : null;
}

/** Remembers a value. */
export async function keepSetting(sql: Sql, name: string, value: Json): Promise<void> {
  await sql.query(
    'insert into settings (name, value) values ($1, $2::jsonb) on conflict (name) do update set value = excluded.value',
    [name, JSON.stringify(value)],
  );
}
